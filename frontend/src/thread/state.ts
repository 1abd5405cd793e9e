/** The state of a thread, and the one function that changes it. */

import type {
  CodeOutput,
  Item,
  ItemAnnotated,
  ItemDelta,
  MessagePart,
  Run,
  ServerMessage,
  Snapshot,
  TextPart,
  Thread,
  ThreadEvent,
} from '../protocol.ts';

export interface ThreadState {
  readonly thread: Thread | null;
  /** Items before the last user message. No event of the active run changes them. */
  readonly settled: readonly Item[];
  /** The last user message and what follows it: short, so that a delta copies a short array. */
  readonly live: readonly Item[];
  readonly runs: ReadonlyMap<string, Run>;
  readonly activeRun: Run | null;
  /** An item: those before it are on the server only. Null where the path is whole. */
  readonly before: string | null;
  /** All children, oldest first, of each place that has children off the path. */
  readonly forks: ReadonlyMap<string | null, readonly string[]>;
  /** The last event received. Only comparable within one `epoch`. */
  readonly seq: number;
  readonly epoch: string | null;
  /** The epoch of the current socket. While it differs from `epoch`, a snapshot is due. */
  readonly serverEpoch: string | null;
  readonly upstream: string | null;
  /** An event is missing; only a snapshot can repair the state. */
  readonly resync: boolean;
}

export const EMPTY_STATE: ThreadState = {
  thread: null,
  settled: [],
  live: [],
  runs: new Map(),
  activeRun: null,
  before: null,
  forks: new Map(),
  seq: 0,
  epoch: null,
  serverEpoch: null,
  upstream: null,
  resync: false,
};

export function reduce(state: ThreadState, message: ServerMessage): ThreadState {
  switch (message.type) {
    case 'hello':
      return { ...state, serverEpoch: message.epoch, upstream: message.upstream };
    case 'snapshot':
      return fromSnapshot(state, message);
    case 'run.started':
    case 'run.updated':
    case 'run.finished':
    case 'run.rated':
    case 'item.added':
    case 'item.delta':
    case 'item.updated':
    case 'item.done':
    case 'item.annotation':
    case 'thread.updated':
      return withEvent(state, message);
    case 'ack':
    case 'error':
    case 'pong':
      return state;
    default:
      return unknown(message, state);
  }
}

/** Returns the query parameter `after` for a reconnect; null asks for a snapshot. */
export function resumePoint(state: ThreadState): string | null {
  if (state.epoch === null || state.resync) return null;
  return `${state.epoch}:${state.seq}`;
}

export function* itemsOf(state: ThreadState): Generator<Item> {
  yield* state.settled;
  yield* state.live;
}

export function hasItem(state: ThreadState, id: string): boolean {
  return indexOf(state.live, id) >= 0 || indexOf(state.settled, id) >= 0;
}

function fromSnapshot(state: ThreadState, snapshot: Snapshot): ThreadState {
  return {
    ...state,
    thread: snapshot.thread,
    ...parted(snapshot.items),
    runs: new Map(snapshot.runs.map((run) => [run.id, run])),
    activeRun: snapshot.active_run,
    before: snapshot.before,
    forks: new Map(snapshot.forks.map((fork) => [fork.parent_id, fork.item_ids])),
    seq: snapshot.seq,
    epoch: state.serverEpoch,
    resync: false,
  };
}

function parted(items: readonly Item[]): Pick<ThreadState, 'settled' | 'live'> {
  const start = Math.max(
    items.findLastIndex((item) => item.type === 'user_message'),
    0,
  );
  return { settled: items.slice(0, start), live: items.slice(start) };
}

function withEvent(state: ThreadState, event: ThreadEvent): ThreadState {
  if (state.resync) return state;
  if (state.epoch !== state.serverEpoch) return { ...state, resync: true };
  if (event.seq <= state.seq) return state;
  if (event.seq !== state.seq + 1) return { ...state, resync: true };
  const next = apply(state, event);
  return next === null ? { ...state, resync: true } : { ...next, seq: event.seq };
}

/** Returns null if the event does not fit the state. */
function apply(state: ThreadState, event: ThreadEvent): ThreadState | null {
  switch (event.type) {
    case 'run.started':
    case 'run.updated':
      return { ...withRun(state, event.run), activeRun: event.run };
    case 'run.finished': {
      const active = state.activeRun?.id === event.run.id ? null : state.activeRun;
      return { ...withRun(state, event.run), activeRun: active };
    }
    case 'run.rated': {
      // One on another branch is not known here.
      const run = state.runs.get(event.run_id);
      return run === undefined ? state : withRun(state, { ...run, feedback: event.feedback });
    }
    case 'item.added':
      return replaced(state, event.item.id, () => event.item) ?? added(state, event.item);
    case 'item.updated':
    case 'item.done':
      return replaced(state, event.item.id, () => event.item);
    case 'item.delta':
      return replaced(state, event.item_id, (item) => withDelta(item, event));
    case 'item.annotation':
      return replaced(state, event.item_id, (item) => withAnnotation(item, event));
    case 'thread.updated': {
      const { head_id } = event.thread;
      const path = head_id === null ? state : cut(state, head_id);
      return path === null ? null : { ...path, thread: event.thread };
    }
    default:
      return unknown(event, state);
  }
}

