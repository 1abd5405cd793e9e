import { expect, test } from 'vitest';
import { parsePartial } from '../../../src/base/json/partial.ts';

test.each([
  ['', undefined],
  ['{', {}],
  ['{"a', {}],
  ['{"a":', {}],
  ['{"a":1', {}],
  ['{"a":1,', { a: 1 }],
  ['{"a":12,"b":tr', { a: 12 }],
  ['{"a":"Os', { a: 'Os' }],
  ['{"a":"\\', { a: '' }],
  ['{"a":"\\u00', { a: '' }],
  ['{"a":"\\u00e5"', { a: 'å' }],
  ['{"a":[1,{"b":"c"', { a: [1, { b: 'c' }] }],
  ['{"a":{"b":[]},"c"', { a: { b: [] } }],
  ['[1, 2]', [1, 2]],
  ['{"a":1}', { a: 1 }],
  ['"text"', 'text'],
  ['7', 7],
  ['no JSON', undefined],
])('what has arrived of %s', (text, value) => {
  expect(parsePartial(text)).toEqual(value);
});

test('every start of a text is a start of its value', () => {
  const whole = {
    location: 'Oslo "x" \\',
    dates: ['2026-11-30', null],
    n: -1.5e3,
    deep: { a: [[]] },
  };
  const text = JSON.stringify(whole);
  for (let end = 1; end < text.length; end += 1) {
    const part = parsePartial(text.slice(0, end)) as typeof whole;
    expect(whole.location.startsWith(part.location ?? '')).toBe(true);
    expect(Object.keys(whole)).toEqual(expect.arrayContaining(Object.keys(part)));
  }
  expect(parsePartial(text)).toEqual(whole);
});
