import { describe, expect, it } from 'vitest';
import { parseExact, roundedNumber } from '../../../src/base/json/exact.ts';

describe('JSON with long numbers', () => {
  it.each([
    '{"id":12345678901234567890,"list":[-9007199254740993]}',
    '[9007199254740991,1e300,"12345678901234567890",0.1234567890123456]',
  ])('is written with every digit again: %s', (text) => {
    expect(JSON.stringify(parseExact(text))).toBe(text.replace('1e300', '1e+300'));
  });

  it('has numbers for all that are exact, and for others on demand', () => {
    expect(parseExact('[1234567890123456,1.5]')).toEqual([1234567890123456, 1.5]);
    const [long] = parseExact('[12345678901234567890]') as [unknown];
    expect([roundedNumber(long), roundedNumber(1), roundedNumber({ a: 1 })]).toEqual([
      ...[Number('12345678901234567890'), 1, { a: 1 }],
    ]);
  });

  it('is refused where it is none', () => {
    expect(() => parseExact('{"id":12345678901234567890')).toThrow(SyntaxError);
  });
});
