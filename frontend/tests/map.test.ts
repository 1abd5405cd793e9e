import { expect, test } from 'vitest';
import map from '../README.md?raw';

const FILES = Object.keys(import.meta.glob('../src/**/*')).map((path) =>
  path.replace('../src/', ''),
);

test('every file and room that the map names is there', () => {
  const named = [...map.matchAll(/`(?:src\/)?([a-z_]+(?:\/[a-z_/]*)?(?:\.ts|\.css)?)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => /[/.]/.test(path));
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !FILES.some((file) => file.includes(path)))).toEqual([]);
});

test('every room is on the map', () => {
  const rooms = new Set(FILES.flatMap((file) => /^\w+\//.exec(file) ?? []));
  expect([...rooms].filter((room) => !map.includes(`\`${room}\``))).toEqual([]);
});
