import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDictation, type Dictation } from '../../src/chat/dictation.ts';
import { insertWords } from '../../src/chat/insertion.ts';
import { FakeClock } from '../fakes.ts';
import { json, refusal } from '../wire.ts';

/** As much of the browser's as is used: it records nothing, and hears what the test says. */
class Recorder {
  static isTypeSupported = (type: string) => type === 'audio/mp4';
  static content = 'aac';
  state = 'inactive';
  mimeType: string;
  ondataavailable = (_: { data: Blob }): void => {};
  onstop = (): void => {};
  constructor(_: MediaStream, { mimeType }: MediaRecorderOptions) {
    this.mimeType = mimeType ?? '';
  }
  start(): void {
    this.state = 'recording';
  }
  stop(): void {
    this.state = 'inactive';
    queueMicrotask(() => {
      this.ondataavailable({ data: new Blob([Recorder.content]) });
      this.onstop();
    });
  }
}

const track = { stop: vi.fn() };
const getUserMedia = vi.fn();
const request = vi.fn();
const said: string[] = [];
let field: HTMLTextAreaElement;
let button: HTMLButtonElement;
let clock: FakeClock;
let dictation: Dictation;

beforeEach(() => {
  Recorder.content = 'aac';
  said.length = 0;
  track.stop.mockReset();
  request.mockReset().mockImplementation(async () => json({ text: 'Good morning.' }));
  getUserMedia.mockReset().mockImplementation(async () => ({ getTracks: () => [track] }));
  vi.stubGlobal('fetch', request);
  vi.stubGlobal('MediaRecorder', Recorder);
  vi.stubGlobal(
    'AudioContext',
    class {
      close = async () => {};
    },
  );
  vi.stubGlobal(
    'AnalyserNode',
    class {
      fftSize = 4;
      getByteTimeDomainData = (samples: Uint8Array) => samples.fill(160);
    },
  );
  vi.stubGlobal(
    'MediaStreamAudioSourceNode',
    class {
      connect = () => {};
    },
  );
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true });
  field = document.createElement('textarea');
  button = document.createElement('button');
  const element = document.createElement('form');
  element.append(field, button);
  document.body.replaceChildren(element);
  clock = new FakeClock();
  const leave = () => field.focus();
  dictation = createDictation(
    button,
    { composer: { element, field }, say: (text) => said.push(text), leave },
    clock,
  );
});

afterEach(() => dictation.dispose());

const row = () => document.querySelector<HTMLElement>('.dictation')!;
const control = (label: string) =>
  [...row().querySelectorAll('button')].find((each) => each.textContent === label)!;
const stage = (name: string) => vi.waitFor(() => expect(row().dataset['stage']).toBe(name));

async function speak(): Promise<void> {
  dictation.press();
  await stage('recording');
}

it('writes what was said where the caret is, and lets go of the microphone', async () => {
  field.value = 'Hello. Bye.';
  field.setSelectionRange(6, 6);
  await speak();
  expect(button.ariaPressed).toBe('true');
  clock.advance(61_000);
  expect(row().querySelector('[role=timer]')?.textContent).toBe('1:01');
  dictation.press();
  await stage('idle');
  expect(field.value).toBe('Hello. Good morning. Bye.');
  expect(track.stop).toHaveBeenCalledOnce();
  const [path, { body }] = request.mock.calls[0]!;
  expect(path).toBe('/api/transcriptions');
  expect((body.get('file') as File).type).toBe('audio/mp4');
  expect(said.at(-1)).toBe('Written: Good morning.');
});

it('stops at Escape, keeps what is typed, and does not stop the answer too', async () => {
  field.value = 'Typed.';
  await speak();
  const pressed = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
  field.dispatchEvent(pressed);
  expect(pressed.defaultPrevented).toBe(true);
  await stage('idle');
  expect(field.value).toBe('Typed. Good morning.');
});

it('lets go of a recording when told to, at any time', async () => {
  await speak();
  control('Cancel').click();
  await stage('idle');
  await vi.waitFor(() => expect(track.stop).toHaveBeenCalledOnce());
  expect(request).not.toHaveBeenCalled();

  request.mockImplementation(
    (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  await speak();
  dictation.press();
  await stage('writing');
  control('Cancel').click();
  await stage('idle');
  expect(field.value).toBe('');
});

it('keeps the recording where the server fails, until it is written down', async () => {
  request.mockImplementationOnce(async () =>
    refusal(502, 'upstream_broken', 'It is out of memory.'),
  );
  await speak();
  dictation.press();
  await stage('failed');
  expect(row().textContent).toContain('It is out of memory.');
  expect(said.at(-1)).toBe('It is out of memory.');
  dictation.press();
  expect(getUserMedia).toHaveBeenCalledOnce();
  control('Try again').click();
  await stage('idle');
  expect(field.value).toBe('Good morning.');
});

it('says what is wrong with the microphone, or with what it heard', async () => {
  const refused = [
    ['NotAllowedError', 'may not use the microphone'],
    ['NotFoundError', 'There is no microphone'],
    ['NotReadableError', 'Another program'],
  ] as const;
  for (const [name, problem] of refused) {
    getUserMedia.mockRejectedValueOnce(new DOMException('', name));
    dictation.press();
    await stage('failed');
    expect(row().textContent).toContain(problem);
    expect(control('Try again').hidden).toBe(true);
    control('Close').click();
  }
  request.mockImplementationOnce(async () => json({ text: '' }));
  await speak();
  dictation.press();
  await stage('failed');
  expect(row().textContent).toContain('No words were heard.');
  Recorder.content = '';
  await speak();
  dictation.press();
  await stage('failed');
  expect(row().textContent).toContain('Nothing was recorded.');
});

it('ends by itself after a quarter of an hour', async () => {
  await speak();
  clock.advance(15 * 60_000 + 100);
  await stage('idle');
  expect(field.value).toBe('Good morning.');
});

it('lets go of the microphone where the browser gives it after the reader has left', async () => {
  dictation.press();
  dictation.dispose();
  await vi.waitFor(() => expect(track.stop).toHaveBeenCalledOnce());
  expect(row().dataset['stage']).toBe('asking');
});

it.each([
  ['', '', 'Good.'],
  ['Well', '', 'Well Good.'],
  ['Well, ', '', 'Well, Good.'],
  ['(', ')', '(Good.)'],
  ['“', '”', '“Good.”'],
  ['One\n', 'two', 'One\nGood. two'],
  ['', ', she said', 'Good., she said'],
])('puts spaces where words meet: %j, %j', (before, after, whole) => {
  field.value = before + after;
  field.setSelectionRange(before.length, before.length);
  insertWords(field, 'Good.');
  expect(field.value).toBe(whole);
});

it('puts none between the words of scripts that have none', () => {
  field.value = '今日は';
  field.setSelectionRange(3, 3);
  insertWords(field, '寒いですか');
  expect(field.value).toBe('今日は寒いですか');
});
