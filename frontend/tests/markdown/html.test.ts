import { expect, test } from 'vitest';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import { FakeClock } from '../fakes.ts';
import { rendered, shape } from './support.ts';

function inner(text: string): string {
  const [block] = rendered(text).children;
  return block === undefined ? '' : shape(block);
}

test.each([
  ['H<sub>2</sub>O', 'H‹sub›2‹/›O'],
  ['E=mc<SUP>2</SUP>', 'E=mc‹sup›2‹/›'],
  ['<kbd>Ctrl</kbd>+<kbd>`C`</kbd>', '‹kbd›Ctrl‹/›+‹kbd›‹code class="md-code" dir="ltr"›C‹/›‹/›'],
  ['<mark>a **b** [c](/setup)</mark>', '‹mark›a ‹strong›b‹/› ‹a href="/setup"›c‹/›‹/›'],
  ['<sup>a <sub>b</sub></sup>', '‹sup›a ‹sub›b‹/›‹/›'],
  ['**<sub>x</sub>**', '‹strong›‹sub›x‹/›‹/›'],
])('these tags work: %s', (text, expected) => {
  expect(inner(text)).toBe(expected);
});

test.each([
  '<sub>open',
  'closed</sub>',
  '<sub class="x">a</sub>',
  '<sup onclick=alert(1)>a</sup>',
  '<b>a</b> <u>b</u> <i>c</i> <small>d</small> <span>e</span>',
  '<sup>a <sub>b',
  '<summary>a</summary>',
  'a <details><summary>b</summary>c</details>',
])('other tags, attributes and lone halves are text: %s', (text) => {
  expect(rendered(text).textContent).toBe(text);
  expect(rendered(text).querySelector('sub, sup, details, summary, b, u, i, small')).toBeNull();
});

test('crossed tags: the inner one is text', () => {
  expect(inner('<sup>a <sub>b</sup> c</sub>')).toBe('‹sup›a <sub>b‹/› c</sub>');
});

test('details fold what is in them below their summary', () => {
  const text =
    '<details><summary>More **now**</summary>\n\nHidden `text`.\n\n- a\n\n```html\n</details>\n```\n\n</details>\n\nafter';
  const shown = rendered(text);
  const details = shown.querySelector('details');
  expect(details?.open).toBe(false);
  expect(details?.querySelector('summary strong')?.textContent).toBe('now');
  expect(details?.querySelectorAll('p code, li, pre')).toHaveLength(3);
  expect(shown.lastElementChild?.textContent).toBe('after');
  expect(
    rendered('<details open>\n<summary>a</summary>\nb\n</details>').querySelector('details')?.open,
  ).toBe(true);
});

test('details are in details, lists and quotations', () => {
  const text =
    '<details><summary>A</summary>\n\n<details><summary>B</summary>\n\nb\n\n</details>\n\na\n\n</details>\n\n- x\n  <details><summary>C</summary>\n\n  c\n\n  </details>\n\n> <details><summary>D</summary>\n> d\n> </details>';
  const shown = rendered(text);
  for (const path of [
    'details details summary',
    'li details summary',
    'blockquote details summary',
  ]) {
    expect(shown.querySelector(path), path).not.toBeNull();
  }
});

test('details that the reader opened stay open while they grow', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.append('<details><summary>A</summary>\n\none\n\n');
  clock.paint();
  const details = view.element.querySelector('details');
  if (details === null) throw new Error('There are none.');
  details.open = true;
  for (const piece of ['two\n\n- thr', 'ee\n\n', '</deta', 'ils>\n\nafter']) {
    view.append(piece);
    clock.paint();
  }
  view.finish();
  expect(view.element.querySelector('details')).toBe(details);
  expect(details.open).toBe(true);
  expect(details.querySelector('.md-details-body')?.textContent).toBe('onetwothree');
  expect(view.element.lastElementChild?.textContent).toBe('after');
});

test('the tags of a summary that is arriving are not shown', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  for (const piece of ['<details>', '\n<summ', 'ary>Mo', 're</summary>', '\n\ntext']) {
    view.append(piece);
    clock.paint();
    expect(view.element.textContent).not.toContain('<');
  }
  expect(view.element.querySelector('summary')?.textContent).toBe('More');
});

test('a footnote leads there and back', () => {
  const shown = rendered(
    'Note[^1], and[^Long].\n\n[^1]: One *two*.\n[^long]: More\nlines\n\n    - a',
  );
  document.body.replaceChildren(shown);
  const [first, second] = shown.querySelectorAll<HTMLElement>('p > .md-note');
  const notes = [...shown.querySelectorAll<HTMLElement>('.md-footnote')];
  expect([first?.textContent, second?.textContent]).toEqual(['1', 'Long']);
  expect(first?.getAttribute('aria-label')).toBe('Footnote 1');
  expect(notes[0]?.querySelector('em')?.textContent).toBe('two');
  expect(notes[1]?.querySelector('li')?.textContent).toBe('a');
  second?.click();
  expect(document.activeElement).toBe(notes[1]);
  notes[1]?.querySelector<HTMLElement>('.md-note')?.click();
  expect(document.activeElement).toBe(second);
});

test('only what has a footnote is one', () => {
  const shown = rendered('A class [^a-z] and `[^1]`, [x][^1], [^2].\n\n[^1]: note');
  expect(shown.querySelector('p')?.textContent).toBe('A class [^a-z] and [^1], [x]1, [^2].');
  expect(shown.querySelectorAll('p > .md-note')).toHaveLength(1);
  expect(shown.querySelector('a')).toBeNull();
});

test('a reference becomes one when its footnote is there', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.append('A[^1].\n\nB.\n\n');
  clock.paint();
  expect(view.element.textContent).toBe('A[^1].B.');
  view.append('[^1]: note');
  view.finish();
  expect(view.element.querySelector('p > .md-note')?.textContent).toBe('1');
});