function withRun(state: ThreadState, run: Run): ThreadState {
  return { ...state, runs: new Map(state.runs).set(run.id, run) };
}

function added(state: ThreadState, item: Item): ThreadState | null {
  const path = cut(state, item.parent_id);
  if (path === null) return null;
  const siblings = path.forks.get(item.parent_id);
  const forks =
    siblings === undefined || siblings.includes(item.id)
      ? path.forks
      : new Map(path.forks).set(item.parent_id, [...siblings, item.id]);
  if (item.type !== 'user_message') return { ...path, forks, live: [...path.live, item] };
  return { ...path, forks, settled: [...path.settled, ...path.live], live: [item] };
}

/** Ends the path at this item and records the fork; null if the item is not on the path. */
function cut(state: ThreadState, headId: string | null): ThreadState | null {
  if (headId === ((state.live.at(-1) ?? state.settled.at(-1))?.id ?? null)) return state;
  const items = [...itemsOf(state)];
  const rootId = state.before === null ? null : (items[0]?.parent_id ?? null);
  const end = headId === rootId ? 0 : indexOf(items, headId ?? '') + 1;
  const child = items[end];
  if (child === undefined || (headId !== rootId && end === 0)) return null;
  const kept = items.slice(0, end);
  const places = new Set<string | null>([rootId, ...kept.map((item) => item.id)]);
  const forks = new Map([...state.forks].filter(([place]) => places.has(place)));
  if (!forks.has(headId)) forks.set(headId, [child.id]);
  return {
    ...state,
    ...parted(kept),
    forks,
    runs: new Map([...state.runs].filter(([, run]) => places.has(run.parent_id))),
  };
}

function replaced(
  state: ThreadState,
  id: string,
  change: (item: Item) => Item | null,
): ThreadState | null {
  for (const part of ['live', 'settled'] as const) {
    const index = indexOf(state[part], id);
    const item = state[part][index];
    if (item === undefined) continue;
    const next = change(item);
    if (next === null) return null;
    return next === item ? state : { ...state, [part]: state[part].with(index, next) };
  }
  return null;
}

function indexOf(items: readonly Item[], id: string): number {
  return items.findLastIndex((item) => item.id === id);
}

function withDelta(item: Item, event: ItemDelta): Item | null {
  switch (event.field) {
    case 'text': {
      if (item.type !== 'assistant_message') return null;
      const content = withText(item.content, event);
      return content === null ? null : { ...item, content };
    }
    case 'refusal': {
      if (item.type !== 'assistant_message') return null;
      const refusal = joined(item.refusal ?? '', event);
      return refusal === null ? null : { ...item, refusal };
    }
    case 'arguments': {
      if (item.type !== 'function_call' && item.type !== 'mcp_call') return null;
      const text = joined(item.arguments, event);
      return text === null ? null : { ...item, arguments: text };
    }
    case 'code': {
      if (item.type !== 'code_interpreter_call') return null;
      const code = joined(item.code, event);
      return code === null ? null : { ...item, code };
    }
    case 'summary': {
      if (item.type !== 'reasoning' || event.index > item.summary.length) return null;
      const part = joined(item.summary[event.index] ?? '', event);
      return part === null ? null : { ...item, summary: placed(item.summary, event.index, part) };
    }
    case 'logs': {
      if (item.type !== 'code_interpreter_call') return null;
      const outputs = withLogs(item.outputs, event);
      return outputs === null ? null : { ...item, outputs };
    }
    default:
      return unknown(event.field, item);
  }
}

function withText(
  content: readonly MessagePart[],
  event: ItemDelta,
): readonly MessagePart[] | null {
  const part = textAt(content, event.index);
  const text = part === null ? null : joined(part.text, event);
  return part === null || text === null ? null : placed(content, event.index, { ...part, text });
}

/** A text of the content, an empty one if it comes next; null for what is none. */
function textAt(content: readonly MessagePart[], index: number): TextPart | null {
  if (index > content.length) return null;
  const part = content[index] ?? { type: 'text', text: '', annotations: [] };
  return part.type === 'text' ? part : null;
}

function withLogs(outputs: readonly CodeOutput[], event: ItemDelta): readonly CodeOutput[] | null {
  if (event.index > outputs.length) return null;
  const output = outputs[event.index] ?? { type: 'logs', logs: '' };
  if (output.type !== 'logs') return null;
  const logs = joined(output.logs, event);
  return logs === null ? null : placed(outputs, event.index, { type: 'logs', logs });
}

/** Text that overlaps is a duplicate; a gap gives null. Both count UTF-16 code units. */
function joined(present: string, { offset, delta }: ItemDelta): string | null {
  if (offset === present.length) return present + delta;
  if (offset > present.length) return null;
  return present + delta.slice(present.length - offset);
}

function placed<T>(list: readonly T[], index: number, value: T): readonly T[] {
  return index < list.length ? list.with(index, value) : [...list, value];
}

function withAnnotation(item: Item, { index, annotation }: ItemAnnotated): Item | null {
  if (item.type !== 'assistant_message') return null;
  const part = textAt(item.content, index);
  if (part === null) return null;
  const annotated = { ...part, annotations: [...part.annotations, annotation] };
  return { ...item, content: placed(item.content, index, annotated) };
}

/** The type rules this case out. A newer server may send one nevertheless; it is ignored. */
function unknown<T>(_member: never, state: T): T {
  return state;
}
