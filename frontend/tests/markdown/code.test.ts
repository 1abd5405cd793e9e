import { expect, test, vi } from 'vitest';
import { createHighlighter, type Highlighter } from '../../src/markdown/page/highlighter.ts';
import { createMarkdown, type MarkdownOptions } from '../../src/markdown/page/markdown.ts';
import { FakeClock } from '../fakes.ts';
import { buttonOf, rendered, shape } from './support.ts';

/** A highlighter that puts everything into one element and notes what it was given. */
function fakeHighlighter(): Highlighter & { readonly given: string[] } {
  const given: string[] = [];
  return {
    given,
    knows: (language) => language === 'js',
    load: async () => (code) => {
      given.push(code);
      const mark = document.createElement('mark');
      mark.append(code);
      return mark;
    },
  };
}

function open(options: MarkdownOptions = {}) {
  const clock = new FakeClock();
  const highlighter = fakeHighlighter();
  const view = createMarkdown({ clock, highlighter, ...options });
  const show = (delta: string): void => {
    view.append(delta);
    clock.paint();
  };
  return { clock, highlighter, view, show, code: () => view.element.querySelector('code') };
}

/** Lets promises that are settled already be heard. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('code shows its language and can be focused and scrolled by keyboard', () => {
  const { view, show } = open();
  show('```python title="x"\nprint()\n```\n');
  expect(view.element.querySelector('.md-code-language')?.textContent).toBe('python');
  const pre = view.element.querySelector('pre');
  expect(pre?.getAttribute('aria-label')).toBe('python code');
  expect(pre?.tabIndex).toBe(0);
});

test('code is highlighted when its fence closes and the page has time', async () => {
  const { clock, highlighter, view, show, code } = open();
  show('```js\nlet a;\n');
  show('```\n');
  await settled();
  expect(highlighter.given).toEqual([]);
  clock.rest();
  await settled();
  expect(highlighter.given).toEqual(['let a;']);
  show('and text after it');
  view.finish();
  clock.rest();
  clock.advance(1_000);
  await settled();
  expect(highlighter.given).toHaveLength(1);
  expect(code()?.querySelector('mark')?.textContent).toBe('let a;');
});

test('an open block is highlighted every 250 ms and loses nothing between', async () => {
  const { clock, highlighter, show, code } = open();
  show('```js\none');
  clock.advance(249);
  await settled();
  expect(highlighter.given).toEqual([]);
  clock.advance(1);
  await settled();
  expect(highlighter.given).toEqual(['one']);
  show(' two');
  show(' three');
  expect(code()?.textContent).toBe('one two three');
  clock.advance(250);
  await settled();
  expect(highlighter.given).toEqual(['one', 'one two three']);
  expect(code()?.textContent).toBe('one two three');
});

test('a long open block waits until it is closed', async () => {
  const { clock, highlighter, show } = open();
  const body = 'let a = 1;\n'.repeat(1_000);
  show(`\`\`\`js\n${body}`);
  clock.advance(1_000);
  await settled();
  expect(highlighter.given).toEqual([]);
  show('```\n');
  clock.rest();
  await settled();
  expect(highlighter.given).toEqual([body.trimEnd()]);
});

test('a fence that the answer left open is highlighted at its end', async () => {
  const { clock, highlighter, view, show } = open();
  show('1. step\n\n   ```js\n   let a;\n   let b;');
  view.finish();
  clock.rest();
  await settled();
  expect(highlighter.given).toEqual(['let a;\nlet b;']);
});

test('code in a list item keeps its colours while the item goes on', async () => {
  const { clock, highlighter, show, code } = open();
  show('1. step\n\n   ```js\n   let a;\n   ```\n');
  clock.rest();
  await settled();
  const mark = code()?.querySelector('mark');
  for (const piece of ['\n   and', ' more', '\n2. next', '\n']) show(piece);
  expect(code()?.querySelector('mark')).toBe(mark);
  expect(highlighter.given).toHaveLength(1);
});

test('a message removed from the page highlights nothing', async () => {
  const { clock, highlighter, view, show } = open();
  show('```js\nlet a;\n```\n');
  view.dispose();
  clock.rest();
  await settled();
  expect(highlighter.given).toEqual([]);
});

test('code stays plain if its language is unknown or its highlighter fails to load', async () => {
  const unknown = open();
  unknown.show('```brainfudge\n+-\n```\n');
  expect(unknown.clock.waiting).toBe(0);

  const broken = open({
    highlighter: createHighlighter(() => Promise.reject(new Error('offline'))),
  });
  broken.show('```js\nlet a;\n```\n');
  broken.clock.rest();
  await settled();
  expect(broken.code()?.textContent).toBe('let a;');
});

test('highlight.js colours code in spans, text and all', async () => {
  const highlight = await createHighlighter().load();
  if (highlight === null) throw new Error('highlight.js did not load.');
  const source = `const a = \`<b>\${"x" && 1}</b>\`; // "'`;
  const root = document.createElement('code');
  root.append(highlight(source, 'ts'));
  expect(root.textContent).toBe(source);
  expect(root.querySelector('.md-hl-keyword')?.textContent).toBe('const');
  expect(root.querySelector('.md-hl-string .md-hl-subst')).not.toBeNull();
  expect([...root.querySelectorAll('*')].every((element) => element.localName === 'span')).toBe(
    true,
  );
});

test('every language of the list is supported', async () => {
  const highlighter = createHighlighter();
  const highlight = await highlighter.load();
  const names =
    'bash shell c cpp c++ css diff go java js jsx json py python rust sql ts tsx html yaml yml';
  for (const name of [
    ...names.split(' '),
    'Python',
    'sh',
    'zsh',
    'jsonc',
    'patch',
    'svg',
    'xhtml',
  ]) {
    expect(highlighter.knows(name), name).toBe(true);
    const root = document.createElement('code');
    root.append(highlight?.('"text" 1 <a> # x\n+ y\n', name) ?? '');
    expect(root.childElementCount, name).toBeGreaterThan(0);
  }
});

test('the copy button copies the code unchanged', async () => {
  const copied: string[] = [];
  vi.stubGlobal('navigator', {
    clipboard: { writeText: async (text: string) => void copied.push(text) },
  });
  const { clock, view, show } = open();
  show('```js\nif (a < b) {\n\n  go();\n}\n```\n\n```\nother\n```\n');
  clock.rest();
  await settled();
  buttonOf(view.element, 'Copy').click();
  expect(copied).toEqual(['if (a < b) {\n\n  go();\n}']);
});

test('long code arrives in text nodes of a few kilobytes', () => {
  const { show, code } = open();
  show('```\n');
  for (let line = 0; line < 1_000; line += 1) show(`line ${line}\n`);
  const lengths = [...(code()?.childNodes ?? [])].map((node) => node.textContent?.length ?? 0);
  expect(lengths.length).toBeGreaterThan(1);
  expect(Math.max(...lengths)).toBeLessThan(5_000);
  expect(shape(code() ?? document.body).split('\n')).toHaveLength(1_000);
});

test('long lines are wrapped for who wants it', () => {
  const shown = rendered('```\nlong\n```');
  const wrap = buttonOf(shown, 'Wrap lines');
  const block = shown.querySelector('.md-code-block');
  expect(wrap.getAttribute('aria-pressed')).toBe('false');
  wrap.click();
  expect(wrap.getAttribute('aria-pressed')).toBe('true');
  expect(block?.classList.contains('md-code-block--wrapped')).toBe(true);
  wrap.click();
  expect(block?.classList.contains('md-code-block--wrapped')).toBe(false);
});

test.each([
  ['python', 'code.py'],
  ['TypeScript', 'code.ts'],
  ['c++', 'code.cpp'],
  ['toml', 'code.toml'],
  ['', 'code.txt'],
  ['../x', 'code.txt'],
  ['constructor', 'code.txt'],
  ['Dockerfile', 'Dockerfile'],
])('code in “%s” is saved as %s', async (language, name) => {
  const saved = savedFiles();
  buttonOf(rendered(`\`\`\`${language}\na < b\n\`\`\``), 'Download').click();
  expect(saved.map((file) => file.name)).toEqual([name]);
  expect(await saved[0]?.content.text()).toBe('a < b\n');
});

const TABLE =
  '| a | b |\n|---|--:|\n| "x", **y** | -1.5 |\n| =1+1<br>z | $a_1$ [^n] |\n\n[^n]: note';

test('a table is copied for a spreadsheet, and saved as CSV', async () => {
  const copied: string[] = [];
  vi.stubGlobal('navigator', {
    clipboard: { writeText: async (text: string) => void copied.push(text) },
  });
  const shown = rendered(TABLE);
  buttonOf(shown, 'Copy').click();
  expect(copied).toEqual(['a\tb\n"""x"", y"\t-1.5\n"=1+1\nz"\t$a_1$']);
  const saved = savedFiles();
  buttonOf(shown, 'Download as CSV').click();
  expect(saved.map((file) => file.name)).toEqual(['table.csv']);
  expect(await saved[0]?.content.text()).toBe(
    '\u{feff}a,b\r\n"""x"", y",-1.5\r\n"\'=1+1\nz",$a_1$\r\n',
  );
});

/** The files that the page saves from now on. */
function savedFiles(): { name: string; content: Blob }[] {
  const saved: { name: string; content: Blob }[] = [];
  let content = new Blob();
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    content = blob as Blob;
    return 'blob:x';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push({ name: this.download, content });
  });
  return saved;
}
