import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAttachments } from '../../src/chat/attachments.ts';
import { createComposer } from '../../src/chat/composer.ts';
import type { FilePart } from '../../src/protocol.ts';
import { createDraftFiles } from '../../src/thread/drafts.ts';
import {
  broken,
  FakeClock,
  FakeUploading,
  fileInfo,
  LIMITS,
  memoryStorage,
  textFile,
} from '../fakes.ts';

let uploading: FakeUploading;
let clock: FakeClock;
let deleted: string[];
let sent: { text: string; files: readonly FilePart[] }[];
let open: { dispose(): void }[];
let storage: ReturnType<typeof memoryStorage>;
let gone: string[];
let status: 'in_progress' | 'completed' | 'failed';

beforeEach(() => {
  uploading = new FakeUploading();
  clock = new FakeClock();
  deleted = [];
  sent = [];
  open = [];
  storage = memoryStorage();
  gone = [];
  status = 'completed';
});

afterEach(() => {
  for (const view of open) view.dispose();
  document.body.replaceChildren();
});

function compose() {
  const attachments = createAttachments({
    api: {
      fileLimits: async () => LIMITS,
      file: async (id) => {
        if (gone.includes(id)) throw broken(404);
        return fileInfo({ id, status, error: 'It is encrypted.' });
      },
      deleteFile: async (id) => void deleted.push(id),
    },
    transport: uploading.transport,
    clock,
    draft: createDraftFiles(storage, null),
    onChange: () =>
      composer.update({ isRunning: false, isAsking: false, isStopping: false, isClosed: false }),
  });
  const composer = createComposer(
    { read: () => '', write() {}, moveTo() {} },
    { send: (text, files) => sent.push({ text, files }), stop() {}, editLast() {}, leave() {} },
    attachments,
    [],
  );
  open.push(attachments);
  document.body.append(composer.element);
  return attachments;
}

const one = <E extends HTMLElement>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(`Nothing is ${selector}.`);
  return found;
};
const chips = () => [...document.querySelectorAll<HTMLElement>('.chip')];
const states = () => chips().map((chip) => chip.querySelector('.chip__state')?.textContent);
const hint = () => one('.composer__hint').textContent;
const begun = (count: number) => vi.waitFor(() => expect(uploading.started).toHaveLength(count));
const button = (name: string) =>
  [...document.querySelectorAll('button')].find((b) => b.textContent === name)!;

function submit(text: string): void {
  const input = one<HTMLTextAreaElement>('textarea');
  input.value = text;
  input.dispatchEvent(new Event('input'));
  input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true }));
}

test('a message waits for its files, says so, and is then sent with them', async () => {
  compose().add([textFile('notes.txt')]);
  await begun(1);
  uploading.started[0]!.options.onProgress(0.5);
  expect(states()).toEqual(['50 % of 5 bytes']);
  submit('Read this');
  expect(sent).toEqual([]);
  expect(hint()).toBe('Your message will be sent when its files are uploaded.');
  expect(one<HTMLButtonElement>('[title=Send]').disabled).toBe(true);
  uploading.started[0]!.done();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent).toEqual([
    {
      text: 'Read this',
      files: [
        {
          type: 'file',
          file_id: 'file_1',
          name: 'notes.txt',
          media_type: 'text/plain',
          size: 5,
          origin: null,
        },
      ],
    },
  ]);
  expect(chips()).toEqual([]);
  submit('And this');
  expect(sent[1]).toEqual({ text: 'And this', files: [] });
});

test('a message waiting for files is not sent if one of them fails or the message is edited', async () => {
  compose().add([textFile('notes.txt')]);
  await begun(1);
  submit('Read this');
  uploading.started[0]!.fail(broken());
  await vi.waitFor(() => expect(hint()).toBe('Remove the failed file, or try it again.'));
  expect(sent).toEqual([]);
  button('Try notes.txt again').click();
  await begun(2);
  submit('Read th');
  one('textarea').dispatchEvent(new Event('input'));
  uploading.started[1]!.done();
  await vi.waitFor(() => expect(states()).toEqual(['5 bytes']));
  expect(sent).toEqual([]);
});

test('files without text are sent as a question about them, as the page announces', async () => {
  compose().add([textFile('notes.txt')]);
  await begun(1);
  uploading.started[0]!.done();
  const offer = 'Say what to do, or just send: “What is in this file?”';
  await vi.waitFor(() => expect(hint()).toBe(offer));
  one<HTMLButtonElement>('[title=Send]').click();
  expect(sent.map(({ text, files }) => [text, files.length])).toEqual([
    ['What is in this file?', 1],
  ]);
  submit('');
  expect(sent).toHaveLength(1);
});

test('a refused file says why, and sending waits until it is removed', async () => {
  compose().add([textFile('tool.exe', '')]);
  await vi.waitFor(() => expect(states()).toEqual(['The file is empty.']));
  expect(button('Try tool.exe again').hidden).toBe(true);
  submit('Read this');
  expect(sent).toEqual([]);
  button('Remove tool.exe').click();
  expect(hint()).toBe('Enter sends, Shift+Enter starts a new line.');
  submit('Read this');
  expect(sent).toHaveLength(1);
});

