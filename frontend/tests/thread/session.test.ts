import { beforeEach, expect, test } from 'vitest';
import type { MessageSend, ServerMessage } from '../../src/protocol.ts';
import { openSession, type Session } from '../../src/thread/session.ts';
import { itemsOf } from '../../src/thread/state.ts';
import { FakeClock, FakeServer, memoryStorage } from '../fakes.ts';
import {
  assistantMessage,
  delta,
  hello,
  numbered,
  run,
  snapshot,
  thread,
  userMessage,
  wholeRun,
} from '../frames.ts';

let clock: FakeClock;
let server: FakeServer;
let storage: ReturnType<typeof memoryStorage>;
let threads: string[];

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer();
  storage = memoryStorage();
  threads = [];
});

function session(threadId: string | null = 'thread_1'): Session {
  return openSession({
    threadId,
    storage,
    onChange() {},
    onThread: (id) => threads.push(id),
    socket: { open: server.open, clock, random: () => 1 },
    timezone: () => 'Europe/Oslo',
  });
}

function opened(threadId = 'thread_1'): Session {
  const open = session(threadId);
  server.socket.receive(hello(), snapshot());
  return open;
}

const sent = (): MessageSend[] =>
  server.socket.sent.filter((command) => command.type === 'message.send');

const runActive = (id: string, runId: string): ServerMessage => ({
  type: 'error',
  id,
  code: 'run_active',
  message: 'A run is active.',
  retryable: true,
  run_id: runId,
});

const ackOf = (id: string, itemId = 'item_1'): ServerMessage => ({
  type: 'ack',
  id,
  thread_id: 'thread_1',
  item_id: itemId,
  run_id: 'run_1',
});

test('a message carries the visitor’s time zone and language', () => {
  opened().send('Tomorrow?');
  expect(sent()).toEqual([
    {
      type: 'message.send',
      id: expect.any(String),
      text: 'Tomorrow?',
      file_ids: [],
      contexts: [],
      timezone: 'Europe/Oslo',
      locale: 'en-US',
    },
  ]);
});

test('what an app tells goes out with its message, also after a reload', () => {
  const before = session();
  before.send('Ready?', [], [{ itemId: 'item_9', title: 'Packing', text: '3 of 5' }]);
  before.dispose();
  const after = opened();
  expect(after.outbox[0]?.contexts[0]?.title).toBe('Packing');
  expect(sent()).toMatchObject([
    { text: 'Ready?', contexts: [{ item_id: 'item_9', text: '3 of 5' }] },
  ]);
});

test('the first message creates the thread on the same socket without a gap', () => {
  const chat = session(null);
  server.socket.receive(hello('e1', null));
  chat.send('Hi');
  const id = sent()[0]!.id;
  expect(storage.values.has('runstream.outbox.new')).toBe(true);
  server.socket.receive(ackOf(id));
  expect(threads).toEqual(['thread_1']);
  expect(chat.threadId).toBe('thread_1');
  expect(chat.outbox.map(({ text }) => text)).toEqual(['Hi']);
  server.socket.receive(
    snapshot({
      seq: 2,
      items: [userMessage('item_1')],
      runs: [run('run_1')],
      active_run: run('run_1'),
    }),
    ...numbered(
      [
        {
          type: 'item.added',
          item: assistantMessage('b', { parent_id: 'item_1' }),
          command_id: null,
        },
      ],
      2,
    ),
  );
  expect(chat.outbox).toEqual([]);
  expect([...itemsOf(chat.state)].map((item) => item.id)).toEqual(['item_1', 'b']);
  expect(server.sockets.length).toBe(1);
  expect(storage.values.size).toBe(0);
});

test('a pending message is shown until its item arrives', () => {
  const chat = opened();
  chat.send('Hi');
  const id = sent()[0]!.id;
  server.socket.receive(ackOf(id));
  expect(chat.outbox).toHaveLength(1);
  server.socket.receive(
    ...numbered([{ type: 'item.added', item: userMessage('item_1'), command_id: id }]),
  );
  expect(chat.outbox).toEqual([]);
});

