import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as german from '../../src/strings/german/german.ts';
import { chosen } from '../../src/strings/locale.ts';

const ENGLISH = Object.assign(
  {},
  ...Object.values(
    import.meta.glob<Record<string, unknown>>('../../src/strings/english/*.ts', { eager: true }),
  ),
);

/** Words that German has as well. */
const SAME =
  /^(?:API|App|CSV|Chat|Chats|Code\.?|Demo|Flex|HTML|Id: |Link|Links|Markdown|Minimal|Name|Notebook|Parameter|Patch|Patches|Prompt|Prompts|Shell|Text|Top-p|Traceback|.* API|1\. Upstream|)$/;

/** Returns the leaves of a table by their path. */
function leaves(table: unknown, path = ''): [string, unknown][] {
  if (typeof table !== 'object' || table === null) return [[path, table]];
  return Object.entries(table).flatMap(([key, value]) => leaves(value, `${path}.${key}`));
}

test('both languages say the same things', () => {
  const { counted: _, number: __, ...english } = ENGLISH;
  const pathsOf = (table: unknown): string[] =>
    leaves(table)
      .map(([path]) => path)
      .sort();
  expect(pathsOf(german)).toEqual(pathsOf(english));
  expect(pathsOf(english).length).toBeGreaterThan(600);
});

test('no German text is left in English', () => {
  const english = new Map(leaves(ENGLISH));
  const same = leaves(german).filter(
    ([path, text]) => typeof text === 'string' && text === english.get(path) && !SAME.test(text),
  );
  expect(same).toEqual([]);
});

test('each table has a door of its own, and is in the German one', () => {
  const tables = readdirSync('src/strings/english').filter(
    (each) => !/^(?:counted|sentence)/.test(each),
  );
  const doors = readdirSync('src/strings').filter((each) => /(?<!german|locale)\.ts$/.test(each));
  expect(doors).toEqual(tables);
});

test.each([
  [['de-AT', 'en'], 'de', 'de-AT'],
  [['fr-FR', 'de', 'en'], 'de', 'de'],
  [['en-GB', 'de'], 'en', 'en-GB'],
  [['fr', 'den'], 'en', 'en'],
  [[], 'en', 'en'],
])('a browser that prefers %j gets %s, with the numbers of %s', (languages, language, locale) => {
  expect(chosen(languages)).toEqual({ language, locale });
});

test('amounts follow the language', () => {
  expect(german.usage.tokens(1)).toBe('1 Token');
  expect(german.sidebar.age.days(3)).toBe('3 T.');
  expect(german.chat.waits.text(2, 1, 1)).toBe(
    '2 Aufrufe und 1 Frage warten auf Sie. Ihre Nachricht wartet dahinter.',
  );
});
