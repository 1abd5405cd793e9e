/** An open thread: its state, its socket and its outbox. */

import type { KeyValues } from '../base/storage.ts';
import type {
  Ack,
  ActionResolve,
  ClientMessage,
  FilePart,
  MessageSend,
  Parameters,
  Error as Refusal,
  ServerMessage,
} from '../protocol.ts';
import { newCommandId } from '../server/command_id.ts';
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionStatus,
  connect,
} from '../server/connection.ts';
import type { Wished } from '../server/efforts.ts';
import {
  createOutbox,
  nextToSend,
  type OutboxEntry,
  type OutboxStage,
  type ToldContext,
} from './outbox.ts';
import { EMPTY_STATE, hasItem, reduce, resumePoint, type ThreadState } from './state.ts';

export interface SessionOptions {
  readonly threadId: string | null;
  readonly storage: KeyValues;
  /** Something on the page may have changed. */
  onChange(): void;
  /** The first message has created the thread. */
  onThread(threadId: string): void;
  /** Each frame, after the state has taken it in. */
  onMessage?(message: ServerMessage): void;
  readonly socket?: Pick<ConnectionOptions, 'open' | 'clock' | 'random'>;
  readonly timezone?: () => string;
  /** Who is to answer from now on; empty or absent leaves that as it is. */
  readonly assistant?: () => string;
  /** What the first message chooses for its new thread. */
  readonly choices?: () => Pick<MessageSend, 'model' | 'instructions'>;
  /** With which parameters in place of the assistant's own. */
  readonly wished?: () => Wished;
}

export interface Session {
  readonly state: ThreadState;
  readonly status: ConnectionStatus;
  readonly outbox: readonly OutboxEntry[];
  readonly threadId: string | null;
  /** The state is the server's, or there is no thread yet. */
  readonly loaded: boolean;
  /** The id of the run that was asked to stop. */
  readonly stopping: string | null;
  /** Nothing can be edited, retried or switched now: a run is active, or something is being sent.
   * */
  readonly isBusy: boolean;
  /** What the server said that is not about a message. */
  readonly notice: string | null;
  send(text: string, files?: readonly FilePart[], contexts?: readonly ToldContext[]): void;
  /** Replaces a user message on the path. */
  edit(itemId: string, text: string): void;
  /** Runs the last run again: one that failed or was stopped continues, a completed one is
   * replaced. */
  runAgain(runId: string): void;
  /** Switches to the branch that this item is on. */
  switchTo(itemId: string): void;
  stop(): void;
  /** Decides on calls that wait. Resolves to why the server refused that; null if it took it. */
  resolve(decision: Omit<ActionResolve, 'type' | 'id'>): Promise<string | null>;

  /** Has the state take in what did not come by the socket. */
  amend(change: (state: ThreadState) => ThreadState): void;

  // The outbox.
  retry(entryId: string): void;
  discard(entryId: string): void;
  /** Holds a message back while its text is edited, until `rewrite` or `retry`. */
  hold(entryId: string, draft: string): void;
  rewrite(entryId: string, text: string): void;

  probe(): void;
  dispose(): void;
}

