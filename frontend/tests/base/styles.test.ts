import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../src');
const PHYSICAL =
  /(?:^|[\s;{])(?:(?:left|right|top|bottom)|(?:scroll-)?(?:margin|padding)-(?:left|right|top|bottom)|border-(?:left|right|top|bottom)[\w-]*)\s*:|text-align:\s*(?:left|right)|(?:float|clear):\s*(?:left|right)/;

function sheets(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.css'),
  );
}

test('style sheets name sides by the direction of the text, not left and right', () => {
  const found = sheets().flatMap((path) =>
    readFileSync(join(SOURCES, path), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        PHYSICAL.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
      ),
  );
  expect(found).toEqual([]);
});
