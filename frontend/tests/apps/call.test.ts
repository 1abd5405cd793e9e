import { expect, test } from 'vitest';
import { hasOpenApp } from '../../src/apps/app_part.ts';
import { callOf } from '../../src/apps/call.ts';
import type { AppPart } from '../../src/protocol.ts';
import { functionCall } from '../frames.ts';

const APP: AppPart = {
  type: 'app',
  file_id: 'file_1',
  title: null,
  data: { rows: [1] },
  meta: { stamp: 'x' },
  domains: { connect: [], resource: [], frame: [], base_uri: [] },
  tools: null,
  prefers_border: null,
};

test.each([
  ['in_progress', '', null],
  ['in_progress', '{"wh', {}],
  ['in_progress', '{"where": "Os', { where: 'Os' }],
  ['in_progress', '[1', null],
  ['running', '{"where": "Oslo"}', null],
] as const)('arguments of a call that is %s: %s', (status, text, partial) => {
  const call = callOf(functionCall('item_1', { status, arguments: text }));
  expect(call.partial).toEqual(partial);
  expect(call.arguments).toEqual(status === 'running' ? { where: 'Oslo' } : null);
  expect([call.result, call.cancelled]).toEqual([null, null]);
});

test('the app is given what the server said for it alone', () => {
  const outputs = [APP, { type: 'text', text: 'One row.', annotations: [] }] as const;
  const call = callOf(functionCall('item_1', { status: 'completed', arguments: '', outputs }));
  expect(call.arguments).toEqual({});
  expect(call.result).toEqual({
    content: [{ type: 'text', text: 'One row.' }],
    structuredContent: { rows: [1] },
    _meta: { stamp: 'x' },
    isError: false,
  });
});

test.each(['cancelled', 'denied', 'incomplete'] as const)(
  'a call that is %s comes to nothing',
  (status) => {
    const call = callOf(functionCall('item_1', { status, error: 'You stopped it.' }));
    expect(call.cancelled).toBe('You stopped it.');
  },
);

test('an app shows a call that is under way, but none that waits for the reader', () => {
  const shown = (status: 'in_progress' | 'running' | 'awaiting_approval' | 'cancelled') =>
    hasOpenApp(functionCall('item_1', { status, has_app: true }));
  expect(shown('in_progress') && shown('running')).toBe(true);
  expect(shown('awaiting_approval') || shown('cancelled')).toBe(false);
  expect(hasOpenApp(functionCall('item_1', { status: 'running' }))).toBe(false);
});
