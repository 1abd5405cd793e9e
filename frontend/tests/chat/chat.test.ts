import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createChat } from '../../src/chat/chat.ts';
import type {
  AssistantInfo,
  Item,
  ItemPage,
  MessageSend,
  ModelInfo,
  SetupState,
  ThreadDetail,
} from '../../src/protocol.ts';
import { ApiProblem } from '../../src/server/api.ts';
import { textOf } from '../../src/thread/content.ts';
import { FakeClock, FakeServer, FakeUploading, fileInfo, LIMITS, NO_OFFERS } from '../fakes.ts';
import {
  assistantMessage,
  delta,
  functionCall,
  hello,
  numbered,
  run,
  snapshot,
  thread,
  userMessage,
  wholeRun,
} from '../frames.ts';
import { OTTO } from '../wire.ts';

let server: FakeServer;
let clock: FakeClock;
let chat: { element: HTMLElement; dispose(): void } | null;
let threads: string[];
/** Another tab says that threads have changed. */
let word: () => void;
let unready: number;
let uploading: FakeUploading;
let deleted: string[];
let frames: FrameRequestCallback[];
let assistants: AssistantInfo[];
let models: ModelInfo[];
/** What was changed of threads. */
let updates: object[];
let older: (itemId: string) => Promise<ItemPage>;

beforeEach(() => {
  server = new FakeServer();
  clock = new FakeClock();
  chat = null;
  threads = [];
  unready = 0;
  uploading = new FakeUploading();
  deleted = [];
  frames = [];
  assistants = [OTTO];
  models = [];
  updates = [];
  older = () => Promise.reject(new Error('Nothing is older here.'));
  sessionStorage.clear();
  localStorage.clear();
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => delete frames[id - 1]);
});

