import { beforeEach, expect, test } from 'vitest';
import type { ServerMessage } from '../../src/protocol.ts';
import { PROTOCOL_VERSION } from '../../src/protocol.ts';
import { backoffMs } from '../../src/server/backoff.ts';
import { type Connection, type ConnectionStatus, connect } from '../../src/server/connection.ts';
import { FakeClock, FakeServer } from '../fakes.ts';
import { hello } from '../frames.ts';

let clock: FakeClock;
let server: FakeServer;
let messages: ServerMessage[];
let statuses: ConnectionStatus[];
let after: string | null;

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer();
  messages = [];
  statuses = [];
  after = null;
});

function connected(threadId: string | null = 'thread_1'): Connection {
  return connect({
    threadId,
    resumePoint: () => after,
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status),
    open: server.open,
    clock,
    random: () => 1,
  });
}

const send = { type: 'message.send', id: 'c1', text: 'Hi' } as const;
const ack = { type: 'ack', id: 'c1', thread_id: 't', item_id: 'i', run_id: 'r' } as const;

test('a new chat opens a socket without a thread', () => {
  connected(null);
  expect(server.socket.path).toBe('/ws');
});

test('a reconnect asks for what came after the last event', () => {
  connected();
  expect(server.socket.path).toBe('/ws?thread_id=thread_1&last=100');
  server.socket.receive(hello());
  after = 'e1:42';
  server.socket.breakOff();
  clock.advance(500);
  expect(server.socket.path).toBe('/ws?thread_id=thread_1&after=e1%3A42&last=100');
});

test('a socket is open once the hello has arrived', () => {
  const connection = connected();
  expect(connection.status.name).toBe('connecting');
  server.socket.receive(hello());
  expect(connection.status.name).toBe('open');
});

test('waits double from half a second to fifteen, with jitter', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((failures) => backoffMs(failures, () => 1));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(backoffMs(6, () => 0)).toBe(7500);
});

test('a server that accepts a socket and drops it at once is not flooded with retries', () => {
  connected();
  for (const wait of [500, 1000, 2000]) {
    server.socket.receive(hello());
    server.socket.breakOff();
    const before = server.sockets.length;
    clock.advance(wait - 1);
    expect(server.sockets.length).toBe(before);
    clock.advance(1);
    expect(server.sockets.length).toBe(before + 1);
  }
});

test('after a stable time the first retry is quick again', () => {
  const connection = connected();
  for (let i = 0; i < 4; i += 1) {
    server.socket.breakOff();
    connection.probe();
  }
  server.socket.receive(hello());
  clock.advance(5_000);
  server.socket.breakOff();
  const before = server.sockets.length;
  clock.advance(500);
  expect(server.sockets.length).toBe(before + 1);
});

test('a restarting server is retried soon', () => {
  connected();
  server.socket.receive(hello());
  clock.advance(6_000);
  server.socket.breakOff(1012);
  clock.advance(500);
  expect(server.sockets.length).toBe(2);
});

test('a command without an answer is sent again under the same id', () => {
  const connection = connected();
  connection.send(send);
  expect(server.socket.sent).toEqual([]);
  server.socket.receive(hello());
  expect(server.socket.sent).toEqual([send]);
  server.socket.breakOff();
  clock.advance(500);
  server.socket.receive(hello());
  expect(server.socket.sent).toEqual([send]);
  server.socket.receive(ack);
  server.socket.breakOff();
  clock.advance(1000);
  server.socket.receive(hello());
  expect(server.socket.sent).toEqual([]);
});

test('a second hello on the same socket has what is unanswered sent again', () => {
  const connection = connected();
  server.socket.receive(hello());
  connection.send(send);
  server.socket.receive(hello('e2'));
  expect(server.socket.sent).toEqual([send, send]);
  server.socket.receive(ack, hello('e3'));
  expect(server.socket.sent).toEqual([send, send]);
  expect(server.sockets).toHaveLength(1);
  expect(connection.status.name).toBe('open');
});

