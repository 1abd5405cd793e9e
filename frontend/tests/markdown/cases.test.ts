/** What answers once looked like: one kind of fault a folder of `../shared/cases`. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rendered } from './support.ts';

const CASES = join(import.meta.dirname, '../../../../shared/cases');

/** Tests how the answer of a case is shown. */
function testCase(name: string, check: (shown: HTMLElement) => void): void {
  const file = join(CASES, name, 'text.md');
  test.skipIf(!existsSync(file))(name, () => check(rendered(readFileSync(file, 'utf8'))));
}

function texts(root: ParentNode, selector: string): string[] {
  return [...root.querySelectorAll(selector)].map((element) => element.textContent ?? '');
}

testCase('30-cjk-bold', (shown) => {
  expect(texts(shown, 'strong')).toEqual([
    '注意：',
    '“公开文件”',
    '重点（一）。',
    '太字（括弧）',
    '강조(괄호)',
    'bold',
  ]);
  expect(texts(shown, 'del')).toEqual(['已删除。']);
  expect(shown.textContent).not.toMatch(/[*~]/);
});

testCase('31-math', (shown) => {
  expect(texts(shown, '.md-math-source')).toEqual([
    String.raw`\(x_1 = \frac{-b + \sqrt{d}}{2a}\)`,
    '\\[\n\\sum_{i=1}^{n} i^2 = \\frac{n(n+1)(2n+1)}{6}\n\\]',
    '$a_1 * b_2 * c_3$',
    '$$\nE = mc^2 \\\\\nF = m a\n$$',
    String.raw`$$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$$`,
  ]);
  expect(shown.querySelectorAll('math')).toHaveLength(5);
  expect(shown.textContent).toContain('It costs $5 to $10, and');
});

testCase('32-tilde', (shown) => {
  expect(texts(shown, 'del')).toEqual(['gone']);
  expect(shown.textContent).toContain('10~20 minutes, at most 30~40 minutes');
});

testCase('33-autolinks', (shown) => {
  expect(texts(shown, 'a')).toEqual([
    'https://example.com/docs',
    'https://example.com/guide',
    'https://example.com/a_(b)',
    'https://example.com/x?y=1&z=2',
    'www.example.org',
    'https://example.net/q',
    'https://example.com/bold',
    'me@example.com',
    'https://example.com/angle',
  ]);
  expect(texts(shown, 'strong > a')).toEqual(['https://example.com/bold']);
});

testCase('34-nested', (shown) => {
  const [first, second, third] = shown.querySelectorAll(':scope > ol > li');
  expect(first?.querySelector('.md-code-block code')?.textContent).toContain('return "in a list"');
  expect(texts(second ?? shown, 'td')).toEqual(['1', 'x|y']);
  expect(texts(second ?? shown, 'li li blockquote')).toEqual(['quote in a list']);
  expect(third?.textContent).toBe('Third');
  expect(texts(shown, 'p > .md-note')).toEqual(['1']);
  expect(texts(shown, '.md-footnote p')).toEqual(['The footnote text.']);
  expect(texts(shown, ':scope > .md-code-block code')).toEqual(['```js\nlet a = 1\n```']);
  expect(texts(shown, 'details > summary')).toEqual(['More']);
  expect(texts(shown, 'details strong')).toEqual(['text']);
  expect(texts(shown, 'sub, sup, kbd')).toEqual(['2', '2', 'Ctrl']);
  expect(shown.textContent).toContain('<u>under</u>');
  expect(shown.querySelectorAll('.md-task')).toHaveLength(2);
});

testCase('35-rtl', (shown) => {
  const blocks = [...shown.children].map((block) => [block.localName, block.getAttribute('dir')]);
  expect(blocks).toEqual(['p', 'ul', 'div', 'p', 'ol', 'blockquote'].map((name) => [name, 'auto']));
  expect(shown.querySelector('code')?.dir).toBe('ltr');
  expect(shown.querySelectorAll('[dir] [dir=auto]')).toHaveLength(0);
});