afterEach(() => {
  chat?.dispose();
  document.body.replaceChildren();
  document.head.replaceChildren();
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
      setup: async () => ({ ready, dictation: { model: null } }) as SetupState,
      assistants: async () => ({ assistants }),
      models: async () => ({ models: [], listed: models, fallback: false, problem: null }),
      async updateThread(id, update) {
        updates.push({ id, ...update });
        if (update.instructions === 'No') {
          throw new ApiProblem(503, {
            code: 'x',
            message: 'The disk is full.',
            field: null,
            retry_after_s: null,
          });
        }
        return { instructions: '', model: null, ...update } as ThreadDetail;
      },
      itemsBefore: (_thread, itemId) => older(itemId),
      fileLimits: async () => LIMITS,
      file: async (id) => fileInfo({ id }),
      deleteFile: async (id) => void deleted.push(id),
      rate: () => Promise.reject(new Error('Nothing is rated here.')),
      callTool: () => Promise.reject(new Error('No widget calls here.')),
      threadUsage: () => Promise.reject(new Error('Nobody asks for it here.')),
      ...NO_OFFERS,
      fileText: async () => ({ parts: [{ location: null, text: 'It rained in Oslo.' }] }),
    },
    transport: uploading.transport,
    onThread: (id) => threads.push(id),
    onUnready: () => {
      unready += 1;
    },
    socket: { open: server.open, clock, random: () => 1 },
    channel(onTold) {
      word = onTold;
      return { tell() {}, dispose() {} };
    },
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

/** What the server writes into the page of the default assistant. */
function written(start: AssistantInfo['start']): void {
  const meta = document.createElement('meta');
  meta.name = 'assistant';
  meta.content = JSON.stringify({ id: OTTO.id, name: 'Otto', start });
  document.head.append(meta);
}

test('an empty chat shows at once what the page came with, then who was chosen', async () => {
  const mine = { greeting: 'Bread?', suggestions: [{ prompt: 'Two rolls' }], placeholder: 'Order' };
  written(mine);
  const ada = { ...OTTO, id: 'a', name: 'Ada', start: { introduction: 'I am Ada.' } };
  assistants = [
    { ...ada, is_default: false },
    { ...OTTO, start: mine },
  ];
  open(null);
  const input = one<HTMLTextAreaElement>('#composer-input');
  expect([one('.welcome__heading').textContent, texts('.welcome__prompt')]).toEqual([
    'Bread?',
    ['Two rolls'],
  ]);
  expect([texts('[aria-label=Welcome] .welcome__lead'), input.placeholder]).toEqual([[], 'Order']);
  const select = one<HTMLSelectElement>('#assistant-choice');
  await vi.waitFor(() => expect(select.parentElement?.hidden).toBe(false));
  select.value = 'a';
  select.dispatchEvent(new Event('change'));
  expect([texts('.welcome__name'), one('.welcome__lead').textContent]).toEqual([
    ['Ada'],
    'I am Ada.',
  ]);
  expect([texts('.welcome__example'), input.placeholder]).toEqual([[], 'Ask anything']);

  // What is not known yet is not shown wrongly.
  chat?.dispose();
  document.body.replaceChildren();
  open(null);
  expect(one('.welcome').children).toHaveLength(0);
  await vi.waitFor(() => expect(texts('.welcome__name')).toEqual(['Ada']));
});

test('an empty chat offers suggestions, and a click sends one', () => {
  written({
    suggestions: [{ title: 'Weather', prompt: "What's the weather in Oslo and Lima tomorrow?" }],
  });
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

test('the notice of the demo can be closed for good, until another upstream was there', () => {
  open();
  server.socket.receive(hello(), snapshot());
  paint();
  one('[title="Hide this notice"]').click();
  expect(one('.demo-banner').hidden).toBe(true);
  chat?.dispose();
  document.body.replaceChildren();
  open();
  server.socket.receive(hello(), snapshot());
  paint();
  expect(one('.demo-banner').hidden).toBe(true);
  server.socket.receive({ ...hello(), upstream: 'responses' } as never);
  paint();
  server.socket.receive(hello());
  paint();
  expect(one('.demo-banner').hidden).toBe(false);
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
  expect(kinds).toEqual(['message', 'reasoning', 'call-group', 'message', 'answer-end']);
  expect(texts('.call-group__what')).toEqual(['Used get_weather']);
  expect(one('.message--assistant .md').textContent).toContain('Oslo has 4 °C 🌦️, no more.');
  expect(one<HTMLAnchorElement>('.sources a').href).toBe('https://example.org/');
  expect(document.querySelector('.run-progress')).toBeNull();
});

test('many deltas cause one redraw', () => {
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
  expect([...one('.transcript').children].slice(0, -1)).toEqual(before);
});

test('a resynchronised thread drops removed items and keeps the others', () => {
  opened();
  server.socket.receive(...wholeRun());
  paint();
  const [question] = one('.transcript').children;
  server.socket.receive(
    hello('e2'),
    snapshot({ seq: 40, items: [userMessage('item_1'), assistantMessage('z', { text: 'New' })] }),
  );
  paint();
  expect(texts('.transcript .message h2')).toEqual(['You', 'Assistant']);
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
  button('Try again').click();
  expect(server.socket.sent).toMatchObject([{ type: 'run.retry', run_id: 'run_1' }]);
  paint();
  expect(button('Try again').disabled).toBe(true);
});

test('an error of an earlier run stays in its place', () => {
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
  const [, end, ...rest] = one('.transcript').children;
  expect(end?.querySelector('.run-end--error')).not.toBeNull();
  expect(end?.querySelector<HTMLElement>('.run-end button')?.hidden).toBe(true);
  expect(rest.filter((element) => element.querySelector('.run-end'))).toEqual([]);
});

test('a failed answer that is not the last can be tried again as its words say, as a branch', () => {
  open();
  const error = {
    code: 'x',
    message: 'It broke. Try again.',
    retryable: true,
    retry_after_s: null,
  };
  server.socket.receive(
    hello(),
    snapshot({
      items: [
        userMessage('a', { text: 'Why?', run_id: 'run_1' }),
        userMessage('b', { run_id: 'run_2' }),
        assistantMessage('c', { run_id: 'run_2', text: 'Yes', status: 'completed' }),
      ],
      runs: [run('run_1', { status: 'failed', error }), run('run_2', { status: 'completed' })],
    }),
  );
  paint();
  button('Try again').click();
  expect(server.socket.sent).toMatchObject([{ type: 'message.edit', item_id: 'a', text: 'Why?' }]);
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

test('a message of spaces alone is not sent', () => {
  opened();
  type(' \n ');
  expect(server.socket.sent).toEqual([]);
  expect(button('Send message').disabled).toBe(true);
});

test('send turns into stop while a run is active, and stop sends one command', () => {
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
  expect(texts('.run-progress')).toEqual(['Working…']);
  button('Stop').click();
  expect(server.socket.sent, 'the second half of a double click').toHaveLength(1);
  vi.mocked(performance.now).mockReturnValue(1000);
  button('Stop').click();
  expect(server.socket.sent.at(-1)).toMatchObject({ type: 'run.cancel', run_id: 'run_1' });
  paint();
  expect(button('Stop').disabled).toBe(true);
  expect(one('.run-progress').textContent).toBe('Stopping…');
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'cancelled' }) }], 2),
  );
  paint();
  expect(button('Stop').hidden).toBe(true);
  expect(button('Send message').hidden).toBe(false);
  expect(one('.run-end__text').textContent).toBe('Stopped.');
});

