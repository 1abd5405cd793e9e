/** The WebSocket of an open thread. It reconnects until it is closed. */

import { parseExact } from '../base/json/exact.ts';
import { at } from '../base/root.ts';
import { type Clock, systemClock } from '../base/time.ts';
import { type ClientMessage, PROTOCOL_VERSION, type ServerMessage } from '../protocol.ts';
import { common } from '../strings/common.ts';
import { backoffMs, restartMs } from './backoff.ts';
import { newCommandId } from './command_id.ts';

export type ConnectionStatus =
  | { readonly name: 'connecting' }
  | { readonly name: 'open' }
  /** Until the next attempt. */
  | { readonly name: 'waiting'; readonly failures: number }
  /** For good. */
  | { readonly name: 'closed'; readonly reason: ClosedReason };

export type ClosedReason = 'unknown_thread' | 'refused' | 'outdated' | 'left';

/** The part of a WebSocket that is used here. */
export interface Socket {
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly threadId: string | null;
  /** `epoch:seq` of the last event received; null asks for a snapshot. */
  resumePoint(): string | null;
  onMessage(message: ServerMessage): void;
  onStatus(status: ConnectionStatus): void;
  readonly open?: (path: string) => Socket;
  readonly clock?: Clock;
  readonly random?: () => number;
}

export interface Connection {
  readonly status: ConnectionStatus;
  /** Sends now or once connected, and again after each reconnect until it is answered. */
  send(command: ClientMessage): void;
  /** The socket now belongs to this thread; a reconnect opens it. */
  join(threadId: string): void;
  /** Drops the socket and soon opens a new one. */
  reconnect(): void;
  /** Checks that the server is there: pings an open socket, else opens one at once. */
  probe(): void;
  close(): void;
}

const IDLE_MS = 20_000;
const ANSWER_MS = 10_000;
/** A socket that was open this long was stable: the next failure counts as the first. */
const STABLE_MS = 5_000;

const CLOSED_FOR_GOOD: ReadonlyMap<number, ClosedReason> = new Map([
  [4404, 'unknown_thread'],
  [4401, 'refused'],
  [4403, 'refused'],
]);
const RESTART = 1012;
/** So many items at the end of a thread, or somewhat more, are enough to show it. */
const LAST_ITEMS = 100;
const TOO_BIG = 1009;

export function connect(options: ConnectionOptions): Connection {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const openSocket = options.open ?? openWebSocket;
  const unanswered = new Map<string, ClientMessage>();
  let threadId = options.threadId;
  let status: ConnectionStatus = { name: 'connecting' };
  let socket: Socket | null = null;
  let openedAt = 0;
  let failures = 0;
  let lastSent: string | null = null;
  let receivedAt = 0;
  let asked = false;
  let cancelTimer = (): void => {};

  const schedule = (ms: number, callback: () => void): void => {
    cancelTimer();
    cancelTimer = clock.after(ms, callback);
  };

  const become = (next: ConnectionStatus): void => {
    status = next;
    options.onStatus(next);
  };

  /** Closed for good, except that a deletion can be undone. */
  const isMissing = (): boolean => status.name === 'closed' && status.reason === 'unknown_thread';

  const open = (): void => {
    if (status.name !== 'connecting') become({ name: 'connecting' });
    const opened = openSocket(socketPath(threadId, options.resumePoint()));
    socket = opened;
    opened.onmessage = (event) => {
      if (socket === opened) receive(String(event.data));
    };
    opened.onclose = (event) => {
      if (socket === opened) broken(event.code);
    };
    schedule(ANSWER_MS, () => broken(0));
  };

  /** Abandons the socket. Waiting for its close can take a minute on a dead network. */
  const drop = (): void => {
    cancelTimer();
    const dropped = socket;
    socket = null;
    if (dropped === null) return;
    dropped.onmessage = null;
    dropped.onclose = null;
    dropped.close();
  };

  const finish = (reason: ClosedReason): void => {
    drop();
    become({ name: 'closed', reason });
  };

  const broken = (code: number): void => {
    drop();
    const reason = CLOSED_FOR_GOOD.get(code);
    if (reason !== undefined) {
      finish(reason);
      return;
    }
    if (code === TOO_BIG) refuseLastSent();
    const wasStable = status.name === 'open' && clock.now() - openedAt >= STABLE_MS;
    failures = wasStable ? 1 : failures + 1;
    become({ name: 'waiting', failures });
    const quick = code === RESTART && failures === 1;
    schedule(quick ? restartMs(random) : backoffMs(failures, random), open);
  };

  /** The server closes the socket on a frame that is too big. Sending it again would fail again. */
  const refuseLastSent = (): void => {
    if (lastSent === null || !unanswered.delete(lastSent)) return;
    options.onMessage({
      type: 'error',
      id: lastSent,
      code: 'message_too_big',
      message: common.server.messageTooLong,
      retryable: false,
      run_id: null,
    });
  };

  const transmit = (command: ClientMessage): void => {
    if (command.type !== 'ping') lastSent = command.id;
    socket?.send(JSON.stringify(command));
  };

  /** One timer for all frames: it checks how long ago the last one came. */
  const watch = (): void => {
    const silence = clock.now() - receivedAt;
    if (silence < IDLE_MS) schedule(IDLE_MS - silence, watch);
    else ping();
  };

  const ping = (): void => {
    asked = true;
    transmit({ type: 'ping', id: newCommandId() });
    schedule(ANSWER_MS, () => (asked ? broken(0) : watch()));
  };

  const receive = (text: string): void => {
    receivedAt = clock.now();
    asked = false;
    const message = parseFrame(text);
    if (message === null) return;
    if (message.type === 'hello') {
      if (message.protocol !== PROTOCOL_VERSION) {
        finish('outdated');
        return;
      }
      openedAt = receivedAt;
      become({ name: 'open' });
      watch();
    }
    if ((message.type === 'ack' || message.type === 'error') && message.id !== null) {
      unanswered.delete(message.id);
    }
    options.onMessage(message);
    if (message.type === 'hello') for (const command of unanswered.values()) transmit(command);
  };

  open();

  return {
    get status() {
      return status;
    },
    send(command) {
      if (status.name === 'closed') return;
      unanswered.set(command.id, command);
      if (status.name === 'open') transmit(command);
    },
    join(id) {
      threadId = id;
    },
    reconnect() {
      if (status.name !== 'closed') broken(RESTART);
    },
    probe() {
      if (status.name === 'open') ping();
      else if (status.name === 'waiting' || isMissing()) open();
    },
    close() {
      drop();
      unanswered.clear();
      status = { name: 'closed', reason: 'left' };
    },
  };
}

function socketPath(threadId: string | null, after: string | null): string {
  const query = new URLSearchParams();
  if (threadId !== null) query.set('thread_id', threadId);
  if (threadId !== null && after !== null) query.set('after', after);
  if (threadId !== null) query.set('last', String(LAST_ITEMS));
  return query.size === 0 ? '/ws' : `/ws?${query}`;
}

function openWebSocket(path: string): Socket {
  const url = new URL(at(path), location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(url);
}

/** Frames come from our own server and are trusted. Null for anything but a tagged object. */
function parseFrame(text: string): ServerMessage | null {
  try {
    const value = parseExact(text);
    const tagged = typeof value === 'object' && value !== null && 'type' in value;
    return tagged ? (value as ServerMessage) : null;
  } catch {
    return null;
  }
}
