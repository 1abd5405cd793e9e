import { expect, test } from 'vitest';
import { readMessage } from '../../src/apps/messages.ts';
import { createRate } from '../../src/apps/rate.ts';
import { createAppSession, type Handlers } from '../../src/apps/session.ts';
import type { Clock } from '../../src/base/time.ts';

const APP = { appInfo: { name: 'a', version: '1' }, protocolVersion: '2026-01-26' };
const CALL = { partial: null, arguments: { a: 1 }, result: null, cancelled: null };

/** A session and what it has posted. `say` is the app's postMessage. */
function talk(handlers: Handlers = {}, notified = {}) {
  const posted: unknown[] = [];
  const session = createAppSession({
    post: (message) => posted.push(message),
    capabilities: { openLinks: {} },
    context: () => ({ theme: 'dark' }),
    handlers,
    notified,
    onReady: () => {},
  });
  const say = async (message: unknown): Promise<void> => {
    const read = readMessage(message);
    if (read !== null) session.receive(read);
    await Promise.resolve();
    await Promise.resolve();
  };
  const greet = async (): Promise<void> => {
    await say({ jsonrpc: '2.0', id: 'hi', method: 'ui/initialize', params: APP });
    await say({ jsonrpc: '2.0', method: 'ui/notifications/initialized' });
  };
  return { session, posted, say, greet };
}

test('tells of the call only after both halves of the greeting, and each thing once', async () => {
  const { session, posted, say } = talk();
  session.update(CALL);
  session.changed({ theme: 'light' });
  await say({ jsonrpc: '2.0', id: 0, method: 'ui/initialize', params: APP });
  session.update(CALL);
  expect(posted).toEqual([
    {
      jsonrpc: '2.0',
      id: 0,
      result: {
        protocolVersion: '2026-01-26',
        hostInfo: { name: 'Runstream', version: '1' },
        hostCapabilities: { openLinks: {} },
        hostContext: { theme: 'dark' },
      },
    },
  ]);
  await say({ jsonrpc: '2.0', method: 'ui/notifications/initialized', params: {} });
  session.update({ ...CALL, result: { content: [] } });
  session.update({ ...CALL, result: { content: [] } });
  expect(posted.slice(1)).toEqual([
    { jsonrpc: '2.0', method: 'ui/notifications/tool-input', params: { arguments: { a: 1 } } },
    { jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: { content: [] } },
  ]);
});

test('tells of arguments as they arrive, and no more once they are complete', async () => {
  const { session, posted, greet } = talk();
  await greet();
  const arriving = { ...CALL, arguments: null };
  session.update({ ...arriving, partial: {} });
  session.update({ ...arriving, partial: { where: 'Os' } });
  session.update({ ...arriving, partial: { where: 'Os' } });
  session.update({ ...arriving, partial: { where: 'Oslo' } });
  session.update(CALL);
  session.update({ ...arriving, partial: { where: 'Lima' } });
  expect(posted.slice(1)).toEqual([
    {
      jsonrpc: '2.0',
      method: 'ui/notifications/tool-input-partial',
      params: { arguments: { where: 'Os' } },
    },
    {
      jsonrpc: '2.0',
      method: 'ui/notifications/tool-input-partial',
      params: { arguments: { where: 'Oslo' } },
    },
    { jsonrpc: '2.0', method: 'ui/notifications/tool-input', params: { arguments: { a: 1 } } },
  ]);
});

test('tells of a call that came to nothing', async () => {
  const { session, posted, greet } = talk();
  await greet();
  session.update({ ...CALL, cancelled: 'You stopped it.' });
  expect(posted.at(-1)).toEqual({
    jsonrpc: '2.0',
    method: 'ui/notifications/tool-cancelled',
    params: { reason: 'You stopped it.' },
  });
});

test('an app that loads anew is told all again', async () => {
  const { session, posted, greet } = talk();
  session.update({ ...CALL, result: { content: [] } });
  await greet();
  await greet();
  const methods = posted.map((each) => Object(each).method).filter(Boolean);
  expect(methods).toEqual([
    'ui/notifications/tool-input',
    'ui/notifications/tool-result',
    'ui/notifications/tool-input',
    'ui/notifications/tool-result',
  ]);
});