test('a message written during a run is shown as waiting and can be withdrawn', () => {
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

test('the first message of a new chat creates its thread and keeps what is shown', () => {
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

test('a lost connection is reported, and a click reconnects at once', () => {
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
  const missing = one('section[aria-labelledby=not-found-title]');
  expect(missing.hidden).toBe(false);
  expect(missing.querySelector('a')?.getAttribute('href')).toBe('/chat');
  expect(one('.chat__foot').hidden).toBe(true);
  expect(one('.welcome').hidden).toBe(true);
});

test('a restored thread is shown again without flicker', () => {
  opened();
  server.socket.breakOff(4404);
  word();
  paint();
  const missing = one('section[aria-labelledby=not-found-title]');
  expect(missing.hidden).toBe(false);
  server.socket.breakOff(4404);
  paint();
  expect(missing.hidden).toBe(false);
  expect(one('[role=log]').hidden).toBe(true);
  word();
  server.socket.receive(hello(), snapshot());
  paint();
  expect(missing.hidden).toBe(true);
  expect(one('[role=log]').hidden).toBe(false);
  expect(one('.chat__foot').hidden).toBe(false);
});

test('finished items are announced to screen readers, deltas are not', () => {
  opened();
  const events = wholeRun();
  server.socket.receive(...events.slice(0, -2));
  paint();
  expect(one('[role=log]').getAttribute('aria-live')).toBe('off');
  expect(texts('[role=status] p').join(' ')).toContain('get_weather: completed');
  expect(texts('[role=status] p').join(' ')).not.toContain('Oslo');
  server.socket.receive(...events.slice(-2));
  paint();
  expect(texts('[role=status] p').slice(-2)).toEqual([
    'Oslo has 4 °C 🌦️, no more.',
    'The answer is complete.',
  ]);
});

test('of an answer a screen reader hears how it begins, while it grows, and that it has ended', async () => {
  opened();
  const first = 'Oslo is **cold**. ';
  const text = `# Cities\n\n${first}\n\n\`\`\`ts\nconst a = 1;\n\`\`\`\n\n${'Words of it. '.repeat(60)}`;
  const said = () => texts('.chat > [role=status] p');
  server.socket.receive(
    ...numbered([
      { type: 'item.added', item: userMessage('q'), command_id: null },
      { type: 'run.started', run: run('run_1', { parent_id: 'q' }) },
      { type: 'item.added', item: assistantMessage('a'), command_id: null },
      delta('a', 'text', 0, text.slice(0, 30)),
    ]),
  );
  paint();
  expect(said()).toEqual(['Working on an answer.']);
  server.socket.receive(...numbered([delta('a', 'text', 30, text.slice(30, -5))], 4));
  await vi.waitFor(() => {
    paint();
    expect(one('.message--assistant').textContent).toContain('Words of it. Words of it.');
  });
  server.socket.receive(...numbered([delta('a', 'text', text.length - 5, text.slice(-5))], 5));
  paint();
  expect(said()).toHaveLength(2);
  const beginning = said()[1] ?? '';
  expect(beginning).toMatch(/^Cities Oslo is cold\. ts const a = 1; Words of it\./);
  expect(beginning.length).toBeLessThan(250);
  expect(beginning).not.toContain('Copy');
  const done = assistantMessage('a', { text, status: 'completed' });
  server.socket.receive(
    ...numbered(
      [
        { type: 'item.done', item: done },
        { type: 'run.finished', run: run('run_1', { parent_id: 'q', status: 'completed' }) },
      ],
      6,
    ),
  );
  paint();
  expect(said().slice(2)).toEqual(['The answer is complete.']);
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
  expect(texts('.transcript .message').at(-1)).toContain('m399');
  paint();
  expect(texts('.transcript .message').map((text) => /m\d+/.exec(text)?.[0])).toEqual(
    items.map((item) => (item.type === 'user_message' ? item.text : textOf(item))),
  );
});

const exchange = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => {
    const [id, parent_id] = [`i${from + n}`, from + n === 0 ? null : `i${from + n - 1}`];
    const fields = { parent_id, run_id: null, text: `m${from + n}`, status: 'completed' } as const;
    return (from + n) % 2 === 0 ? userMessage(id, fields) : assistantMessage(id, fields);
  });
const pageOf = (items: readonly Item[], before: string | null): ItemPage => ({
  items,
  next_cursor: null,
  runs: [],
  forks: [],
  before,
});
const shownTexts = (): (string | undefined)[] =>
  texts('.transcript .message').map((text) => /m\d+/.exec(text)?.[0]);
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `m${from + n}`);

test('what is older than the end of a chat is read, shown above, and told', async () => {
  const asked: string[] = [];
  older = async (itemId) => {
    asked.push(itemId);
    return itemId === 'i6' ? pageOf(exchange(2, 6), 'i2') : pageOf(exchange(0, 2), null);
  };
  open();
  server.socket.receive(hello(), snapshot({ items: exchange(6, 10), before: 'i6' }));
  paint();
  expect(shownTexts()).toEqual(numbers(6, 10));
  await vi.waitFor(() => {
    paint();
    expect(shownTexts()).toEqual(numbers(0, 10));
  });
  expect(asked).toEqual(['i6', 'i2']);
  expect(one('.older').hidden).toBe(true);
  expect(texts('.chat > [role=status] p')).toContain('Earlier messages were added above.');
});

test('older messages that could not be read are read again on demand', async () => {
  open();
  server.socket.receive(hello(), snapshot({ items: exchange(2, 4), before: 'i2' }));
  await vi.waitFor(() => {
    paint();
    expect(one('.older').textContent).toContain('could not be read');
  });
  older = async () => pageOf(exchange(0, 2), null);
  one('.older button').click();
  await vi.waitFor(() => {
    paint();
    expect(shownTexts()).toEqual(numbers(0, 4));
  });
});

test('the keys for a print have all of a long chat read first', async () => {
  let answer = (_page: ItemPage): void => {};
  older = () => new Promise((resolve) => (answer = resolve));
  const print = vi.fn();
  vi.stubGlobal('print', print);
  open();
  server.socket.receive(hello(), snapshot({ items: exchange(2, 4), before: 'i2' }));
  await vi.waitFor(() => {
    paint();
    one('.older');
  });
  const key = new KeyboardEvent('keydown', { key: 'p', ctrlKey: true, cancelable: true });
  window.dispatchEvent(key);
  expect(key.defaultPrevented).toBe(true);
  expect(print).not.toHaveBeenCalled();
  answer(pageOf(exchange(0, 2), null));
  await vi.waitFor(() => expect(print).toHaveBeenCalledOnce());
  expect(shownTexts()).toEqual(numbers(0, 4));
  const again = new KeyboardEvent('keydown', { key: 'p', ctrlKey: true, cancelable: true });
  window.dispatchEvent(again);
  expect(again.defaultPrevented).toBe(false);
});

test('after a snapshot of the end alone, older messages that were in view are read again', async () => {
  const asked: string[] = [];
  older = async (itemId) => {
    asked.push(itemId);
    return pageOf(exchange(0, 2), null);
  };
  open();
  server.socket.receive(hello(), snapshot({ items: exchange(2, 4), before: 'i2' }));
  await vi.waitFor(() => {
    paint();
    expect(shownTexts()).toEqual(numbers(0, 4));
  });
  server.socket.receive(hello('e2'), snapshot({ items: exchange(2, 4), before: 'i2' }));
  await vi.waitFor(() => {
    paint();
    expect(shownTexts()).toEqual(numbers(0, 4));
  });
  expect(asked).toEqual(['i2', 'i2']);
});

test('a tool card of the active run is updated in place', () => {
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

/** Two turns, both answered; the second question is the second of two, its answer the first. */
function answered(): void {
  open();
  const done = { status: 'completed', finished_at: 2 } as const;
  server.socket.receive(
    hello(),
    snapshot({
      items: [
        userMessage('q1', { text: 'One?' }),
        assistantMessage('a1', { parent_id: 'q1', text: '*One*.', status: 'completed' }),
        userMessage('q2', { parent_id: 'a1', run_id: 'run_2', text: 'Two?' }),
        assistantMessage('a2', {
          parent_id: 'q2',
          run_id: 'run_2',
          text: 'Two.',
          status: 'completed',
        }),
      ],
      runs: [
        run('run_1', { ...done, parent_id: 'q1' }),
        run('run_2', { ...done, parent_id: 'q2' }),
      ],
      forks: [
        { parent_id: 'a1', item_ids: ['q0', 'q2'] },
        { parent_id: 'q2', item_ids: ['a2', 'a3'] },
      ],
    }),
  );
  paint();
}

const last = <E extends HTMLElement>(selector: string): E => {
  const found = [...document.querySelectorAll<E>(selector)].at(-1);
  if (found === undefined) throw new Error(`Nothing is ${selector}.`);
  return found;
};
const commands = () => server.socket.sent.map(({ id: _, ...command }) => command);
const pressIn = (input: HTMLElement, key: string, init: KeyboardEventInit = {}): void => {
  input.dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }),
  );
};

test('a message is copied as it was written', async () => {
  const written: string[] = [];
  vi.stubGlobal('navigator', {
    clipboard: { writeText: async (text: string) => void written.push(text) },
  });
  answered();
  const copies = [...document.querySelectorAll('button')].filter((b) => b.title === 'Copy');
  for (const copy of copies) copy.click();
  expect(written).toEqual(['One?', '*One*.', 'Two?', 'Two.']);
  await vi.waitFor(() => expect(copies.map((copy) => copy.title)).toEqual(Array(4).fill('Copied')));
});

test('only the last answer can be retried', () => {
  answered();
  const again = [...document.querySelectorAll('button')].filter((b) => b.title === 'Regenerate');
  expect(again).toHaveLength(1);
  again[0]?.click();
  expect(commands()).toMatchObject([{ type: 'run.retry', run_id: 'run_2' }]);
});

test('a message is edited in place: Enter sends it and hides what followed', () => {
  answered();
  last('[title=Edit]').click();
  const input = one<HTMLTextAreaElement>('.message-editor textarea');
  expect(input.value).toBe('Two?');
  expect(document.activeElement).toBe(input);
  input.value = ' Three? ';
  pressIn(input, 'Enter', { shiftKey: true });
  expect(commands()).toEqual([]);
  pressIn(input, 'Enter');
  expect(commands()).toMatchObject([{ type: 'message.edit', item_id: 'q2', text: 'Three?' }]);
  paint();
  expect(texts('.message__bubble')).toEqual(['One?', 'Three?']);
  expect(texts('.message--assistant .md').map((text) => text.trim())).toEqual(['One.']);
  server.socket.receive(
    ...numbered([
      {
        type: 'item.added',
        item: userMessage('q3', { parent_id: 'a1', run_id: 'run_3', text: 'Three?' }),
        command_id: server.socket.sent[0]!.id,
      },
    ]),
  );
  paint();
  expect(texts('.message__bubble')).toEqual(['One?', 'Three?']);
  expect(texts('.pager span:not([class])')).toEqual(['3/3']);
});

test('the first message can be edited, and a cancelled edit shows everything again', () => {
  answered();
  server.socket.breakOff();
  one('[title=Edit]').click();
  const input = one<HTMLTextAreaElement>('.message-editor textarea');
  input.value = 'Zero?';
  pressIn(input, 'Enter');
  paint();
  expect(texts('.message__bubble')).toEqual(['Zero?']);
  button('Remove').click();
  paint();
  expect(texts('.message__bubble')).toEqual(['One?', 'Two?']);
});

test('Escape restores a message; until then the edited text survives a reload', () => {
  answered();
  last('[title=Edit]').click();
  const input = one<HTMLTextAreaElement>('.message-editor textarea');
  input.value = 'Half a th';
  input.dispatchEvent(new Event('input'));
  chat?.dispose();
  document.body.replaceChildren();
  answered();
  expect(one<HTMLTextAreaElement>('.message-editor textarea').value).toBe('Half a th');
  pressIn(one('.message-editor textarea'), 'Escape');
  expect(document.querySelector('.message-editor')).toBeNull();
  expect(document.activeElement).toBe(last('[title=Edit]'));
  last('[title=Edit]').click();
  expect(one<HTMLTextAreaElement>('.message-editor textarea').value).toBe('Two?');
});

test('arrows lead to the other versions of a question and of an answer', () => {
  answered();
  expect(
    [...document.querySelectorAll('.pager')].map((pager) => pager.getAttribute('aria-label')),
  ).toEqual(['Version 2 of 2', 'Version 1 of 2']);
  const [question, answer] = document.querySelectorAll<HTMLElement>('.pager');
  const arrows = (pager?: HTMLElement) => [...(pager?.querySelectorAll('button') ?? [])];
  expect(arrows(question).map((arrow) => arrow.disabled)).toEqual([false, true]);
  expect(arrows(answer).map((arrow) => arrow.disabled)).toEqual([true, false]);
  arrows(answer)[1]?.click();
  expect(commands()).toEqual([{ type: 'thread.switch', head_id: 'a3' }]);
  paint();
  expect(arrows(answer).map((arrow) => arrow.disabled)).toEqual([true, true]);
  server.socket.receive(
    snapshot({
      seq: 1,
      items: [
        userMessage('q2', { run_id: 'run_3', text: 'Two?' }),
        assistantMessage('a3', { parent_id: 'q2', run_id: 'run_3', text: 'Zwei.' }),
      ],
      forks: [{ parent_id: 'q2', item_ids: ['a2', 'a3'] }],
    }),
  );
  paint();
  expect(texts('.message--assistant .md').map((text) => text.trim())).toEqual(['Zwei.']);
  expect(document.activeElement?.getAttribute('title')).toBe('Previous version');
  expect(texts('[role=status] p').at(-1)).toBe('Version 2 of 2');
});

test('while a run is active nothing can be edited', () => {
  answered();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_3') }]));
  paint();
  const changing = document.querySelectorAll<HTMLButtonElement>(
    '[title=Edit], [title=Regenerate], .pager button',
  );
  expect([...changing].map((control) => control.disabled)).toEqual(
    Array(changing.length).fill(true),
  );
  expect(one<HTMLButtonElement>('[title=Copy]').disabled).toBe(false);
});

test('a stopped answer says so, and continues from there on request', () => {
  opened();
  server.socket.receive(
    ...numbered([
      { type: 'item.added', item: userMessage('q'), command_id: null },
      { type: 'run.started', run: run('run_1', { parent_id: 'q' }) },
      { type: 'item.added', item: assistantMessage('a', { text: 'Half' }), command_id: null },
      { type: 'run.finished', run: run('run_1', { parent_id: 'q', status: 'cancelled' }) },
    ]),
  );
  paint();
  expect(one('.run-end__text').textContent).toBe('Stopped.');
  button('Try again').click();
  server.socket.receive(
    ...numbered(
      [
        { type: 'thread.updated', thread: thread({ head_id: 'q' }) },
        { type: 'run.started', run: run('run_2', { parent_id: 'q' }) },
      ],
      4,
    ),
  );
  paint();
  expect(texts('.message--assistant')).toEqual([]);
  expect(document.querySelector('.run-end')).toBeNull();
  expect(texts('.run-progress')).toEqual(['Working…']);
});

test('a waiting message is edited in place and sent with the new text', () => {
  opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  type('and tehn?');
  paint();
  button('Edit').click();
  const input = one<HTMLTextAreaElement>('.message-editor textarea');
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'completed' }) }], 1),
  );
  paint();
  expect(commands()).toEqual([]);
  input.value = 'and then?';
  pressIn(input, 'Enter');
  expect(commands()).toMatchObject([{ type: 'message.send', text: 'and then?' }]);
});

