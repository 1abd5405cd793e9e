import { expect, test } from 'vitest';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import { FakeClock } from '../fakes.ts';
import { rendered } from './support.ts';

test('many deltas of one frame are rendered together', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  for (const character of 'Hello, world.') view.append(character);
  expect(view.element.textContent).toBe('');
  expect(clock.waiting).toBe(1);
  clock.paint();
  expect(view.element.textContent).toBe('Hello, world.');
  expect(clock.waiting).toBe(0);
});

test('a slow flush is followed by a pause of three times its length', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  clock.step = 20;
  view.append('a');
  clock.paint();
  clock.step = 0;
  view.append('b');
  clock.advance(59);
  clock.paint();
  expect(view.element.textContent).toBe('a');
  clock.advance(1);
  clock.paint();
  expect(view.element.textContent).toBe('ab');
});

test('the pause after a very slow flush is a quarter of a second', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  clock.step = 1_000;
  view.append('a');
  clock.paint();
  clock.step = 0;
  view.append('b');
  clock.advance(250);
  clock.paint();
  expect(view.element.textContent).toBe('ab');
});

test('finishing shows everything at once and leaves nothing to do', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.append('# Title\r');
  clock.paint();
  view.append('\ntext\r');
  view.finish();
  expect(view.element.textContent).toBe('Titletext');
  expect(clock.waiting).toBe(0);
});

test('text after the end opens the view again', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.append('- a\n');
  view.finish();
  view.append('- b');
  clock.paint();
  expect(view.element.querySelectorAll('li')).toHaveLength(2);
  view.finish();
  expect(view.element.querySelectorAll('ul > li')).toHaveLength(2);
});

test('setting a longer text appends, setting another text starts again', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.set('# Title\n\none');
  clock.paint();
  const heading = view.element.querySelector('h3');
  view.set('# Title\n\none two');
  clock.paint();
  expect(view.element.querySelector('h3')).toBe(heading);
  expect(view.element.textContent).toBe('Titleone two');
  view.set('other');
  view.finish();
  expect(view.element.textContent).toBe('other');
  view.set('');
  view.finish();
  expect(view.element.childNodes).toHaveLength(0);
});

test('a disposed view stays as it is', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  view.append('a');
  clock.paint();
  view.append('b');
  view.dispose();
  clock.paint();
  clock.advance(1_000);
  expect(view.element.textContent).toBe('a');
});

test('headings start at level 3 and skip no level', () => {
  const levels = (text: string): string[] =>
    [...rendered(text).querySelectorAll('h1, h2, h3, h4, h5, h6')].map((h) => h.localName);
  expect(levels('# a\n## b\n### c\n# d')).toEqual(['h3', 'h4', 'h5', 'h3']);
  expect(levels('### a\n### b\n# c\n##### d\n##### e\n## f')).toEqual([
    ...['h3', 'h3', 'h3', 'h4', 'h4', 'h4'],
  ]);
  expect(levels('# a\n## b\n### c\n#### d\n##### e\n###### f')).toEqual([
    ...['h3', 'h4', 'h5', 'h6', 'h6', 'h6'],
  ]);
  expect(levels('> # quoted\n\n- # listed')).toEqual([]);
  expect(rendered('# a', { headingLevel: 2 }).querySelector('h2')?.textContent).toBe('a');
});

test('a heading that arrives after settled ones keeps the outline', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  for (const piece of ['## a\n\ntext\n\n', '#### b\n\ntext\n\n', '#### c\n\n', '## d\n', 'x']) {
    view.append(piece);
    clock.paint();
  }
  const headings = [...view.element.querySelectorAll('.md-heading')].map((h) => h.localName);
  expect(headings).toEqual(['h3', 'h4', 'h4', 'h3']);
});

test('check boxes have a label and cannot be changed', () => {
  const boxes = [...rendered('- [ ] a\n- [x] b\n\n  loose\n').querySelectorAll('input')];
  expect(boxes.map((box) => box.getAttribute('aria-label'))).toEqual(['To do', 'Done']);
  expect(boxes.map((box) => box.checked)).toEqual([false, true]);
  expect(boxes.every((box) => box.disabled)).toBe(true);
});

test('a table scrolls in a box of its own and aligns by class', () => {
  const element = rendered('| a | b | |\n|:--|--:|:-:|\n| 1 | 2 | 3 |');
  const box = element.querySelector('.md-table');
  expect(box?.getAttribute('role')).toBe('group');
  expect(box?.getAttribute('tabindex')).toBe('0');
  expect([...element.querySelectorAll('tbody td')].map((cell) => cell.className)).toEqual([
    ...['md-left', 'md-right', 'md-center'],
  ]);
  expect(element.querySelectorAll('th[scope=col]')).toHaveLength(2);
  expect(element.querySelector('[style]')).toBeNull();
});

test('a list starts at its own number', () => {
  expect(rendered('7. a\n8. b').querySelector('ol')?.getAttribute('start')).toBe('7');
  expect(rendered('1. a').querySelector('ol')?.hasAttribute('start')).toBe(false);
});

test('an incomplete definition is never used as a link', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  const seen = new Set<string>();
  for (const character of '[first]: https://e.x/one\n\nSee [first] and more.\n\nEnd.') {
    view.append(character);
    clock.paint();
    const href = view.element.querySelector('a')?.getAttribute('href');
    if (href) seen.add(href);
  }
  expect([...seen]).toEqual(['https://e.x/one']);
});

test('a definition at the end reaches links in every block before it', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  const text = '[l]\n\n# [l]\n\n- [l]\n\n> [l]\n\n| [l] |\n|---|\n| [l] |\n\n[l]: https://e.x "T"';
  for (const character of text) {
    view.append(character);
    clock.paint();
  }
  view.finish();
  const links = [...view.element.querySelectorAll('a')];
  expect(links).toHaveLength(6);
  expect(links.every((link) => link.href === 'https://e.x/' && link.title === 'T')).toBe(true);
});