test('an acknowledgement after the item leaves no pending message', () => {
  const chat = opened();
  chat.send('Hi');
  const id = sent()[0]!.id;
  server.socket.receive(
    ...numbered([{ type: 'item.added', item: userMessage('item_1'), command_id: id }]),
    ackOf(id),
  );
  expect(chat.outbox).toEqual([]);
});

test('an unsent message survives a reload and is sent under the same id', () => {
  const before = opened();
  before.send('Hi');
  const id = sent()[0]!.id;
  before.dispose();
  const after = opened();
  expect(after.outbox.map(({ text }) => text)).toEqual(['Hi']);
  expect(sent().map((command) => command.id)).toEqual([id]);
});

test('messages written during a run wait for its end and are then sent one by one', () => {
  const chat = opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  chat.send('one');
  chat.send('two');
  expect(sent()).toEqual([]);
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'completed' }) }], 1),
  );
  expect(sent().map(({ text }) => text)).toEqual(['one']);
  server.socket.receive(
    ...numbered(
      [
        { type: 'item.added', item: userMessage('a'), command_id: sent()[0]!.id },
        { type: 'run.started', run: run('run_2') },
        { type: 'run.finished', run: run('run_2', { status: 'completed' }) },
      ],
      2,
    ),
  );
  expect(sent().map(({ text }) => text)).toEqual(['one', 'two']);
});

test('a message refused because of a run is sent when that run ends', () => {
  const chat = opened();
  chat.send('Hi');
  const id = sent()[0]!.id;
  server.socket.receive(runActive(id, 'run_7'));
  expect(chat.outbox[0]?.stage).toEqual({ name: 'held', runId: 'run_7' });
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_7') }]));
  expect(sent()).toHaveLength(1);
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_7', { status: 'failed' }) }], 1),
  );
  expect(sent().map((command) => command.id)).toEqual([id, id]);
});

test('a message refused because of a run that has since ended is sent again', () => {
  const chat = opened();
  chat.send('Hi');
  const id = sent()[0]!.id;
  server.socket.receive(
    ...numbered([
      { type: 'run.started', run: run('run_7') },
      { type: 'run.finished', run: run('run_7', { status: 'completed' }) },
    ]),
    runActive(id, 'run_7'),
  );
  expect(sent()).toHaveLength(2);
});

test('a waiting message can be withdrawn', () => {
  const chat = opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  chat.send('never mind');
  chat.discard(chat.outbox[0]!.id);
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'completed' }) }], 1),
  );
  expect(sent()).toEqual([]);
});

test('a refused message says why, lets others be sent and can be tried again', () => {
  const chat = opened();
  chat.send('bad');
  const id = sent()[0]!.id;
  server.socket.receive({
    type: 'error',
    id,
    code: 'store_unavailable',
    message: 'The disk is full.',
    retryable: true,
    run_id: null,
  });
  expect(chat.outbox[0]?.stage).toEqual({ name: 'failed', problem: 'The disk is full.' });
  chat.send('good');
  expect(sent().map(({ text }) => text)).toEqual(['bad', 'good']);
  server.socket.receive(
    ackOf(sent()[1]!.id),
    ...numbered([{ type: 'item.added', item: userMessage('x'), command_id: sent()[1]!.id }]),
  );
  chat.retry(id);
  expect(sent().map(({ text }) => text)).toEqual(['bad', 'good', 'bad']);
});

test('stopping sends one command and lasts until the run has finished', () => {
  const chat = opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  chat.stop();
  chat.stop();
  expect(server.socket.sent).toEqual([
    { type: 'run.cancel', id: expect.any(String), run_id: 'run_1' },
  ]);
  expect(chat.stopping).toBe('run_1');
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'cancelled' }) }], 1),
  );
  expect(chat.stopping).toBeNull();
});

test('a gap reconnects for a snapshot', () => {
  const chat = opened();
  server.socket.receive(...numbered([{ type: 'thread.updated', thread: thread() }], 5));
  clock.advance(500);
  expect(server.sockets).toHaveLength(2);
  expect(server.socket.path).toBe('/ws?thread_id=thread_1&last=100');
  server.socket.receive(hello(), snapshot({ seq: 6 }));
  expect(chat.state.resync).toBe(false);
});