test('a waiting message is sent with the old text if its edit is cancelled', () => {
  opened();
  server.socket.receive(...numbered([{ type: 'run.started', run: run('run_1') }]));
  type('and then?');
  paint();
  button('Edit').click();
  server.socket.receive(
    ...numbered([{ type: 'run.finished', run: run('run_1', { status: 'completed' }) }], 1),
  );
  pressIn(one('.message-editor textarea'), 'Escape');
  expect(commands()).toMatchObject([{ type: 'message.send', text: 'and then?' }]);
});

test('an assistant is chosen where there are several, for this message and later ones', async () => {
  assistants = [{ ...OTTO, id: 'a', name: 'Ada', is_default: false }, OTTO];
  open(null);
  server.socket.receive(hello('e1', null));
  paint();
  const select = one<HTMLSelectElement>('#assistant-choice');
  await vi.waitFor(() => expect(one('#assistant-choice').parentElement?.hidden).toBe(false));
  expect([select.labels?.[0]?.textContent, select.value]).toEqual(['Assistant', OTTO.id]);
  select.value = 'a';
  select.dispatchEvent(new Event('change'));
  type('Hello');
  paint();
  expect(server.socket.sent).toMatchObject([{ text: 'Hello', assistant_id: 'a' }]);

  // The server takes the choice over; from then on the thread has it.
  const [sent] = server.socket.sent as { id: string }[];
  server.socket.receive(
    { type: 'ack', id: sent!.id, thread_id: 'thread_1', item_id: 'u1', run_id: 'r1' } as never,
    snapshot({ thread: thread({ assistant_id: 'a' }) }),
  );
  paint();
  expect(select.value).toBe('a');
  expect(sessionStorage.getItem('runstream.assistant.thread_1')).toBeNull();
});