export function openSession(options: SessionOptions): Session {
  const timezone = options.timezone ?? visitorTimezone;
  const assistant = () => {
    const id = options.assistant?.() ?? '';
    return id === '' ? {} : { assistant_id: id };
  };
  const wished = (): Wished => options.wished?.() ?? {};
  const outbox = createOutbox(options.storage, options.threadId);
  let state = EMPTY_STATE;
  let threadId = options.threadId;
  let stopping: { readonly runId: string; readonly commandId: string } | null = null;
  let asked: string | null = null;
  /** Decisions that the server has not answered, by their commands. */
  const deciding = new Map<string, (problem: string | null) => void>();
  let notice: string | null = null;

  const isLoaded = (): boolean =>
    threadId === null || (state.thread !== null && state.epoch === state.serverEpoch);

  const pump = (connection: Connection): void => {
    if (connection.status.name !== 'open' || !isLoaded() || state.activeRun !== null) return;
    const next = nextToSend(outbox.entries);
    if (next === null) return;
    outbox.stage(next.id, { name: 'sent' });
    const { id, text, timezone, files, contexts, edits } = next;
    const wishes = {
      locale: navigator.language,
      ...assistant(),
      ...(threadId === null ? options.choices?.() : {}),
      ...parametersOf(next.wished),
    };
    const ids = files.map((file) => file.file_id);
    const told = contexts.map((context) => ({ item_id: context.itemId, text: context.text }));
    connection.send(
      edits === null
        ? {
            type: 'message.send',
            id,
            text,
            file_ids: ids,
            contexts: told,
            timezone,
            ...wishes,
          }
        : { type: 'message.edit', id, item_id: edits, text, timezone, ...wishes },
    );
  };

  const acknowledged = (ack: Ack): void => {
    decided(ack.id, null);
    if (ack.id === asked) asked = null;
    if (outbox.find(ack.id) === null) return;
    if (ack.item_id !== null && hasItem(state, ack.item_id)) outbox.remove(ack.id);
    else outbox.stage(ack.id, { name: 'accepted' });
    if (threadId !== null || ack.thread_id === null) return;
    threadId = ack.thread_id;
    connection.join(threadId);
    outbox.moveTo(threadId);
    options.onThread(threadId);
  };

  const decided = (commandId: string | null, problem: string | null): boolean => {
    const tell = commandId === null ? undefined : deciding.get(commandId);
    if (commandId === null || tell === undefined) return false;
    deciding.delete(commandId);
    tell(problem);
    return true;
  };

  const refused = (refusal: Refusal): void => {
    if (decided(refusal.id, refusal.message)) return;
    if (refusal.id !== null && outbox.find(refusal.id) !== null) {
      const busy = refusal.code === 'run_active';
      outbox.stage(
        refusal.id,
        busy
          ? { name: 'held', runId: refusal.run_id }
          : { name: 'failed', problem: refusal.message },
      );
      if (busy) releaseHeld();
      return;
    }
    if (refusal.id !== null && refusal.id === stopping?.commandId) stopping = null;
    if (refusal.id !== null && refusal.id === asked) asked = null;
    notice = refusal.message;
  };

  /** Releases held messages whose run has ended, perhaps before the refusal was read. */
  const releaseHeld = (): void => {
    for (const { id, stage } of outbox.entries) {
      if (stage.name !== 'held') continue;
      const run = stage.runId === null ? undefined : state.runs.get(stage.runId);
      const ended = run !== undefined && run.id !== state.activeRun?.id;
      if (ended) outbox.stage(id, { name: 'waiting' });
    }
  };

  const receive = (message: ServerMessage): void => {
    const synced = !state.resync;
    state = reduce(state, message);
    switch (message.type) {
      case 'ack':
        acknowledged(message);
        break;
      case 'error':
        refused(message);
        break;
      case 'snapshot':
        asked = null;
        outbox.settle();
        break;
      case 'item.added':
        if (message.command_id !== null) outbox.remove(message.command_id);
        break;
      case 'run.finished':
        releaseHeld();
        break;
      case 'hello':
        notice = null;
        break;
      default:
        break;
    }
    if (
      stopping !== null &&
      state.runs.has(stopping.runId) &&
      state.activeRun?.id !== stopping.runId
    ) {
      stopping = null;
    }
    if (synced && state.resync) connection.reconnect();
    pump(connection);
    options.onMessage?.(message);
    options.onChange();
  };

  const isBusy = (): boolean =>
    asked !== null ||
    state.activeRun !== null ||
    outbox.entries.length > 0 ||
    connection.status.name === 'closed';

  /** Sends one command at a time, and none during a run: the server would refuse it. */
  const ask = (command: (id: string) => ClientMessage): void => {
    if (isBusy()) return;
    notice = null;
    asked = newCommandId();
    connection.send(command(asked));
    options.onChange();
  };

  const write = (
    text: string,
    files: readonly FilePart[],
    contexts: readonly ToldContext[],
    edits: string | null,
  ): void => {
    notice = null;
    outbox.add({ text, timezone: timezone(), files, contexts, edits, wished: wished() });
    pump(connection);
    options.onChange();
  };

  const stage = (entryId: string, next: OutboxStage): void => {
    outbox.stage(entryId, next);
    pump(connection);
    options.onChange();
  };

  const connection = connect({
    threadId,
    resumePoint: () => resumePoint(state),
    onMessage: (message) => receive(message),
    onStatus: () => options.onChange(),
    ...options.socket,
  });

  return {
    get state() {
      return state;
    },
    get status() {
      return connection.status;
    },
    get outbox() {
      return outbox.entries;
    },
    get threadId() {
      return threadId;
    },
    get loaded() {
      return isLoaded();
    },
    get stopping() {
      return stopping?.runId ?? null;
    },
    get isBusy() {
      return isBusy();
    },
    get notice() {
      return notice;
    },
    amend(change) {
      state = change(state);
      options.onChange();
    },
    send: (text, files = [], contexts = []) => write(text, files, contexts, null),
    // The message keeps what came with it: the server knows that.
    edit: (itemId, text) => write(text, [], [], itemId),
    runAgain: (runId) =>
      ask((id) => ({
        type: 'run.retry',
        id,
        run_id: runId,
        timezone: timezone(),
        locale: navigator.language,
        ...assistant(),
        ...parametersOf(wished(), state.runs.get(runId)?.overrides),
      })),
    switchTo: (itemId) => ask((id) => ({ type: 'thread.switch', id, head_id: itemId })),
    stop() {
      const run = state.activeRun;
      if (run === null || stopping?.runId === run.id) return;
      stopping = { runId: run.id, commandId: newCommandId() };
      connection.send({ type: 'run.cancel', id: stopping.commandId, run_id: run.id });
      options.onChange();
    },
    resolve(decision) {
      const id = newCommandId();
      // A connection that is lost sends it again.
      connection.send({ type: 'action.resolve', id, ...decision });
      return new Promise((tell) => deciding.set(id, tell));
    },
    retry: (entryId) => stage(entryId, { name: 'waiting' }),
    hold: (entryId, draft) => stage(entryId, { name: 'editing', draft }),
    rewrite(entryId, text) {
      outbox.rewrite(entryId, text);
      pump(connection);
      options.onChange();
    },
    discard(entryId) {
      outbox.remove(entryId);
      pump(connection);
      options.onChange();
    },
    probe: () => connection.probe(),
    dispose: () => connection.close(),
  };
}

/** Returns the parameters of a run: `others` that its message had, and those of now. */
function parametersOf(
  wished: Wished,
  others: Parameters | null = null,
): { parameters?: Parameters } {
  const isNothing = Object.values(wished).every((value) => value === null);
  if (isNothing && others === null) return {};
  return { parameters: { ...others, ...wished } };
}

/** The visitor's IANA time zone, so that "tomorrow" means theirs. */
function visitorTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