test('a run continues wherever the socket was cut', () => {
  const events = wholeRun();
  for (let cut = 0; cut <= events.length; cut += 1) {
    const chat = opened();
    server.socket.receive(...events.slice(0, cut));
    server.socket.breakOff();
    clock.advance(500);
    expect(new URLSearchParams(server.socket.path.slice(3)).get('after')).toBe(`e1:${cut}`);
    server.socket.receive(hello(), ...events.slice(cut));
    expect(chat.state.resync).toBe(false);
    expect(chat.state.seq).toBe(events.length);
    expect([...itemsOf(chat.state)].at(-1)).toMatchObject({ status: 'completed' });
    chat.dispose();
  }
});

test('deltas lost in a cut are not doubled by the replay', () => {
  const chat = opened();
  const events = numbered([
    { type: 'item.added', item: assistantMessage('a'), command_id: null },
    delta('a', 'text', 0, 'one '),
    delta('a', 'text', 4, 'two'),
  ]);
  server.socket.receive(...events.slice(0, 2));
  server.socket.breakOff();
  clock.advance(500);
  server.socket.receive(hello(), ...events);
  expect([...itemsOf(chat.state)]).toEqual([assistantMessage('a', { text: 'one two' })]);
});

test('a run goes on in the same socket where another process takes it over', () => {
  const chat = opened();
  const question = userMessage('q');
  const asked = { ...snapshot({ items: [question], seq: 1 }), active_run: run('run_1') };
  server.socket.receive(
    asked,
    ...numbered(
      [
        { type: 'item.added', item: assistantMessage('a', { parent_id: 'q' }), command_id: null },
        delta('a', 'text', 0, 'told, but not stored'),
      ],
      1,
    ),
  );
  chat.stop();
  server.socket.receive(
    hello('e2'),
    asked,
    ...numbered(
      [
        { type: 'item.added', item: assistantMessage('b', { parent_id: 'q' }), command_id: null },
        delta('b', 'text', 0, 'again'),
      ],
      1,
    ),
  );
  expect([...itemsOf(chat.state)]).toEqual([
    question,
    assistantMessage('b', { parent_id: 'q', text: 'again' }),
  ]);
  expect(chat.state.resync).toBe(false);
  expect(chat.loaded).toBe(true);
  expect(server.socket.sent.map(({ type }) => type)).toEqual(['run.cancel', 'run.cancel']);
  server.socket.breakOff();
  clock.advance(500);
  expect(server.sockets).toHaveLength(2);
  expect(server.socket.path).toContain('after=e2%3A3');
});

const commands = () => server.socket.sent.map(({ id: _, ...command }) => command);

test('an edit replaces a message, and survives a reload like any other', () => {
  const chat = opened();
  chat.edit('item_1', 'Better');
  const edit = {
    type: 'message.edit',
    item_id: 'item_1',
    text: 'Better',
    timezone: 'Europe/Oslo',
    locale: 'en-US',
  };
  expect(commands()).toEqual([edit]);
  chat.dispose();
  opened();
  expect(commands()).toEqual([edit]);
});

test('a retry is sent once until it is answered', () => {
  const chat = opened();
  chat.runAgain('run_1');
  chat.runAgain('run_1');
  expect(chat.isBusy).toBe(true);
  expect(commands()).toEqual([
    { type: 'run.retry', run_id: 'run_1', timezone: 'Europe/Oslo', locale: 'en-US' },
  ]);
  server.socket.receive(ackOf(server.socket.sent[0]!.id));
  expect(chat.isBusy).toBe(false);
});

test('a refused command is reported and does not block the next', () => {
  const chat = opened();
  chat.runAgain('run_1');
  server.socket.receive({
    type: 'error',
    id: server.socket.sent[0]!.id,
    code: 'not_last_run',
    message: 'Only the last run can be started again.',
    retryable: false,
    run_id: null,
  });
  expect(chat.notice).toBe('Only the last run can be started again.');
  expect(chat.isBusy).toBe(false);
});