const option = (name: string): HTMLElement =>
  [...document.querySelectorAll<HTMLElement>('dialog [role=option]')].find((row) =>
    row.textContent?.startsWith(name),
  )!;

test('a model is chosen for a chat: listed, typed, or the assistant’s own again', async () => {
  assistants = [{ ...OTTO, efforts: ['low', 'high'], verbosities: ['low', 'high'] }];
  const all = { shutdown: null, efforts: ['low'], verbosities: [] } as const;
  models = [
    { ...all, id: 'gpt-4.1' },
    { ...all, id: 'gpt-5', shutdown: '2099-12-24' },
    { ...all, id: 'gpt-3', shutdown: '2024-01-02' },
  ];
  open(null);
  server.socket.receive(hello('e1', null));
  paint();
  const choice = () => texts('.composer-choice__button')[0];
  await vi.waitFor(() => expect(choice()).toBe('Model gpt-4.1'));
  const asked = async () => {
    one('.composer-choice__button').click();
    await vi.waitFor(() => expect(one('dialog [role=status]').textContent).toContain('3 models'));
  };
  await asked();
  expect(texts('dialog [role=option]').map((text) => text.slice(0, 30))).toEqual([
    'gpt-4.1chosenthe assistant’s o',
    'gpt-5until Dec 24, 2099',
    'gpt-3switched off on Jan 2, 20',
  ]);
  option('gpt-5').click();
  await vi.waitFor(() => expect(choice()).toBe('Model gpt-5'));
  expect(document.querySelector('dialog')).toBeNull();
  // What may be chosen besides is that model's.
  await vi.waitFor(() => expect(one('#verbosity-choice').parentElement?.hidden).toBe(true));
  expect(texts('#effort-choice option')).toEqual(['Up to the model', 'Low']);
  type('Hello');
  expect(server.socket.sent).toMatchObject([{ text: 'Hello', model: 'gpt-5' }]);
  const [sent] = server.socket.sent as { id: string }[];
  server.socket.receive(
    { type: 'ack', id: sent!.id, thread_id: 'thread_1', item_id: 'u1', run_id: 'r1' } as never,
    snapshot({ thread: thread({ model: 'gpt-5' }) }),
  );
  paint();
  expect([choice(), sessionStorage.getItem('runstream.model.new')]).toEqual(['Model gpt-5', null]);

  await asked();
  const input = one<HTMLInputElement>('dialog input');
  input.value = 'my-own';
  input.dispatchEvent(new Event('input'));
  expect(texts('dialog [role=option]')).toEqual(['my-ownnot listed']);
  pressIn(input, 'Enter');
  await vi.waitFor(() => expect(choice()).toBe('Model my-own'));
  await asked();
  expect(option('my-own').getAttribute('aria-selected')).toBe('true');
  option('gpt-4.1').click();
  await vi.waitFor(() => expect(choice()).toBe('Model gpt-4.1'));
  expect(updates).toEqual([
    { id: 'thread_1', model: 'my-own' },
    { id: 'thread_1', model: '' },
  ]);

  // Another tab, or a run that found its model gone.
  server.socket.receive(
    ...numbered([{ type: 'thread.updated', thread: thread({ model: 'gpt-3' }) }]),
  );
  paint();
  expect(choice()).toBe('Model gpt-3');
});

