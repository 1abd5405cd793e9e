import { expect, test } from 'vitest';
import { type SnippetOf, snippet } from '../../src/workbench/snippets.ts';

const CALL: SnippetOf = {
  name: 'find-it',
  isFunction: true,
  arguments: '{"text":"it\'s \\"here\\""}',
  url: 'https://chat.example/app/api/tools/find-it/runs',
  isGuarded: false,
  hasFailed: false,
  timezone: 'Europe/Oslo',
  locale: 'nb',
};

test('a shell reads the arguments of curl as they are', () => {
  expect(snippet('curl', CALL)).toBe(`curl --silent --show-error '${CALL.url}' \\
  --header 'Content-Type: application/json' \\
  --data-raw '{"arguments": {"text":"it'\\''s \\"here\\""}}'
`);
});

test('an access token comes from the environment and is in no text', () => {
  const guarded = { ...CALL, isFunction: false, isGuarded: true };
  expect(snippet('curl', guarded)).toContain('"Authorization: Bearer $ACCESS_TOKEN"');
  for (const kind of ['python', 'test'] as const) {
    expect(snippet(kind, guarded)).toContain("Bearer {os.environ['ACCESS_TOKEN']}");
    expect(snippet(kind, guarded)).toContain('import os\n');
  }
});

test('a test of a function needs no server, that of another tool does', () => {
  expect(snippet('test', CALL)).toContain('toolbox.context("", "", "Europe/Oslo", locale="nb")');
  expect(snippet('test', CALL)).toContain('def test_find_it_answers() -> None:');
  expect(snippet('test', { ...CALL, isFunction: false })).toContain(CALL.url);
});

test('a call that failed is expected to fail again', () => {
  const failed = { ...CALL, hasFailed: true };
  expect(snippet('test', failed)).toContain('def test_find_it_refuses()');
  expect(snippet('test', failed)).toContain('assert result.error is not None');
  expect(snippet('test', { ...failed, isFunction: false })).toContain('== "failed"');
});
