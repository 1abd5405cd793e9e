import { describe, expect, it } from 'vitest';
import { elementsOf, membersOf, scalarsOf, withMembers } from '../../../src/base/json/source.ts';

const TEXT = ' { "a" : 9007199254740993, "b\\"}": {"c":[1,"]"]} ,"d":-0.0,"e":[],"f":"x,y"} ';

describe('the texts of the parts of JSON', () => {
  it('are those of members and elements, digit by digit', () => {
    expect(membersOf(TEXT).map(({ name, value }) => [name, value])).toEqual([
      ['a', '9007199254740993'],
      ['b"}', '{"c":[1,"]"]}'],
      ['d', '-0.0'],
      ['e', '[]'],
      ['f', '"x,y"'],
    ]);
    expect(membersOf('{"a":1,"a":2}')).toEqual([{ name: 'a', value: '2' }]);
    expect(elementsOf(' [1.0, "a,]" ,[2,3],{"a":[4]} , null]')).toEqual([
      ...['1.0', '"a,]"', '[2,3]', '{"a":[4]}', 'null'],
    ]);
    expect([membersOf('{}'), membersOf('[1]'), elementsOf('[ ]'), elementsOf('7')]).toEqual([
      ...[[], [], [], []],
    ]);
  });

  it.each([
    [{ a: '1' }, ' { "a" : 1, "b\\"}": {"c":[1,"]"]} ,"d":-0.0,"e":[],"f":"x,y"} '],
    [{ a: null, f: null }, ' { "b\\"}": {"c":[1,"]"]} ,"d":-0.0,"e":[]} '],
    [{ g: '[2]', h: null }, TEXT.replace('"x,y"', '"x,y","g":[2]')],
  ])('are replaced, the others staying as they are', (changes, expected) => {
    const given = new Map<string, string | null>(Object.entries(changes));
    expect(withMembers(TEXT, given)).toBe(expected);
  });

  it('are added to an empty object, and taken from it', () => {
    expect(withMembers('{}', new Map([['a', '1']]))).toBe('{"a":1}');
    expect(withMembers('{"a":1}', new Map([['a', null]]))).toBe('{}');
    expect(withMembers('{ "a" : 1 }', new Map(Object.entries({ a: null, b: '2' })))).toBe(
      '{"b":2 }',
    );
  });

  it('are listed without keys', () => {
    expect(scalarsOf('{"a":{"b":[12345678901234567890,"x\\n"]},"c":null,"d":true}')).toEqual([
      ...['12345678901234567890', 'x\n', 'true'],
    ]);
  });
});