const instructionsButton = () =>
  [...document.querySelectorAll<HTMLElement>('.composer-choice__button')].find((each) =>
    each.textContent?.startsWith('Instructions'),
  )!;

/** Writes the instructions of the chat, and saves them. */
async function instruct(text: string): Promise<void> {
  instructionsButton().click();
  await vi.waitFor(() => one('dialog'));
  one<HTMLTextAreaElement>('dialog textarea').value = text;
  one<HTMLFormElement>('dialog form').requestSubmit();
}

test('instructions of a new chat go with its first message, those of another are saved at once', async () => {
  open(null);
  server.socket.receive(hello('e1', null));
  paint();
  await instruct(' In rhymes. ');
  await vi.waitFor(() => expect(document.querySelector('dialog')).toBeNull());
  expect(instructionsButton().textContent).toBe('Instructions: on');
  type('Hello');
  type('And more');
  paint();
  expect(server.socket.sent).toMatchObject([{ text: 'Hello', instructions: 'In rhymes.' }]);
  const [sent] = server.socket.sent as { id: string }[];
  server.socket.receive(
    { type: 'ack', id: sent!.id, thread_id: 'thread_1', item_id: 'u1', run_id: 'r1' } as never,
    snapshot({
      thread: thread({ instructions: 'In rhymes.' }),
      items: [userMessage('u1')],
      runs: [run('run_1', { status: 'completed' })],
    }),
  );
  paint();
  expect(server.socket.sent[1]).not.toHaveProperty('instructions');
  expect(sessionStorage.getItem('runstream.instructions.new')).toBeNull();

  await instruct('No');
  await vi.waitFor(() => expect(one('dialog [role=alert]').textContent).toBe('The disk is full.'));
  one<HTMLTextAreaElement>('dialog textarea').value = '';
  one<HTMLFormElement>('dialog form').requestSubmit();
  await vi.waitFor(() => expect(document.querySelector('dialog')).toBeNull());
  expect(updates).toEqual([
    { id: 'thread_1', instructions: 'No' },
    { id: 'thread_1', instructions: '' },
  ]);
  expect(texts('.composer-choice__button')).toContain('Instructions');
});