test('a refused command is not sent again', () => {
  const connection = connected();
  server.socket.receive(hello());
  connection.send(send);
  server.socket.receive({
    type: 'error',
    id: 'c1',
    code: 'run_active',
    message: '',
    retryable: true,
    run_id: 'r',
  });
  server.socket.breakOff();
  clock.advance(500);
  server.socket.receive(hello());
  expect(server.socket.sent).toEqual([]);
});

test('a silent socket is pinged and, if it stays silent, given up', () => {
  const connection = connected();
  server.socket.receive(hello());
  clock.advance(19_999);
  expect(server.socket.sent).toEqual([]);
  clock.advance(1);
  expect(server.socket.sent.map(({ type }) => type)).toEqual(['ping']);
  const silent = server.socket;
  clock.advance(10_000);
  expect(connection.status).toEqual({ name: 'waiting', failures: 1 });
  expect(silent.closedByPage).toBe(true);
});

test('any frame is a sign of life', () => {
  const connection = connected();
  server.socket.receive(hello());
  for (let i = 0; i < 5; i += 1) {
    clock.advance(15_000);
    server.socket.receive({ type: 'pong', id: 'p' });
  }
  expect(server.socket.sent).toEqual([]);
  clock.advance(20_000);
  server.socket.receive({ type: 'pong', id: 'p' });
  clock.advance(15_000);
  expect(connection.status.name).toBe('open');
});

test('a socket that never greets is given up', () => {
  const connection = connected();
  clock.advance(10_000);
  expect(connection.status.name).toBe('waiting');
});

test.each([
  [4404, 'unknown_thread'],
  [4401, 'refused'],
  [4403, 'refused'],
])('close code %i is for good: %s', (code, reason) => {
  const connection = connected();
  server.socket.breakOff(code);
  clock.advance(60_000);
  expect(connection.status).toEqual({ name: 'closed', reason });
  expect(server.sockets.length).toBe(1);
});

test('a probe asks again for a thread that was unknown', () => {
  const connection = connected();
  server.socket.breakOff(4404);
  connection.probe();
  expect(server.sockets.length).toBe(2);
  server.socket.receive(hello());
  expect(connection.status.name).toBe('open');
});

test('a server of another protocol version closes the connection for good', () => {
  const connection = connected();
  server.socket.receive({ ...hello(), protocol: PROTOCOL_VERSION + 1 } as ServerMessage);
  expect(connection.status).toEqual({ name: 'closed', reason: 'outdated' });
});

test('a message that is too big for the server is refused, not sent again and again', () => {
  const connection = connected();
  server.socket.receive(hello());
  connection.send(send);
  server.socket.breakOff(1009);
  expect(messages.at(-1)).toMatchObject({ type: 'error', id: 'c1', code: 'message_too_big' });
  clock.advance(500);
  server.socket.receive(hello());
  expect(server.socket.sent).toEqual([]);
});

test('a probe connects at once while waiting to reconnect, and pings an open socket', () => {
  const connection = connected();
  server.socket.breakOff();
  connection.probe();
  expect(server.sockets.length).toBe(2);
  server.socket.receive(hello());
  connection.probe();
  expect(server.socket.sent.map(({ type }) => type)).toEqual(['ping']);
});

test('after joining a thread it reconnects to that thread', () => {
  const connection = connected(null);
  server.socket.receive(hello());
  connection.join('thread_9');
  server.socket.breakOff();
  clock.advance(500);
  expect(server.socket.path).toBe('/ws?thread_id=thread_9&last=100');
});

test('frames of an abandoned socket are ignored', () => {
  const connection = connected();
  const first = server.socket;
  first.receive(hello());
  connection.close();
  first.receive({ type: 'pong', id: 'late' });
  first.breakOff();
  clock.advance(60_000);
  expect(server.sockets.length).toBe(1);
  expect(messages.map(({ type }) => type)).toEqual(['hello']);
});

test('a frame that is not a message is skipped', () => {
  connected();
  server.socket.receive(hello());
  for (const data of ['{', '"text"', 'null', '[]', '{}']) {
    server.socket.onmessage?.(new MessageEvent('message', { data }));
  }
  expect(messages.map(({ type }) => type)).toEqual(['hello']);
});
