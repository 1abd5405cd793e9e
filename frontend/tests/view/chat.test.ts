import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SetupState } from '../../src/protocol.ts';
import { createChat } from '../../src/view/chat.ts';
import { FakeClock, FakeServer, FakeUploading, fileInfo, LIMITS } from '../fakes.ts';
import {
  assistantMessage,
  delta,
  functionCall,
  hello,
  numbered,
  run,
  snapshot,
  userMessage,
  wholeRun,
} from '../frames.ts';

let server: FakeServer;
let clock: FakeClock;
let chat: { element: HTMLElement; dispose(): void } | null;
let threads: string[];
let unready: number;
let uploading: FakeUploading;
let deleted: string[];
let frames: FrameRequestCallback[];

beforeEach(() => {
  server = new FakeServer();
  clock = new FakeClock();
  chat = null;
  threads = [];
  unready = 0;
  uploading = new FakeUploading();
  deleted = [];
  frames = [];
  sessionStorage.clear();
  localStorage.clear();
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => delete frames[id - 1]);
});

afterEach(() => {
  chat?.dispose();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

/** Lets animation frames pass until none is asked for. */
function paint(): void {
  for (let round = 0; frames.length > 0 && round < 200; round += 1) {
    for (const frame of frames.splice(0)) frame?.(performance.now());
  }
}

function open(threadId: string | null = 'thread_1', ready = true): HTMLElement {
  chat = createChat({
    threadId,
    api: {
      setup: async () => ({ ready }) as SetupState,
      fileLimits: async () => LIMITS,
      file: async (id) => fileInfo({ id }),
      deleteFile: async (id) => void deleted.push(id),
      fileText: async () => ({ parts: [{ location: null, text: 'It rained in Oslo.' }] }),
    },
    transport: uploading.transport,
    onThread: (id) => threads.push(id),
    onUnready: () => {
      unready += 1;
    },
    socket: { open: server.open, clock, random: () => 1 },
  });
  document.body.append(chat.element);
  return chat.element;
}

function opened(): HTMLElement {
  const element = open();
  server.socket.receive(hello(), snapshot());
  paint();
  return element;
}

const one = <E extends HTMLElement>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (found === null) throw new Error(`Nothing is ${selector}.`);
  return found;
};
const texts = (selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent ?? '');
const button = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((b) => b.textContent === name);
  if (found === undefined) throw new Error(`No button is called ${name}.`);
  return found;
};

function type(text: string, init: KeyboardEventInit = {}): KeyboardEvent {
  const input = one<HTMLTextAreaElement>('textarea');
  input.value = text;
  input.dispatchEvent(new Event('input'));
  const event = new KeyboardEvent('keydown', {
    key: 'Enter',
    bubbles: true,
    cancelable: true,
    ...init,
  });
  input.dispatchEvent(event);
  return event;
}

test('an empty chat greets with examples, and a click asks one', () => {
  open(null);
  server.socket.receive(hello('e1', null));
  paint();
  expect(one('.welcome').hidden).toBe(false);
  one('.welcome__example').click();
  paint();
  expect(server.socket.sent).toMatchObject([
    { type: 'message.send', text: "What's the weather in Oslo and Lima tomorrow?" },
  ]);
  expect(one('.welcome').hidden).toBe(true);
  expect(texts('.message__bubble')).toEqual(["What's the weather in Oslo and Lima tomorrow?"]);
});

test('the demo says that it is one, another upstream does not', () => {
  open();
  server.socket.receive(hello(), snapshot());
  paint();
  expect(one('.demo-banner').hidden).toBe(false);
  expect(one<HTMLAnchorElement>('.demo-banner a').getAttribute('href')).toBe('/setup');
  server.socket.receive({ ...hello(), upstream: 'responses' } as never);
  paint();
  expect(one('.demo-banner').hidden).toBe(true);
});

test('a new chat without a model to talk to leads to setup', async () => {
  open(null, false);
  await vi.waitFor(() => expect(unready).toBe(1));
});

test('an old chat stays readable without a model', async () => {
  open('thread_1', false);
  await Promise.resolve();
  expect(unready).toBe(0);
});

test('a whole run is shown in order: question, thoughts, tools, answer, source', () => {
  opened();
  server.socket.receive(...wholeRun());
  paint();
  const kinds = [...one('.transcript').children].map((element) => element.className.split(' ')[0]);
  expect(kinds).toEqual(['message', 'reasoning', 'tool', 'tool', 'message']);
  expect(one('.message--assistant .md').textContent).toContain('Oslo has 4 °C 🌦️, no more.');
  expect(one<HTMLAnchorElement>('.sources a').href).toBe('https://example.org/');
  expect(one('.working').hidden).toBe(true);
});