test('an effort is chosen for the messages of a chat, where the upstream takes one', async () => {
  assistants = [{ ...OTTO, efforts: ['low', 'high'], parameters: { reasoning_effort: 'low' } }];
  open(null);
  server.socket.receive(hello('e1', null));
  paint();
  const select = one<HTMLSelectElement>('#effort-choice');
  await vi.waitFor(() => expect(select.parentElement?.hidden).toBe(false));
  expect([...select.options].map(({ text }) => text)).toEqual([
    'Low (the assistant’s)',
    'Low',
    'High',
  ]);
  type('Hello');
  select.value = 'high';
  select.dispatchEvent(new Event('change'));
  type('Think about it');
  const [hi] = server.socket.sent as { id: string }[];
  server.socket.receive(
    { type: 'ack', id: hi!.id, thread_id: 'thread_1', item_id: 'u1', run_id: 'run_1' } as never,
    snapshot({
      items: [userMessage('u1')],
      runs: [run('run_1', { status: 'completed' })],
    }),
  );
  paint();
  const [first, second] = server.socket.sent as MessageSend[];
  expect(first?.parameters).toBeUndefined();
  expect(second).toMatchObject({
    text: 'Think about it',
    parameters: { reasoning_effort: 'high' },
  });
  expect(localStorage.getItem('runstream.effort.thread_1')).toBe('high');
});

