/** Frames as the server sends them, for tests: say only what matters, the rest is filled in. */

import type {
  AssistantMessage,
  CodeInterpreterCall,
  FunctionCall,
  ImagePart,
  ItemAnnotation,
  MessagePart,
  Reasoning,
  Run,
  ServerMessage,
  Snapshot,
  Thread,
  ThreadEvent,
  UserMessage,
} from '../src/protocol.ts';
import { PROTOCOL_VERSION } from '../src/protocol.ts';
import type { ToolCallActions } from '../src/tool_call/tool_call.ts';
import type { WidgetActions } from '../src/widgets/widget.ts';

export const EPOCH = 'e1';

const base = { parent_id: null, run_id: 'run_1', status: 'in_progress', created_at: 1 } as const;

export function userMessage(id: string, fields: Partial<UserMessage> = {}): UserMessage {
  return {
    ...base,
    id,
    type: 'user_message',
    text: 'Hi',
    files: [],
    contexts: [],
    status: 'completed',
    ...fields,
  };
}

export function assistantMessage(
  id: string,
  { text = '', ...fields }: Partial<AssistantMessage> & { readonly text?: string } = {},
): AssistantMessage {
  return {
    ...base,
    id,
    type: 'assistant_message',
    content: text === '' ? [] : said(text),
    refusal: null,
    ...fields,
  };
}

/** The content of a message that says this. */
export function said(text: string, ...annotations: ItemAnnotation[]): readonly MessagePart[] {
  return [{ type: 'text', text, annotations }];
}

export const PICTURE: ImagePart = {
  type: 'image',
  file_id: 'file_plot',
  url: null,
  name: 'plot.png',
  alt: null,
  media_type: 'image/png',
  size: 4,
};

export function reasoning(id: string, fields: Partial<Reasoning> = {}): Reasoning {
  return { ...base, id, type: 'reasoning', summary: [], ...fields };
}

/** What every tool call has in the beginning. */
const NOTHING_YET = {
  call_id: null,
  error: null,
  duration_ms: null,
  required_action: null,
} as const;

export function functionCall(id: string, fields: Partial<FunctionCall> = {}): FunctionCall {
  return {
    ...base,
    id,
    type: 'function_call',
    title: null,
    icon: null,
    ...NOTHING_YET,
    name: 'get_weather',
    arguments: '',
    outputs: [],
    widget: null,
    progress: null,
    has_app: false,
    ...fields,
  };
}

export function codeCall(
  id: string,
  fields: Partial<CodeInterpreterCall> = {},
): CodeInterpreterCall {
  return {
    ...base,
    ...NOTHING_YET,
    id,
    type: 'code_interpreter_call',
    language: 'python',
    code: '',
    outputs: [],
    ...fields,
  };
}

export function run(id: string, fields: Partial<Run> = {}): Run {
  return {
    id,
    thread_id: 'thread_1',
    parent_id: null,
    status: 'in_progress',
    upstream: 'demo',
    model: null,
    assistant_id: null,
    assistant_name: null,
    parameters: null,
    overrides: null,
    notes: [],
    error: null,
    usage: null,
    active_s: null,
    cost: null,
    context_tokens: null,
    context_length: null,
    created_at: 1,
    finished_at: null,
    expires_at: null,
    feedback: null,
    ...fields,
  };
}

export function thread(fields: Partial<Thread> = {}): Thread {
  return {
    id: 'thread_1',
    title: 'A chat',
    head_id: null,
    pinned: false,
    assistant_id: null,
    model: null,
    instructions: '',
    created_at: 1,
    updated_at: 1,
    ...fields,
  };
}

export function hello(epoch = EPOCH, threadId: string | null = 'thread_1'): ServerMessage {
  return {
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    epoch,
    thread_id: threadId,
    seq: 0,
    upstream: 'demo',
    active_run: null,
  };
}

export function snapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    seq: 0,
    thread: thread(),
    items: [],
    runs: [],
    active_run: null,
    before: null,
    forks: [],
    ...fields,
  };
}

type Unnumbered<E> = E extends unknown ? Omit<E, 'seq'> : never;

