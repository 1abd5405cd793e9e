/** Text in scripts that put no spaces between words, or that run from right to left. */

import { expect, test } from 'vitest';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import { FakeClock } from '../fakes.ts';
import { rendered, words } from './support.ts';

/** The text with `‹…›` around what has this element. */
function marked(text: string, selector: string): string {
  const shown = rendered(text);
  for (const element of shown.querySelectorAll(selector)) {
    element.replaceWith(`‹${element.textContent}›`);
  }
  return words(shown);
}

test.each([
  ['**注意：**请先保存', '‹注意：›请先保存'],
  ['这是**“重点”**吗', '这是‹“重点”›吗'],
  ['これは**「太字」**です', 'これは‹「太字」›です'],
  ['この**文(Can I?)**と', 'この‹文(Can I?)›と'],
  ['이 **용어(term)**를', '이 ‹용어(term)›를'],
  ['我可以强调**这个`code`**吗', '我可以强调‹这个code›吗'],
  ['**“甲”**、**“乙”**和**丙**', '‹“甲”›、‹“乙”›和‹丙›'],
  ['（**重要**）中文***重要。***です', '（‹重要›）中文‹重要。›です'],
  ['**重要：**text', '‹重要：›text'],
  ['**_重要_**です **~~删除~~**新', '‹重要›です ‹删除›新'],
  ['**สำคัญ:**ข้อความ', '‹สำคัญ:›ข้อความ'],
  ['__注意：__请 中文__强调__中文', '‹注意：›请 中文‹强调›中文'],
  ['| **列：**甲 |\n|---|', '‹列：›甲'],
  ['- **项（一）。**下', '‹项（一）。›下'],
])('emphasis works beside letters without spaces: %s', (text, expected) => {
  expect(marked(text, 'strong')).toBe(expected);
});

test.each([
  '调用__init__方法',
  '文件 报告_最终_版 和 snake_case_名',
  '2 ** 3 = 8，4 ** 2 = 16',
  'a**"b"**c and **Note:**text',
])('what is no emphasis elsewhere is none beside them: %s', (text) => {
  expect(rendered(text).textContent).toBe(text);
});

test.each([
  ['~~已删除。~~新 和~~“旧”~~的', '‹已删除。›新 和‹“旧”›的'],
  ['~~**删除**~~新', '‹删除›新'],
  ['10~20 和 30~40, ~x~, ~/a and ~/b', '10~20 和 30~40, ~x~, ~/a and ~/b'],
  ['a~~b~~c ~~~d~~~', 'a‹b›c ~~~d~~~'],
])('two tildes strike through, one does not: %s', (text, expected) => {
  expect(marked(text, 'del')).toBe(expected);
});

test.each([
  ['见https://a.b/c。谢谢', '见‹https://a.b/c›。谢谢'],
  ['（https://a.b/c）を', '（‹https://a.b/c›）を'],
  ['“https://a.b/c”、《https://a.b/d》', '“‹https://a.b/c›”、《‹https://a.b/d›》'],
  ['https://a.b/c，https://a.b/d！', '‹https://a.b/c›，‹https://a.b/d›！'],
  ['https://a.b/c…… https://a.b/d—是', '‹https://a.b/c›…… ‹https://a.b/d—是›'],
  ['详见www.a.org。请看www.b.org', '详见‹www.a.org›。请看‹www.b.org›'],
  ['邮箱me@a.org。', '邮箱‹me@a.org›。'],
  ['https://a.b/c، ثم https://a.b/d؟', '‹https://a.b/c›، ثم ‹https://a.b/d›؟'],
  ['«https://a.b/c» – https://a.b/d–', '«‹https://a.b/c›» – ‹https://a.b/d›–'],
  ['https://a.b/c।', '‹https://a.b/c›।'],
  ['https://zh.wikipedia.org/wiki/北京', '‹https://zh.wikipedia.org/wiki/北京›'],
  ['https://a.b/Michelson–Morley', '‹https://a.b/Michelson–Morley›'],
  ['**https://a.b/c。**好', '‹https://a.b/c›。好'],
  ['https://。', 'https://。'],
])('a bare link ends before the marks around it: %s', (text, expected) => {
  expect(marked(text, 'a')).toBe(expected);
});

test('each block has the direction of its first letter, code and addresses that of their own', () => {
  const shown = rendered(
    '# عنوان\n\nhttps://a.b هو `x`\n\n> - اقتباس\n\n```\nx\n```\n\n- a\n\n  ```\n  b\n  ```\n\n***',
  );
  const directions = [...shown.children].map((block) => block.getAttribute('dir'));
  expect(directions).toEqual(['auto', 'auto', 'auto', 'ltr', 'auto', 'auto']);
  expect(shown.querySelector('p > a')?.getAttribute('dir')).toBe('ltr');
  expect(shown.querySelector('p > code')?.getAttribute('dir')).toBe('ltr');
  expect(shown.querySelector('li .md-code-block')?.getAttribute('dir')).toBe('ltr');
  // The browser looks past inner elements with a direction of their own.
  expect(shown.querySelectorAll('[dir=auto] [dir=auto]')).toHaveLength(0);
});

test('a letter with a stack of marks is cut at its line, also when they arrive one by one', () => {
  const stack = `Z${'\u0351'.repeat(30)}`;
  const text = `Hi ${stack}algo, *${stack}*, \`${stack}\`. Việt Nam, שָׁלוֹם, नमस्ते.`;
  const shown = rendered(text);
  expect([...shown.querySelectorAll('.stack')].map((box) => box.textContent)).toEqual([
    stack,
    stack,
    stack,
  ]);
  expect(shown.textContent).toBe(text.replace(/[*`]/g, ''));

  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  for (const character of `a ${stack} b`) {
    view.append(character);
    clock.paint();
  }
  expect(view.element.querySelector('.stack')?.textContent).toBe(stack);
  expect(view.element.textContent).toBe(`a ${stack} b`);
});
