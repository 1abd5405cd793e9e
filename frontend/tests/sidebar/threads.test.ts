import { beforeEach, expect, test, vi } from 'vitest';
import type { ThreadSummary } from '../../src/protocol.ts';
import { PROTOCOL_VERSION } from '../../src/protocol.ts';
import { createApi } from '../../src/server/api.ts';
import { createThreads, type Threads } from '../../src/sidebar/threads.ts';
import { FakeClock } from '../fakes.ts';
import { run } from '../frames.ts';
import { json, refusal } from '../wire.ts';
import { createThreadServer, summary, type ThreadServer } from './thread_server.ts';

let clock: FakeClock;
let server: ThreadServer;
let told: number;
let hear: () => void;
let problems: string[];
let threads: Threads;

beforeEach(() => {
  clock = new FakeClock();
  server = createThreadServer();
  told = 0;
  problems = [];
});

function open(): Threads {
  threads = createThreads({
    api: createApi(server.request),
    onChange() {},
    onProblem: (sentence) => problems.push(sentence),
    clock,
    channel(onTold) {
      hear = onTold;
      return {
        tell() {
          told += 1;
        },
        dispose() {},
      };
    },
  });
  return threads;
}

const ids = (): string[] => threads.listed.map((thread) => thread.id);

/** Lets a planned refresh happen, and its requests be answered. */
async function settled(ms = 1_000): Promise<void> {
  clock.advance(ms);
  await vi.waitFor(() => expect(server.waiting).toBe(0));
  await new Promise((done) => setTimeout(done));
}

async function opened(...stored: readonly ThreadSummary[]): Promise<Threads> {
  server.threads.push(...stored);
  open();
  await settled(0);
  return threads;
}

const many = (count: number): ThreadSummary[] =>
  Array.from({ length: count }, (_, i) => summary(`t${i}`));

test('the list is loaded at once, and more of it on request', async () => {
  await opened(...many(120));
  expect(threads.listed).toHaveLength(50);
  expect(threads.hasMore).toBe(true);
  await threads.more();
  await threads.more();
  expect(ids()).toEqual(many(120).map(({ id }) => id));
  expect(threads.hasMore).toBe(false);
  await threads.more();
  expect(threads.listed).toHaveLength(120);
});

test('a refresh reads as far as the list was read, and many wishes are one refresh', async () => {
  await opened(...many(120));
  await threads.more();
  server.threads.unshift(summary('new'));
  const before = server.requests.length;
  threads.refresh();
  threads.refresh();
  hear();
  await settled();
  expect(server.requests.length - before).toBe(2);
  expect(threads.listed).toHaveLength(100);
  expect(ids()[0]).toBe('new');
});

test('what happens to the open thread refreshes the list here and in other tabs', async () => {
  await opened();
  server.threads.push(summary('t'));
  threads.receive({ type: 'run.started', seq: 1, run: run('run_1') });
  threads.receive({ type: 'pong', id: 'p' });
  await settled();
  expect(ids()).toEqual(['t']);
  expect(told).toBe(1);
});

test('as long as an answer is being written somewhere, the list is read again', async () => {
  await opened(summary('t', { active: true }));
  server.threads[0] = summary('t');
  await settled(5_000);
  expect(threads.listed[0]?.active).toBe(false);
  const before = server.requests.length;
  await settled(60_000);
  expect(server.requests.length).toBe(before);
});

test('a search waits for a pause in typing and knows no older answer', async () => {
  await opened(summary('t1', { title: 'Oslo' }), summary('t2', { title: 'Lima' }));
  threads.search('li');
  threads.search('lima ');
  expect(threads.isLoading).toBe(true);
  await settled();
  expect(ids()).toEqual(['t2']);
  expect(server.requests.filter(({ path }) => path.includes('query='))).toHaveLength(1);
  threads.search('');
  await settled();
  expect(ids()).toEqual(['t1', 't2']);
});

test('a new title and a pin show at once', async () => {
  await opened(summary('t'));
  const renamed = threads.rename('t', 'Better');
  expect(threads.listed[0]?.title).toBe('Better');
  await renamed;
  await threads.pin('t', true);
  expect(server.threads[0]).toMatchObject({ title: 'Better', pinned: true });
  expect(threads.listed[0]).toMatchObject({ title: 'Better', pinned: true });
  expect(told).toBe(2);
});

test('a change that failed says why and is taken back', async () => {
  await opened(summary('t', { title: 'As it was' }));
  server.answers['PATCH /api/threads/t'] = () => refusal(503, 'store_unavailable', 'No disk.');
  await threads.rename('t', 'Never');
  expect(problems).toEqual(['No disk.']);
  await settled();
  expect(threads.listed[0]?.title).toBe('As it was');
});

test('a deleted thread is gone at once, and back when that is undone', async () => {
  await opened(summary('a'), summary('b'));
  const removed = threads.remove('a');
  expect(ids()).toEqual(['b']);
  expect(await removed).toBe(true);
  expect(await threads.restore('a')).toBe(true);
  await settled();
  expect(ids().sort()).toEqual(['a', 'b']);
});

test('a list that was asked for before a deletion does not bring the thread back', async () => {
  await opened(summary('a'), summary('b'));
  threads.refresh();
  clock.advance(1_000);
  const removed = threads.remove('a');
  await new Promise((done) => setTimeout(done));
  expect(ids()).toEqual(['b']);
  await removed;
  await settled();
  expect(ids()).toEqual(['b']);
});

test('an import gives the new thread, or says why there is none', async () => {
  await opened();
  const file = new File(['{"format": "runstream-thread"}'], 'chat.json');
  server.answers['POST /api/threads'] = () => json(summary('imported'), 201);
  expect(await threads.importFile(file)).toBe('imported');
  server.answers['POST /api/threads'] = () => refusal(503, 'store_unavailable', 'No room.');
  expect(await threads.importFile(file)).toBeNull();
  expect(problems).toEqual(['“chat.json” was not imported. No room.']);
});

test('a server that is away is told, keeps the list, and is asked when a socket is back', async () => {
  await opened(summary('t'));
  server.isAway = true;
  threads.refresh();
  await settled();
  expect(threads.problem).toContain('does not answer');
  expect(ids()).toEqual(['t']);
  server.isAway = false;
  threads.receive({
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    epoch: 'e',
    thread_id: null,
    seq: 0,
    upstream: 'demo',
    active_run: null,
  });
  await settled();
  expect(threads.problem).toBeNull();
});

test('what begins to wait for the reader is told once, and looked after now and then', async () => {
  const told: [number, string[]][] = [];
  server.threads.push(
    summary('t1', { active: true }),
    summary('t2', { active: true, waits: true }),
  );
  threads = createThreads({
    api: createApi(server.request),
    onChange() {},
    onProblem() {},
    onWaiting: (count, news) => told.push([count, news.map(({ id }) => id)]),
    clock,
    channel: () => ({ tell() {}, dispose() {} }),
  });
  await settled(0);
  server.threads[0] = summary('t1', { active: true, waits: true });
  await settled(5_000);
  await settled(5_000);
  expect(told).toEqual([
    [1, []],
    [2, ['t1']],
  ]);
  server.threads.splice(0, 2, summary('t1'), summary('t2'));
  await settled(60_000);
  expect(told.at(-1)).toEqual([0, []]);
});
