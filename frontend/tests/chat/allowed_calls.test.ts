import { expect, it } from 'vitest';
import { withAllowedCalls } from '../../src/chat/allowed_calls.ts';
import type { Action, McpCall } from '../../src/protocol.ts';

const ALLOWED: Action = {
  kind: 'approval',
  tool: 'zip1.shorten',
  message: '',
  form: {},
  arguments: '{"url":"x"}',
  asked_at: 1,
  expires_at: 2,
  within: false,
  problem: null,
  asker: null,
  url: null,
  held: false,
  changes: [],
  earlier: [],
  resolution: {
    decision: 'allow',
    by: 'visitor',
    at: 2,
    scope: 'once',
    reason: null,
    arguments: null,
    answer: null,
  },
};

function call(id: string, fields: Partial<McpCall> = {}): McpCall {
  return {
    type: 'mcp_call',
    id,
    parent_id: null,
    run_id: 'run_1',
    status: 'completed',
    created_at: 1,
    call_id: null,
    error: null,
    duration_ms: null,
    required_action: null,
    server_label: 'zip1',
    name: 'shorten',
    arguments: '{"url":"x"}',
    output: null,
    ...fields,
  };
}

const asked = (id: string, fields: Partial<McpCall> = {}) =>
  call(id, { required_action: ALLOWED, ...fields });

it('shows an allowed call and what the upstream made of it as one, in the place of the first', () => {
  const made = call('made', { output: 'z.ip/1' });
  expect(withAllowedCalls([asked('asked'), made])).toEqual([
    { key: 'asked', item: { ...made, required_action: ALLOWED } },
  ]);
});

it('finds the call while its arguments arrive, and each of two equal ones once', () => {
  const turn = [asked('a'), asked('b'), call('1', { arguments: '' }), call('2'), call('3')];
  expect(withAllowedCalls(turn).map(({ key, item }) => [key, item.id])).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['3', '3'],
  ]);
});

it.each([
  ['is another tool', asked('a'), call('b', { name: 'expand' })],
  ['is of another server', asked('a'), call('b', { server_label: 'zip2' })],
  ['has other arguments', asked('a'), call('b', { arguments: '{"url":"y"}' })],
  ['was denied', asked('a', { required_action: denied() }), call('b')],
  ['came before', call('b'), asked('a')],
  ['waits itself', asked('a'), asked('b')],
])('shows two where the other %s', (_, first, second) => {
  expect(withAllowedCalls([first, second])).toEqual([
    { key: first.id, item: first },
    { key: second.id, item: second },
  ]);
});

function denied(): Action {
  return { ...ALLOWED, resolution: { ...ALLOWED.resolution!, decision: 'deny' } };
}