test('many deltas are one redraw', () => {
  opened();
  server.socket.receive(
    ...numbered([{ type: 'item.added', item: assistantMessage('a'), command_id: null }]),
  );
  for (let i = 0; i < 500; i += 1) {
    server.socket.receive(...numbered([delta('a', 'text', i, 'x')], i + 1));
  }
  expect(frames.filter(Boolean)).toHaveLength(1);
});

test('an element stays the same element while its item grows and ends', () => {
  opened();
  const events = wholeRun();
  server.socket.receive(...events.slice(0, 20));
  paint();
  const before = [...one('.transcript').children];
  server.socket.receive(...events.slice(20));
  paint();
  expect([...one('.transcript').children]).toEqual(before);
});

test('a resynchronised thread drops what is gone and keeps the rest', () => {
  opened();
  server.socket.receive(...wholeRun());
  paint();
  const [question] = one('.transcript').children;
  server.socket.receive(
    hello('e2'),
    snapshot({ seq: 40, items: [userMessage('item_1'), assistantMessage('z', { text: 'New' })] }),
  );
  paint();
  expect(one('.transcript').children).toHaveLength(2);
  expect(one('.transcript').children[0]).toBe(question);
});

test('a failed run says why after its last item, and what to do', () => {
  opened();
  const error = {
    code: 'upstream_auth',
    message: 'The key was refused.',
    retryable: false,
    retry_after_s: 7.2,
  };
  server.socket.receive(
    ...numbered([
      { type: 'item.added', item: userMessage('a', { text: 'Why?' }), command_id: null },
      { type: 'run.started', run: run('run_1') },
      { type: 'run.finished', run: run('run_1', { status: 'failed', error }) },
    ]),
  );
  paint();
  const last = one('.transcript').lastElementChild;
  expect(last?.textContent).toContain('The key was refused. Try again in 8 seconds.');
  expect(last?.querySelector('a')?.getAttribute('href')).toBe('/setup');
  button('Ask again').click();
  expect(server.socket.sent).toMatchObject([{ type: 'message.send', text: 'Why?' }]);
  paint();
  expect(button('Ask again').hidden).toBe(true);
});

test('an error of an earlier run stays where it happened', () => {
  open();
  const failed = run('run_1', { status: 'expired' });
  server.socket.receive(
    hello(),
    snapshot({
      items: [
        userMessage('a'),
        userMessage('b', { run_id: 'run_2' }),
        assistantMessage('c', { run_id: 'run_2', text: 'Yes', status: 'completed' }),
      ],
      runs: [failed, run('run_2', { status: 'completed' })],
    }),
  );
  paint();
  expect([...one('.transcript').children].map((e) => e.className.split(' ').at(-1))).toEqual([
    'message--user',
    'run-end--error',
    'message--user',
    'message--assistant',
  ]);
});

test('Enter sends, Shift+Enter and a composing input method do not', () => {
  opened();
  type('a', { shiftKey: true });
  type('a', { isComposing: true });
  type('a', { keyCode: 229 });
  expect(server.socket.sent).toEqual([]);
  const event = type('  a\nb ');
  expect(event.defaultPrevented).toBe(true);
  expect(server.socket.sent).toMatchObject([{ text: 'a\nb' }]);
  expect(one<HTMLTextAreaElement>('textarea').value).toBe('');
});

test('nothing but space is nothing to send', () => {
  opened();
  type(' \n ');
  expect(server.socket.sent).toEqual([]);
  expect(button('Send message').disabled).toBe(true);
});

test('send turns into stop while a run is active, and stop asks once', () => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  opened();
  type('Hi');
  server.socket.receive(
    ...numbered([
      { type: 'item.added', item: userMessage('a'), command_id: server.socket.sent[0]!.id },
      { type: 'run.started', run: run('run_1') },
    ]),
  );
  paint();
  expect(button('Send message').hidden).toBe(true);
  expect(one('.working').hidden).toBe(false);
  button('Stop').click();
  expect(server.socket.sent, 'the second half of a double click').toHaveLength(1);
  vi.mocked(performance.now).mockReturnValue(1000);
  button('Stop').click();
  expect(server.socket.sent.at(-1)).toMatchObject({ type: 'run.cancel', run_id: 'run_1' });
  paint();
  expect(button('Stop').disabled).toBe(true);
  expect(one('.working').textContent).toBe('Stopping…');
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'cancelled' }) }], 2),
  );
  paint();
  expect(button('Stop').hidden).toBe(true);
  expect(button('Send message').hidden).toBe(false);
  expect(one('.run-end__text').textContent).toBe('Stopped.');
});

test('a message written during a run is shown as waiting and can be taken back', () => {
  opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  type('and then?');
  paint();
  expect(one('.pending').textContent).toContain('Waiting to be sent');
  button('Remove').click();
  paint();
  expect(document.querySelector('.pending')).toBeNull();
});

