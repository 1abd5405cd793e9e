import { expect, test, vi } from 'vitest';
import { createUploads } from '../../src/files/uploads.ts';
import type { FileInfo } from '../../src/protocol.ts';
import { broken, FakeUploading, fileInfo, LIMITS, textFile } from '../fakes.ts';

function start(limits: typeof LIMITS | null = null) {
  const uploading = new FakeUploading();
  const discarded: FileInfo[] = [];
  const uploads = createUploads({
    purpose: 'attachment',
    transport: uploading.transport,
    limits: async () => limits,
    onChange() {},
    discard: (info) => discarded.push(info),
  });
  return {
    uploads,
    uploading,
    discarded,
    stages: () => uploads.entries.map(({ stage }) => stage.name),
    problems: () =>
      uploads.entries.map(({ stage }) => (stage.name === 'failed' ? stage.problem : null)),
    /** Until so many uploads have begun, in all. */
    begun: (count: number) => vi.waitFor(() => expect(uploading.started).toHaveLength(count)),
  };
}

const several = (count: number) =>
  Array.from({ length: count }, (_, index) => textFile(`${index}.txt`));

test('three files are uploaded at a time, and the next begins when one has ended', async () => {
  const { uploads, uploading, stages, begun } = start();
  uploads.add(several(5));
  await begun(3);
  uploading.started[1]!.done();
  await begun(4);
  expect(stages()).toEqual(['sending', 'done', 'sending', 'sending', 'waiting']);
  expect(uploading.started[3]!.file.name).toBe('3.txt');
});

test('each upload reports its progress', async () => {
  const { uploads, uploading, begun } = start();
  uploads.add(several(1));
  await begun(1);
  uploading.started[0]!.options.onProgress(0.25);
  expect(uploads.entries[0]?.stage).toEqual({ name: 'sending', fraction: 0.25 });
});

test('removing an upload stops it and lets the next begin', async () => {
  const { uploads, uploading, begun, stages } = start();
  uploads.add(several(4));
  await begun(3);
  uploads.remove(uploads.entries[0]!.id);
  await begun(4);
  expect(uploading.started[0]!.options.signal.aborted).toBe(true);
  uploading.started[0]!.done();
  await Promise.resolve();
  expect(stages()).toEqual(['sending', 'sending', 'sending']);
});

test('an interrupted upload can be tried again, a refused one cannot', async () => {
  const { uploads, uploading, begun, stages } = start();
  uploads.add(several(2));
  await begun(2);
  uploading.started[0]!.fail(broken(0));
  uploading.started[1]!.fail(broken(415));
  await vi.waitFor(() => expect(stages()).toEqual(['failed', 'failed']));
  expect(uploads.entries.map(({ stage }) => stage)).toMatchObject([
    { isRetryable: true, problem: 'It broke off.' },
    { isRetryable: false },
  ]);
  uploads.retry(uploads.entries[0]!.id);
  await begun(3);
  uploading.started[2]!.done();
  await vi.waitFor(() => expect(stages()).toEqual(['done', 'failed']));
});

test('a file that the server does not accept is refused before it is sent', async () => {
  const { uploads, uploading, problems } = start(LIMITS);
  uploads.add([textFile('big.txt', 'x'.repeat(2_000)), textFile('e.txt', '')]);
  await vi.waitFor(() =>
    expect(problems()).toEqual([
      'The file is too large: 2.0 KB. The limit is 1000 bytes.',
      'The file is empty.',
    ]),
  );
  expect(uploading.started).toHaveLength(0);
});

test('a file that the server cannot read counts as failed', async () => {
  const { uploads, uploading, begun, problems } = start();
  uploads.add(several(1));
  await begun(1);
  uploading.started[0]!.done({ status: 'in_progress' });
  await vi.waitFor(() => expect(uploads.entries[0]?.stage.name).toBe('done'));
  uploads.update(fileInfo({ id: 'file_1', status: 'failed', error: 'The PDF is encrypted.' }));
  expect(problems()).toEqual(['The PDF is encrypted.']);
});

test('finished uploads are taken once, the others stay', async () => {
  const { uploads, uploading, begun, stages } = start();
  uploads.add(several(2));
  await begun(2);
  uploading.started[0]!.done();
  await vi.waitFor(() => expect(stages()).toEqual(['done', 'sending']));
  expect(uploads.takeDone().map(({ name }) => name)).toEqual(['0.txt']);
  expect(uploads.takeDone()).toEqual([]);
  expect(stages()).toEqual(['sending']);
});

test('removing a finished upload deletes it from the server', async () => {
  const { uploads, uploading, begun, stages, discarded } = start();
  uploads.add(several(1));
  await begun(1);
  uploading.started[0]!.done();
  await vi.waitFor(() => expect(stages()).toEqual(['done']));
  uploads.remove(uploads.entries[0]!.id);
  expect(discarded.map(({ id }) => id)).toEqual(['file_1']);
});