test('a switch ends with the snapshot of the other branch', () => {
  const chat = opened();
  chat.switchTo('item_9');
  expect(commands()).toEqual([{ type: 'thread.switch', head_id: 'item_9' }]);
  expect(chat.isBusy).toBe(true);
  server.socket.receive(snapshot({ seq: 1 }));
  expect(chat.isBusy).toBe(false);
});

test('while a run is active, no command is sent that would be refused', () => {
  const chat = opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  chat.runAgain('run_1');
  chat.switchTo('item_9');
  expect(commands()).toEqual([]);
});

test('a message that is being edited waits, and so do all after it', () => {
  const chat = opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  chat.send('one');
  chat.send('two');
  const [one] = chat.outbox;
  chat.hold(one!.id, 'on');
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'completed' }) }], 1),
  );
  expect(sent()).toEqual([]);
  chat.rewrite(one!.id, 'One.');
  expect(sent().map(({ text }) => text)).toEqual(['One.']);
  expect(sent()[0]!.id).not.toBe(one!.id);
});

test('a text that is being edited survives a reload and still waits', () => {
  const chat = opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  chat.send('one');
  chat.hold(chat.outbox[0]!.id, 'one and a ha');
  chat.dispose();
  const again = opened();
  expect(again.outbox[0]?.text).toBe('one');
  expect(again.outbox[0]?.stage).toEqual({ name: 'editing', draft: 'one and a ha' });
  expect(sent()).toEqual([]);
  again.rewrite(again.outbox[0]!.id, 'one and a half');
  expect(sent().map(({ text }) => text)).toEqual(['one and a half']);
});

test('a message refused because its thread was deleted is sent once the thread is back', () => {
  const chat = opened();
  chat.send('one');
  server.socket.breakOff(4404);
  chat.probe();
  server.socket.receive(hello(), snapshot());
  expect(sent().map(({ text }) => text)).toEqual(['one']);
});

test('a run is made again with the effort of now, and what else its message wished for', () => {
  const chat = openSession({
    threadId: 'thread_1',
    storage,
    wished: () => ({ reasoning_effort: 'high' }),
    onChange() {},
    onThread: (id) => threads.push(id),
    socket: { open: server.open, clock, random: () => 1 },
  });
  const overrides = { temperature: 0.2, reasoning_effort: 'low' } as const;
  const former = run('run_1', { status: 'completed', overrides });
  server.socket.receive(hello(), snapshot({ items: [userMessage('u1')], runs: [former] }));
  chat.runAgain('run_1');
  expect(server.socket.sent.at(-1)).toMatchObject({
    type: 'run.retry',
    parameters: { temperature: 0.2, reasoning_effort: 'high' },
  });
});

test('a decision is sent, again after a cut, and resolves to what the server says of it', async () => {
  const chat = opened();
  const taken = chat.resolve({ item_ids: ['item_1'], decision: 'allow' });
  const [command] = server.socket.sent;
  expect(command).toEqual({
    type: 'action.resolve',
    id: expect.any(String),
    item_ids: ['item_1'],
    decision: 'allow',
  });
  server.socket.breakOff();
  clock.advance(500);
  server.socket.receive(hello(), snapshot());
  expect(server.socket.sent).toEqual([command]);
  server.socket.receive({
    ...{ type: 'ack', id: (command as { id: string }).id },
    ...{ thread_id: 'thread_1', item_id: 'item_1', run_id: 'run_1' },
  });
  expect(await taken).toBeNull();
  const late = chat.resolve({ item_ids: ['item_1'], decision: 'deny' });
  const { id } = server.socket.sent.at(-1) as { id: string };
  const message = 'Another tab was first.';
  server.socket.receive({
    ...{ type: 'error', id, code: 'already_answered', message },
    ...{ run_id: null, retryable: false, retry_after_s: null },
  });
  expect(await late).toBe(message);
  expect(chat.notice).toBeNull();
});
