import { expect, test } from 'vitest';
import { createMarkdown } from '../../src/markdown/page/markdown.ts';
import type { Mark } from '../../src/markdown/source/marks.ts';
import { FakeClock } from '../fakes.ts';
import { chunks, seeded, shape } from './support.ts';

/** The text without its `^`, and a mark where each of them stood. */
function source(text: string): { text: string; marks: Mark[] } {
  const parts = text.split('^');
  const marks: Mark[] = [];
  let at = 0;
  for (const part of parts.slice(0, -1)) {
    at += part.length;
    marks.push({ at, number: marks.length + 1, label: `Source ${marks.length + 1}`, href: null });
  }
  return { text: parts.join(''), marks };
}

function marked(withMarks: string): HTMLElement {
  const { text, marks } = source(withMarks);
  const view = createMarkdown({ clock: new FakeClock() });
  view.set(text);
  view.mark(marks);
  view.finish();
  view.dispose();
  return view.element;
}

/** The text on the page, with `^` for each mark. */
function read(element: HTMLElement): string {
  const copy = element.cloneNode(true) as HTMLElement;
  for (const mark of copy.querySelectorAll('.md-mark')) mark.replaceWith('^');
  for (const aside of copy.querySelectorAll('.icon-button, .md-code-language')) aside.remove();
  return copy.textContent;
}

test('a mark is a button with its number, and a name for screen readers', () => {
  const [button] = marked('It rains.^ Often.').querySelectorAll('button');
  expect(button?.dataset['mark']).toBe('1');
  expect(button?.textContent).toBe('');
  expect(button?.getAttribute('aria-label')).toBe('Source 1');
  expect(button?.type).toBe('button');
});

test('a mark with an address of this server is a download', () => {
  const view = createMarkdown({ clock: new FakeClock() });
  view.set('plot.csv');
  view.mark([{ at: 8, number: 1, label: 'Download plot.csv', href: '/api/files/f1/content' }]);
  view.finish();
  const link = view.element.querySelector<HTMLAnchorElement>('a.md-mark');
  expect(link?.getAttribute('href')).toBe('/api/files/f1/content');
  expect(link?.hasAttribute('download')).toBe(true);
  expect(link?.getAttribute('aria-label')).toBe('Download plot.csv');
});

test.each([
  ['within a text', 'It rains^ often.', 'It rains^ often.'],
  ['at the very beginning', '^It rains.', '^It rains.'],
  ['several at one place', 'It rains.^^^', 'It rains.^^^'],
  ['after emphasis', 'It **rains.**^ Often', 'It rains.^ Often'],
  ['within emphasis', 'It **ra^ins.** Often', 'It ra^ins. Often'],
  ['within a link: behind it', '[a l^ink](https://e.x) it', 'a link^ it'],
  ['within inline code: behind it', '`co^de` it', 'code^ it'],
  ['between paragraphs: with the first', 'One.\n^\nTwo.', 'One.^Two.'],
  ['in the last of several paragraphs', 'One.\n\nTwo.^', 'One.Two.^'],
  ['in a heading', '# Title^\n\nText', 'Title^Text'],
  ['in list items', '- one^\n- two^\n  more^\n- three', 'one^two^\nmore^three'],
  ['in a list in a list', '- one\n  - two^\n\n    three **x**^\n- four^', 'onetwo^three x^four^'],
  ['in a quotation', '> one^\n> two^ three^', 'one^\ntwo^ three^'],
  ['in table cells', '| a^ | b |\n|---|---|\n| a | c^ |\n| d | e |^', 'a^bac^de^'],
  ['in code: beside its language', '```py\na\n```^\n\nb', '^ab'],
  ['of an escape and an entity', '\\*a^\\* &amp;^ b', '*a^* &^ b'],
  ['where the same word came before', '**a** a [a](https://a.a) a^ a', 'a a a a^ a'],
  ['after an emoji', '😀^ it', '😀^ it'],
  ['in raw HTML', '<div>\nx\n</div>^\n\nb', '<div>\nx\n</div>^b'],
  ['where lines end as on Windows', 'One.\r\n\r\nTwo^ three.\r\n', 'One.Two^ three.'],
])('marks stand where they were told: %s', (_, text, shown) => {
  expect(read(marked(text))).toBe(shown);
});

test('a mark between the halves of a character stands after it', () => {
  const view = createMarkdown({ clock: new FakeClock() });
  view.set('a😀b');
  view.mark([{ at: 2, number: 1, label: '', href: null }]);
  view.finish();
  expect(read(view.element)).toBe('a😀^b');
});

test('a mark that comes after its paragraph was rendered appears, and touches no other block', () => {
  const clock = new FakeClock();
  const view = createMarkdown({ clock });
  const { text, marks } = source('First.^\n\nSecond.\n\nThird');
  view.append(text);
  clock.paint();
  const [first, second, third] = view.element.children;
  view.mark(marks);
  clock.paint();
  expect(read(view.element)).toBe('First.^Second.Third');
  expect([...view.element.children]).toEqual([first, second, third]);
  expect(first?.firstChild?.textContent).toBe('First.');
  view.append(' and more.');
  clock.paint();
  view.finish();
  expect(read(view.element)).toBe('First.^Second.Third and more.');
});

test('a mark that comes after the end of its message appears', () => {
  const view = createMarkdown({ clock: new FakeClock() });
  const { text, marks } = source('First.\n\nSecond.^');
  view.set(text);
  view.finish();
  view.mark(marks);
  view.finish();
  expect(read(view.element)).toBe('First.Second.^');
});

test('the same marks again change nothing', () => {
  const view = createMarkdown({ clock: new FakeClock() });
  const { text, marks } = source('First.^');
  view.set(text);
  view.mark(marks);
  view.finish();
  const button = view.element.querySelector('button');
  view.mark(marks.map((mark) => ({ ...mark })));
  view.finish();
  expect(view.element.querySelector('button')).toBe(button);
});

const LONG = source(
  '# Rain^\n\nIt **rains**^ in `Oslo`.^ Often.\n\n- one^\n- two, [three](https://e.x)^\n\n  four^\n\n' +
    '> quoted^\n> on^\n\n| a | b^ |\n|---|---|\n| 😀^ | d |\n\n```py\nx\n```^\n\nThe end.^\n',
);

test('marks and text in any order end as if rendered at once', () => {
  const whole = createMarkdown({ clock: new FakeClock() });
  whole.set(LONG.text);
  whole.mark(LONG.marks);
  whole.finish();
  expect(whole.element.querySelectorAll('.md-mark')).toHaveLength(LONG.marks.length);
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seeded(seed);
    const clock = new FakeClock();
    const view = createMarkdown({ clock });
    let length = 0;
    let told = 0;
    for (const piece of chunks(LONG.text, random, 9)) {
      view.append(piece);
      length += piece.length;
      const here = LONG.marks.filter(({ at }) => at <= length).length;
      if (random.below(4) === 0) told = here;
      view.mark(LONG.marks.slice(0, told));
      if (random.below(2) === 0) clock.paint();
    }
    view.mark(LONG.marks);
    view.finish();
    expect(shape(view.element), `seed ${seed}`).toBe(shape(whole.element));
  }
});