test('a refused message says why and is tried again on a click', () => {
  opened();
  type('Hi');
  const id = server.socket.sent[0]!.id;
  server.socket.receive({
    type: 'error',
    id,
    code: 'store_unavailable',
    message: 'The disk is full.',
    retryable: true,
    run_id: null,
  });
  paint();
  expect(one('.pending').textContent).toContain('The disk is full.');
  button('Try again').click();
  expect(server.socket.sent.map((command) => command.id)).toEqual([id, id]);
});

test('the first message of a new chat makes its thread without a break in what is shown', () => {
  open(null);
  server.socket.receive(hello('e1', null));
  type('Hi');
  paint();
  const { id } = server.socket.sent[0]!;
  server.socket.receive({ type: 'ack', id, thread_id: 'thread_1', item_id: 'a', run_id: 'run_1' });
  paint();
  expect(threads).toEqual(['thread_1']);
  expect(texts('.message__bubble')).toEqual(['Hi']);
  server.socket.receive(snapshot({ seq: 2, items: [userMessage('a')], runs: [run('run_1')] }));
  paint();
  expect(texts('.message__bubble')).toEqual(['Hi']);
  expect(document.querySelector('.pending')).toBeNull();
  expect(server.sockets).toHaveLength(1);
});

test('the draft of a thread survives', () => {
  opened();
  const input = one<HTMLTextAreaElement>('textarea');
  input.value = 'half a thou';
  input.dispatchEvent(new Event('input'));
  chat?.dispose();
  document.body.replaceChildren();
  opened();
  expect(one<HTMLTextAreaElement>('textarea').value).toBe('half a thou');
});

test('a lost connection is told, and a click tries at once', () => {
  opened();
  expect(one('.connection').hidden).toBe(true);
  server.socket.breakOff();
  paint();
  expect(one('.connection').textContent).toContain('Connection lost');
  button('Try now').click();
  expect(server.sockets).toHaveLength(2);
  server.socket.receive(hello());
  paint();
  expect(one('.connection').hidden).toBe(true);
});

test('an unknown thread says so and offers a new chat', () => {
  open();
  server.socket.receive({
    type: 'error',
    id: null,
    code: 'not_found',
    message: 'No such thread.',
    retryable: false,
    run_id: null,
  });
  server.socket.breakOff(4404);
  paint();
  const missing = one('section[aria-labelledby=missing-title]');
  expect(missing.hidden).toBe(false);
  expect(missing.querySelector('a')?.getAttribute('href')).toBe('/chat');
  expect(one('.chat__foot').hidden).toBe(true);
  expect(one('.welcome').hidden).toBe(true);
});

test('finished things are announced, deltas are not', () => {
  opened();
  const events = wholeRun();
  server.socket.receive(...events.slice(0, -2));
  paint();
  expect(one('[role=log]').getAttribute('aria-live')).toBe('off');
  expect(texts('[role=status] p').join(' ')).toContain('get_weather: completed');
  expect(texts('[role=status] p').join(' ')).not.toContain('Oslo');
  server.socket.receive(...events.slice(-2));
  paint();
  expect(texts('[role=status] p').at(-1)).toContain('Oslo has 4 °C');
});

test('a long thread shows its end at once and the rest in slices', () => {
  open();
  const items = Array.from({ length: 400 }, (_, i) =>
    i % 2 === 0
      ? userMessage(`i${i}`, { run_id: null, text: `m${i}` })
      : assistantMessage(`i${i}`, { run_id: null, text: `m${i}`, status: 'completed' }),
  );
  server.socket.receive(hello(), snapshot({ items }));
  for (const frame of frames.splice(0)) frame?.(0);
  const shown = one('.transcript').children.length;
  expect(shown).toBeGreaterThanOrEqual(30);
  expect(shown).toBeLessThan(60);
  expect(one('.transcript').lastElementChild?.textContent).toContain('m399');
  paint();
  expect(one('.transcript').children).toHaveLength(400);
  expect(
    [...one('.transcript').children].map((e) => /m\d+/.exec(e.textContent ?? '')?.[0]),
  ).toEqual(items.map((item) => ('text' in item ? item.text : '')));
});

test('a tool card of the live run fills in where it stands', () => {
  opened();
  server.socket.receive(
    ...numbered([
      { type: 'item.added', item: functionCall('a'), command_id: null },
      delta('a', 'arguments', 0, '{"location":"Oslo"}'),
    ]),
  );
  paint();
  const card = one('.tool');
  expect(card.textContent).toContain('get_weather');
  server.socket.receive(
    ...numbered(
      [
        {
          type: 'item.done',
          item: functionCall('a', { status: 'failed', error: 'Too slow.', arguments: '{}' }),
        },
      ],
      2,
    ),
  );
  paint();
  expect(one('.tool')).toBe(card);
  expect(card.textContent).toContain('Too slow.');
});
