import { describe, expect, it } from 'vitest';
import { createJsonPrinter, printJson } from '../../../src/base/json/printer.ts';

const TEXTS = [
  '{"location":"Oslo","dates":["2026-11-25","2026-11-26"]}',
  '{}',
  '[]',
  '[[],{},[{}],""]',
  '"a string with \\"quotes\\", a \\\\ and {braces}: [1, 2]"',
  '-12.5e3',
  'true',
  '{"a":{"b":{"c":[null,true,false,0]}},"":"","ü":"日本語 😀"}',
  '[1,-2.5,"x",{"k":"v:, {}[]"}]',
];

const print = (chunks: Iterable<string>): string => {
  const printer = createJsonPrinter();
  return Array.from(chunks, (chunk) => printer.push(chunk))
    .flat()
    .map((piece) => piece.text)
    .join('');
};
const loose = (text: string): string => JSON.stringify(JSON.parse(text), null, 3);

describe('the JSON printer', () => {
  it.each(TEXTS)('prints %s as JSON.stringify would', (text) => {
    const expected = JSON.stringify(JSON.parse(text), null, 2);
    expect(print([JSON.stringify(JSON.parse(text))])).toBe(expected);
    expect(print([loose(text)])).toBe(expected);
  });

  it.each(TEXTS)('prints the same however %s is cut', (text) => {
    for (const whole of [text, loose(text)]) {
      expect(print(whole)).toBe(print([whole]));
      for (let cut = 0; cut <= whole.length; cut += 1) {
        expect(print([whole.slice(0, cut), whole.slice(cut)])).toBe(print([whole]));
      }
    }
  });

  it.each(TEXTS)('only ever appends: every prefix of %s prints a prefix', (text) => {
    for (const whole of [text, loose(text)]) {
      const all = print([whole]);
      for (let cut = 0; cut <= whole.length; cut += 1) {
        const part = print([whole.slice(0, cut)]);
        expect(all.startsWith(part)).toBe(true);
        expect(part.replace(/\s/g, '')).toBe(whole.slice(0, cut).replace(/\s/g, ''));
      }
    }
  });

  it('tells keys from strings, numbers and words', () => {
    const kinds = printJson('{"a":"b","c":[1,null]}').map(({ kind, text }) => [kind, text]);
    expect(kinds).toEqual([
      ['punctuation', '{\n  '],
      ['key', '"a"'],
      ['punctuation', ': '],
      ['string', '"b"'],
      ['punctuation', ',\n  '],
      ['key', '"c"'],
      ['punctuation', ': [\n    '],
      ['number', '1'],
      ['punctuation', ',\n    '],
      ['word', 'null'],
      ['punctuation', '\n  ]\n}'],
    ]);
  });

  it.each([
    ['no JSON at all', 'no JSON at all'],
    ['}}]]', '}}]]'],
    ['{"a":1}{"b":2}', '{\n  "a": 1\n}\n{\n  "b": 2\n}'],
    ['{,}', '{\n  ,\n  \n}'],
    ['{"a" "b"}', '{\n  "a" "b"\n}'],
  ])('loses nothing of %s, which is no JSON', (text, expected) => {
    expect(print([text])).toBe(expected);
    expect(print(text)).toBe(expected);
  });
});