/** Numbers events as a thread's log does. Items that name no parent follow one another. */
export function numbered(events: readonly Unnumbered<ThreadEvent>[], after = 0): ThreadEvent[] {
  const parents = new Map<string, string | null>();
  let head: string | null = null;
  return events.map((event, index) => {
    const seq = after + index + 1;
    if (!('item' in event)) return { ...event, seq } as ThreadEvent;
    const { id } = event.item;
    if (!parents.has(id)) parents.set(id, event.item.parent_id ?? head);
    const parent_id = parents.get(id) ?? null;
    if (event.type === 'item.added') head = id;
    return { ...event, seq, item: { ...event.item, parent_id } } as ThreadEvent;
  });
}

export function delta(
  itemId: string,
  field: 'text' | 'refusal' | 'arguments' | 'code' | 'logs' | 'summary',
  offset: number,
  text: string,
  index = 0,
): Unnumbered<ThreadEvent> {
  return { type: 'item.delta', item_id: itemId, field, index, offset, delta: text };
}

/** A whole run: reasoning, a tool call with output, code with logs, an answer with a citation. */
export function wholeRun(): ThreadEvent[] {
  const events: Unnumbered<ThreadEvent>[] = [
    { type: 'item.added', item: userMessage('item_1'), command_id: 'c1' },
    { type: 'run.started', run: run('run_1') },
    { type: 'thread.updated', thread: thread({ title: 'Hi' }) },
    { type: 'item.added', item: reasoning('item_2'), command_id: null },
    delta('item_2', 'summary', 0, 'First '),
    delta('item_2', 'summary', 6, 'thought'),
    delta('item_2', 'summary', 0, 'Second thought', 1),
    {
      type: 'item.done',
      item: reasoning('item_2', {
        status: 'completed',
        summary: ['First thought', 'Second thought'],
      }),
    },
    { type: 'item.added', item: functionCall('item_3'), command_id: null },
    delta('item_3', 'arguments', 0, '{"location":'),
    delta('item_3', 'arguments', 12, '"Oslo"}'),
    {
      type: 'item.updated',
      item: functionCall('item_3', { status: 'running', arguments: '{"location":"Oslo"}' }),
    },
    {
      type: 'item.done',
      item: functionCall('item_3', {
        status: 'completed',
        arguments: '{"location":"Oslo"}',
        outputs: [{ type: 'json', value: { celsius: 4 } }],
        duration_ms: 12,
      }),
    },
    { type: 'item.added', item: codeCall('item_4'), command_id: null },
    delta('item_4', 'code', 0, 'print(1)'),
    delta('item_4', 'logs', 0, '1'),
    delta('item_4', 'logs', 1, '\n'),
    { type: 'item.added', item: assistantMessage('item_5'), command_id: null },
  ];
  let text = '';
  for (const word of ['Oslo ', 'has ', '4 °C ', '🌦️', ', ', 'no ', 'more.']) {
    events.push(delta('item_5', 'text', text.length, word));
    text += word;
  }
  const citation = {
    type: 'url_citation',
    start: 0,
    end: 4,
    url: 'https://example.org/',
    title: 'Oslo',
  } as const;
  events.push(
    { type: 'item.annotation', item_id: 'item_5', index: 0, annotation: citation },
    {
      type: 'item.done',
      item: assistantMessage('item_5', { status: 'completed', content: said(text, citation) }),
    },
    { type: 'run.finished', run: run('run_1', { status: 'completed', finished_at: 2 }) },
  );
  return numbered(events);
}

/** A linear congruential generator: the same numbers in [0, 1) in every test run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A chat that a card or a widget does nothing to. */
export const NO_ACTIONS: ToolCallActions = {
  send() {},
  fill() {},
  open() {},
  callTool: () => Promise.reject(new Error('There is no server.')),
  tellModel: () => {},
  resolve: () => Promise.resolve(null),
  redraw() {},
};

/** What a widget gets beside its output. */
export const PROPS = {
  name: 'a_function',
  arguments: {},
  files: [],
  actions: {
    send() {},
    fill() {},
    open() {},
    call: (): ReturnType<WidgetActions['call']> => Promise.reject(new Error('There is no server.')),
  },
} as const;
