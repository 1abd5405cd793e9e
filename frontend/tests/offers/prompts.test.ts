import { expect, test } from 'vitest';
import { matching, queryOf } from '../../src/offers/prompts.ts';
import type { McpPromptInfo } from '../../src/protocol.ts';

function prompt(server: string, name: string, title: string | null = null): McpPromptInfo {
  return { server, name, title, description: 'Fix the bug.', arguments: [], completes: false };
}

const PROMPTS = [
  prompt('git', 'explain-commit'),
  prompt('demo', 'explain', 'Explain something'),
  prompt('demo', 'commit'),
];

test.each([
  ['', ['git explain-commit', 'demo explain', 'demo commit']],
  ['commit', ['demo commit', 'git explain-commit']],
  ['git · ex', ['git explain-commit']],
  ['something', ['demo explain']],
  ['fix the bug', []],
  ['etc/hosts', []],
])('what names %j is listed, its own name first', (query, found) => {
  expect(matching(PROMPTS, query).map(({ server, name }) => `${server} ${name}`)).toEqual(found);
});

test('no more are listed than somebody looks through', () => {
  const many = Array.from({ length: 300 }, (_, number) => prompt('web', `number ${number}`));
  expect(matching(many, 'number')).toHaveLength(50);
});

test.each([
  ['/', ''],
  ['/Expl ', 'expl'],
  ['', null],
  ['not /this', null],
  [' /this', null],
  ['/this\nand that', null],
])('%j asks for %j', (text, query) => {
  expect(queryOf(text)).toBe(query);
});