test('an effort that the model refuses is neither offered nor sent', async () => {
  localStorage.setItem('runstream.effort.thread_1', 'max');
  assistants = [{ ...OTTO, efforts: ['low'] }];
  opened();
  const select = one<HTMLSelectElement>('#effort-choice');
  await vi.waitFor(() => expect(select.parentElement?.hidden).toBe(false));
  expect(select.value).toBe('');
  type('Hello');
  expect((server.socket.sent.at(-1) as MessageSend).parameters).toBeUndefined();
});

test('one assistant alone is not offered', async () => {
  opened();
  await Promise.resolve();
  expect(one('#assistant-choice').parentElement?.hidden).toBe(true);
});

test('answers of several assistants are named, and what was done otherwise is told', () => {
  open();
  const fields = { status: 'completed', notes: ['Without temperature.'] } as const;
  server.socket.receive(
    hello(),
    snapshot({
      items: [
        userMessage('u1', { text: 'One' }),
        assistantMessage('a1', { run_id: 'r1', text: 'First', status: 'completed' }),
        userMessage('u2', { text: 'Two' }),
        assistantMessage('a2', { run_id: 'r2', text: '{"city": "Oslo"}', status: 'completed' }),
      ],
      runs: [
        run('r1', { ...fields, notes: [], assistant_id: 'a', assistant_name: 'Ada' }),
        run('r2', { ...fields, assistant_id: 'b', assistant_name: 'Bob' }),
      ],
    }),
  );
  paint();
  expect(texts('.answer-end__name')).toEqual(['Ada', 'Bob']);
  expect(texts('.answer-end__notes:not([hidden])')).toEqual(['Without temperature.']);
  // Structured output is a card.
  expect(texts('.structured-answer')).toEqual(['{\n  "city": "Oslo"\n}']);
});
