import { expect, test, vi } from 'vitest';
import type { OffersApi } from '../../src/offers/api.ts';
import { bindPrompts, matching, queryOf } from '../../src/offers/prompts.ts';
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

test('a slash that was written before anything was loaded is answered once it is', async () => {
  const field = document.createElement('textarea');
  const form = document.createElement('form');
  form.append(field);
  document.body.append(form);
  field.focus();
  field.value = '/';
  const api = { mcpPrompts: async () => ({ prompts: PROMPTS, next_cursor: null }) };

  const prompts = bindPrompts(field, api as unknown as OffersApi, () => {});

  await vi.waitFor(() => expect(document.querySelectorAll('[role=option]')).toHaveLength(3));
  prompts.dispose();
});
