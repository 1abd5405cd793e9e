import { expect, test } from 'vitest';
import { createKnowledge, type KnowledgeApi } from '../../src/files/knowledge.ts';
import type { FileInfo } from '../../src/protocol.ts';
import { ApiProblem } from '../../src/server/api.ts';
import { FakeClock, fileInfo } from '../fakes.ts';

const file = (id: string, fields: Partial<FileInfo> = {}) =>
  fileInfo({ id, name: `${id}.txt`, purpose: 'knowledge', ...fields });

/** A server with these files, two a page. */
function start(files: FileInfo[]) {
  const server = { files, asked: 0, problem: null as ApiProblem | null };
  const answer = async <T>(value: () => T): Promise<T> => {
    server.asked += 1;
    if (server.problem !== null) throw server.problem;
    return value();
  };
  const api: KnowledgeApi = {
    knowledge: (cursor) =>
      answer(() => {
        const from = Number(cursor ?? 0);
        const end = from + 2;
        return {
          files: server.files.slice(from, end),
          next_cursor: end < server.files.length ? String(end) : null,
        };
      }),
    deleteFile: (id) =>
      answer(() => {
        server.files = server.files.filter((one) => one.id !== id);
      }),
    deleteKnowledge: () =>
      answer(() => ({ deleted: server.files.splice(0, server.files.length).length })),
    retryFile: (id) =>
      answer(() => {
        const next = file(id, { status: 'in_progress' });
        server.files = server.files.map((one) => (one.id === id ? next : one));
        return next;
      }),
  };
  const clock = new FakeClock();
  const knowledge = createKnowledge(api, () => {}, clock);
  return { server, clock, knowledge, shown: () => knowledge.files?.map(({ id }) => id) };
}

const REFUSAL = new ApiProblem(503, {
  code: 'x',
  message: 'Not now.',
  field: null,
  retry_after_s: null,
});

/** Lets everything that was answered already be heard. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('files come page by page', async () => {
  const { knowledge, shown } = start(['a', 'b', 'c', 'd', 'e'].map((id) => file(id)));
  expect(knowledge.files).toBeNull();
  await knowledge.load();
  expect(shown()).toEqual(['a', 'b']);
  expect(knowledge.hasMore).toBe(true);
  await knowledge.more();
  expect(shown()).toEqual(['a', 'b', 'c', 'd']);
  await knowledge.more();
  expect(shown()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(knowledge.hasMore).toBe(false);
});

test('a status is polled until it is final', async () => {
  const { server, clock, knowledge } = start([file('a', { status: 'in_progress' }), file('b')]);
  await knowledge.load();
  clock.advance(1_000);
  await settled();
  expect(server.asked).toBe(2);
  clock.advance(1_000);
  await settled();
  expect(server.asked).toBe(2);
  server.files = [file('a', { status: 'failed', error: 'No text.' }), file('b')];
  clock.advance(500);
  await settled();
  expect(knowledge.files?.[0]).toMatchObject({ status: 'failed', error: 'No text.' });
  clock.advance(60_000);
  await settled();
  expect(server.asked).toBe(3);
});

test('polling continues after a server was unreachable', async () => {
  const { server, clock, knowledge } = start([file('a', { status: 'in_progress' })]);
  await knowledge.load();
  server.problem = REFUSAL;
  clock.advance(1_000);
  await settled();
  expect(knowledge.problem).toBe('Not now.');
  server.problem = null;
  server.files = [file('a')];
  clock.advance(1_500);
  await settled();
  expect(knowledge.problem).toBeNull();
  expect(knowledge.files?.[0]?.status).toBe('completed');
});

test('a new file is listed first and polled', async () => {
  const { server, clock, knowledge, shown } = start([file('a')]);
  await knowledge.load();
  server.files = [file('b'), file('a')];
  knowledge.add(file('b', { status: 'in_progress' }));
  expect(shown()).toEqual(['b', 'a']);
  clock.advance(1_000);
  await settled();
  expect(knowledge.files?.[0]?.status).toBe('completed');
});

test('one file or all are deleted; if that fails, they stay and the page says why', async () => {
  const { server, knowledge, shown } = start([file('a'), file('b')]);
  await knowledge.load();
  server.problem = REFUSAL;
  await knowledge.remove('a');
  expect(shown()).toEqual(['a', 'b']);
  expect(knowledge.problem).toBe('Not now.');
  server.problem = null;
  await knowledge.remove('a');
  expect(shown()).toEqual(['b']);
  await knowledge.removeAll();
  expect(shown()).toEqual([]);
  expect(server.files).toEqual([]);
});

test('a failed file is indexed again on request, and polled', async () => {
  const { server, clock, knowledge } = start([file('a', { status: 'failed' })]);
  await knowledge.load();
  await knowledge.retry('a');
  expect(knowledge.files?.[0]?.status).toBe('in_progress');
  server.files = [file('a')];
  clock.advance(1_000);
  await settled();
  expect(knowledge.files?.[0]?.status).toBe('completed');
});

test('an answer from before a deletion does not bring the file back', async () => {
  const { knowledge, shown } = start([file('a'), file('b')]);
  await knowledge.load();
  const late = knowledge.load();
  await knowledge.remove('a');
  await late;
  expect(shown()).toEqual(['b']);
});

test('leaving the page ends the polling', async () => {
  const { server, clock, knowledge } = start([file('a', { status: 'in_progress' })]);
  await knowledge.load();
  knowledge.dispose();
  clock.advance(60_000);
  await settled();
  expect(server.asked).toBe(1);
});