test('an interrupted upload continues on request', async () => {
  compose().add([textFile('notes.txt')]);
  await begun(1);
  uploading.started[0]!.fail(broken());
  await vi.waitFor(() => expect(states()).toEqual(['It broke off.']));
  button('Try notes.txt again').click();
  await begun(2);
  uploading.started[1]!.done();
  await vi.waitFor(() => expect(states()).toEqual(['5 bytes']));
});

test('cancelling an upload does not lose the focus', async () => {
  compose().add([textFile('notes.txt')]);
  await begun(1);
  const cancel = button('Cancel notes.txt');
  cancel.focus();
  cancel.click();
  expect(uploading.started[0]!.options.signal.aborted).toBe(true);
  expect(chips()).toEqual([]);
  expect(document.activeElement).toBe(button('Attach files'));
  expect(deleted).toEqual([]);
});

test('uploaded files that were not sent reappear with their chat', async () => {
  const first = compose();
  first.add([textFile('notes.txt'), textFile('second.txt'), textFile('third.txt')]);
  await begun(3);
  uploading.started[0]!.done();
  uploading.started[1]!.done();
  await vi.waitFor(() => expect(states().slice(0, 2)).toEqual(['5 bytes', '5 bytes']));
  for (const view of open.splice(0)) view.dispose();
  document.body.replaceChildren();
  gone = ['file_2'];
  compose();
  await vi.waitFor(() => expect(states()).toEqual(['5 bytes']));
  submit('Read this');
  expect(sent[0]?.files.map((file) => file.file_id)).toEqual(['file_1']);
  expect(storage.values.size).toBe(0);
  expect(deleted).toEqual([]);
});

test('a file that is there already and removed is deleted', async () => {
  compose().add([textFile('notes.txt')]);
  await begun(1);
  uploading.started[0]!.done();
  await vi.waitFor(() => expect(states()).toEqual(['5 bytes']));
  button('Remove notes.txt').click();
  expect(deleted).toEqual(['file_1']);
});

test('what the server finds out while it reads a document is told', async () => {
  compose().add([textFile('notes.txt')]);
  await begun(1);
  status = 'failed';
  uploading.started[0]!.done({ status: 'in_progress' });
  await vi.waitFor(() => expect(states()).toEqual(['5 bytes, being read…']));
  clock.advance(1_000);
  await vi.waitFor(() => expect(states()).toEqual(['It is encrypted.']));
});

test('more files than a message may carry are too many', async () => {
  compose().add(['1.txt', '2.txt', '3.txt', '4.txt'].map((name) => textFile(name)));
  await begun(3);
  for (const started of uploading.started) started.done();
  await begun(4);
  uploading.started[3]!.done();
  await vi.waitFor(() => expect(hint()).toBe('A message can have at most 3 files.'));
});

test('pictures have a preview, which is given back', async () => {
  const revoked = vi.spyOn(URL, 'revokeObjectURL');
  const attachments = compose();
  attachments.add([new File(['x'], 'plot.png', { type: 'image/png' })]);
  await begun(1);
  const preview = one<HTMLImageElement>('.chip img');
  expect(preview.src).toMatch(/^blob:/);
  const { src } = preview;
  uploading.started[0]!.done({ media_type: 'image/png' });
  await vi.waitFor(() => expect(states()).toEqual(['1 byte']));
  submit('Look');
  expect(revoked).toHaveBeenCalledWith(src);
});

test('pasted files are attached, pasted text is text', async () => {
  compose();
  const paste = (files: File[], types: string[]) => {
    const event = new Event('paste', { cancelable: true });
    Object.assign(event, { clipboardData: { files, types } });
    one('textarea').dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(paste([textFile('sheet.png')], ['text/plain', 'Files'])).toBe(false);
  expect(chips()).toHaveLength(0);
  expect(paste([textFile('shot.txt')], ['Files'])).toBe(true);
  await begun(1);
  expect(chips()).toHaveLength(1);
});

test('what the server read elsewhere is attached, and deleted where it is not wanted', () => {
  const attachments = compose();
  const origin = 'demo · demo://guide';
  attachments.adopt([fileInfo({ id: 'file_7', origin }), fileInfo({ id: 'file_8' })]);
  expect(states()).toEqual(['5 bytes', '5 bytes']);
  expect(one('.chip__name').title).toBe(`notes.txt, from ${origin}`);
  one('[title=Remove]').click();
  expect(deleted).toEqual(['file_7']);
  submit('Read it');
  expect(sent[0]?.files.map(({ file_id }) => file_id)).toEqual(['file_8']);
});

test('the paper clip opens a menu where there is more to attach than files', () => {
  const attachments = compose();
  const chosen: string[] = [];
  const way = {
    icon: 'plug',
    label: 'From a server',
    choose: () => chosen.push('server'),
  } as const;
  attachments.offer([way]);
  const clip = one('[title="Attach files"]');
  expect(clip.getAttribute('aria-haspopup')).toBe('menu');
  clip.click();
  const items = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')];
  expect(items.map((item) => item.textContent)).toEqual(['Upload files', 'From a server']);
  items[1]!.click();
  expect(chosen).toEqual(['server']);
  attachments.offer([]);
  expect(clip.hasAttribute('aria-haspopup')).toBe(false);
});
