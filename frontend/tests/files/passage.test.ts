import { expect, test } from 'vitest';
import { excerpt } from '../../src/files/passage.ts';
import type { DocumentPart } from '../../src/protocol.ts';

const PAGES: readonly DocumentPart[] = [
  { location: 'page 1', text: 'It rained in Oslo.\nIt did not rain in Lima.' },
  { location: 'page 2', text: 'It rained in Oslo.\nAlso (a+b)* elsewhere' },
  { location: 'page 3', text: 'and beyond.' },
];

/** The document on one line a part, the passage between brackets. */
function shown(quote: string | null, location: string | null, parts = PAGES, reach?: number) {
  return excerpt(parts, quote, location, reach).sections.map(
    ({ location: place, text, from, to }) => {
      const passage = to > from ? `[${text.slice(from, to)}]` : '';
      return `${place}: ${text.slice(0, from)}${passage}${text.slice(to)}`.replaceAll('\n', ' ');
    },
  );
}

test('a passage is found at the cited place, even if it occurs elsewhere too', () => {
  expect(shown('It rained in Oslo.', 'page 2')).toEqual([
    'page 1: It rained in Oslo. It did not rain in Lima.',
    'page 2: [It rained in Oslo.] Also (a+b)* elsewhere',
    'page 3: and beyond.',
  ]);
});

test('a passage is found whatever its spacing and punctuation', () => {
  expect(shown('Oslo.  Also\n(a+b)*', 'page 2')[1]).toBe(
    'page 2: It rained in [Oslo. Also (a+b)*] elsewhere',
  );
  expect(shown('… rain in\tLima. …', 'page 9')[0]).toBe(
    'page 1: It rained in Oslo. It did not [rain in Lima.]',
  );
});

test('a passage that continues on the next page is marked on both', () => {
  expect(shown('elsewhere and beyond.', 'page 2').slice(1)).toEqual([
    'page 2: It rained in Oslo. Also (a+b)* [elsewhere]',
    'page 3: [and beyond.]',
  ]);
});

test('lines broken by the page are joined, headings and ends of paragraphs are kept', () => {
  const page =
    'Rain\nIt rained in Oslo, and it rained\nin Bergen for all of that day.\nSnow\nNone.';
  const shape = (location: string | null) =>
    excerpt([{ location, text: page }], null, null).sections[0]?.text;
  expect(shape('page 1')).toBe(
    'Rain\nIt rained in Oslo, and it rained in Bergen for all of that day.\nSnow\nNone.',
  );
  expect(shape(null)).toBe(page);
});

test('if the passage is not found, the cited page or lines are marked', () => {
  expect(shown('Snow.', 'page 3')[2]).toBe('page 3: [and beyond.]');
  const text = [{ location: null, text: 'one\ntwo\nthree\nfour' }];
  expect(shown(null, 'lines 2–3', text)).toEqual(['null: one [two three] four']);
  expect(shown(null, 'line 4', text)).toEqual(['null: one two three [four]']);
  expect(shown(null, 'lines 7-9', text)).toEqual(['null: one two three four']);
});

test('a long document is shown around the passage, with a note that there is more', () => {
  const book = [
    { location: 'page 1', text: 'x'.repeat(500) },
    { location: 'page 2', text: `${'y'.repeat(50)}HERE${'z'.repeat(500)}` },
  ];
  expect(shown('HERE', 'page 2', book, 60)).toEqual([
    `page 1: ${'x'.repeat(9)}`,
    `page 2: ${'y'.repeat(50)}[HERE]${'z'.repeat(60)}`,
  ]);
  expect(excerpt(book, 'HERE', 'page 2', 60).isCut).toBe(true);
  expect(excerpt(PAGES, null, null).isCut).toBe(false);
});
