import { expect, test } from 'vitest';
import { relativeTime } from '../../src/sidebar/relative_time.ts';
import { snippetParts } from '../../src/sidebar/snippet.ts';

const NOW = Date.UTC(2026, 10, 26, 12) / 1000;

test.each([
  [0, 'now'],
  [-5, 'now'],
  [59, 'now'],
  [60, '1 min'],
  [3_599, '59 min'],
  [3_600, '1 h'],
  [86_400, '1 d'],
  [6 * 86_400, '6 d'],
  [8 * 86_400, 'Nov 18'],
  [400 * 86_400, 'Oct 2025'],
])('%i seconds ago is %s', (age, words) => {
  expect(relativeTime(NOW - age, NOW)).toBe(words);
});

test('a snippet is text with its matches marked', () => {
  expect(snippetParts('in \uE000Oslo\uE001 and \uE000Lima\uE001')).toEqual([
    { text: 'in ', isMatch: false },
    { text: 'Oslo', isMatch: true },
    { text: ' and ', isMatch: false },
    { text: 'Lima', isMatch: true },
  ]);
  expect(snippetParts('')).toEqual([]);
});

test('a snippet that was cut in a match loses no text', () => {
  expect(
    snippetParts('a \uE000b')
      .map(({ text }) => text)
      .join(''),
  ).toBe('a b');
});