test('answers with errors, and never twice to one id at a time', async () => {
  let finish = (_: object): void => {};
  const { posted, say, greet } = talk({
    slow: () => new Promise((done) => (finish = (result) => done({ ...result }))),
    broken: () => {
      throw new Error('Cannot.');
    },
  });
  await say({ jsonrpc: '2.0', id: 1, method: 'slow', params: {} });
  expect(posted.pop()).toMatchObject({ id: 1, error: { code: -32600 } });
  await greet();
  await say({ jsonrpc: '2.0', id: 2, method: 'constructor', params: {} });
  expect(posted.pop()).toMatchObject({ id: 2, error: { code: -32601 } });
  await say({ jsonrpc: '2.0', id: 3, method: 'broken' });
  expect(posted.pop()).toMatchObject({ id: 3, error: { code: -32000, message: 'Cannot.' } });
  await say({ jsonrpc: '2.0', id: 4, method: 'ping' });
  expect(posted.pop()).toEqual({ jsonrpc: '2.0', id: 4, result: {} });

  const before = posted.length;
  await say({ jsonrpc: '2.0', id: 5, method: 'slow' });
  await say({ jsonrpc: '2.0', id: 5, method: 'ping' });
  finish({ done: true });
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  expect(posted.slice(before)).toEqual([{ jsonrpc: '2.0', id: 5, result: { done: true } }]);
});

test('has sixteen requests of an app under way and no more', async () => {
  const { posted, say, greet } = talk({ never: () => new Promise(() => {}) });
  await greet();
  const before = posted.length;
  for (let id = 0; id < 17; id += 1) await say({ jsonrpc: '2.0', id, method: 'never' });
  expect(posted.slice(before)).toMatchObject([{ id: 16, error: { code: -32000 } }]);
});

test('ends once the app has answered, whatever else it answers', async () => {
  const { session, posted, say, greet } = talk();
  await greet();
  await say({ jsonrpc: '2.0', id: 'host-teardown', result: {} });
  let isOver = false;
  const ended = session.end('Closed.').then(() => {
    isOver = true;
  });
  expect(posted.at(-1)).toMatchObject({ method: 'ui/resource-teardown' });
  await say({ jsonrpc: '2.0', id: 1, result: {} });
  await say({ jsonrpc: '2.0', id: 2, method: 'ping' });
  expect(isOver).toBe(false);
  await say({ jsonrpc: '2.0', id: 'host-teardown', error: { code: 1, message: 'No.' } });
  await ended;
  expect(posted.at(-1)).toMatchObject({ method: 'ui/resource-teardown' });
});

const circle: Record<string, unknown> = {};
circle['self'] = circle;

test.each([
  ['text', 'hello', null],
  ['null', null, null],
  ['another protocol', { jsonrpc: '1.0', method: 'a' }, null],
  ['a class', new Date(), null],
  ['a method that is no text', { jsonrpc: '2.0', id: 1, method: 5 }, 'broken'],
  ['an id that is no id', { jsonrpc: '2.0', id: {}, method: 'a' }, 'broken'],
  ['a number that is none', { jsonrpc: '2.0', id: Number.NaN, method: 'a' }, 'broken'],
  ['a list of parameters', { jsonrpc: '2.0', id: 1, method: 'a', params: [1] }, 'broken'],
  ['a long text', { jsonrpc: '2.0', id: 1, method: 'a', params: { a: 'x'.repeat(1e6) } }, 'broken'],
  ['many values', { jsonrpc: '2.0', method: 'a', params: { a: Array(30_000).fill(0) } }, 'broken'],
  ['a circle', { jsonrpc: '2.0', method: 'a', params: circle }, 'broken'],
  ['bytes', { jsonrpc: '2.0', method: 'a', params: { a: new Uint8Array(1) } }, 'broken'],
  ['a request', { jsonrpc: '2.0', id: 'x', method: 'a' }, 'request'],
  ['a notification', { jsonrpc: '2.0', method: 'a', params: {} }, 'notification'],
  ['an answer', { jsonrpc: '2.0', id: 1, error: {} }, 'answer'],
])('reads %s', (_, data, kind) => {
  expect(readMessage(data)?.kind ?? null).toBe(kind);
});

test('a flood is told from busy traffic', () => {
  let now = 0;
  const clock = { now: () => now } as Clock;
  const rate = createRate(clock, { burst: 3, perSecond: 2 });
  expect([1, 2, 3, 4].map(() => rate.take())).toEqual([true, true, true, false]);
  now = 1_000;
  expect(rate.take()).toBe(true);
});
