/** A clock that moves when told, and sockets whose other end is the test. */

import type { KeyValues } from '../src/base/storage.ts';
import type { Clock } from '../src/base/time.ts';
import type { ServerOffersApi } from '../src/chat/server_offers.ts';
import type { Transport, UploadOptions } from '../src/files/transport.ts';
import type { ClientMessage, FileInfo, FileLimits, ServerMessage } from '../src/protocol.ts';
import { ApiProblem } from '../src/server/api.ts';
import type { Socket } from '../src/server/connection.ts';

/** Time passes when the test says so. */
export class FakeClock implements Clock {
  time = 0;
  /** Milliseconds that every look at the clock takes. */
  step = 0;
  #timers: { at: number; callback: () => void }[] = [];
  #frames: { callback: () => void }[] = [];
  #idle: { callback: () => void }[] = [];

  now(): number {
    this.time += this.step;
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  frame(callback: () => void): () => void {
    const frame = { callback };
    this.#frames.push(frame);
    return () => {
      this.#frames = this.#frames.filter((other) => other !== frame);
    };
  }

  idle(callback: () => void): () => void {
    const idle = { callback };
    this.#idle.push(idle);
    return () => {
      this.#idle = this.#idle.filter((other) => other !== idle);
    };
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = Math.max(this.time, end);
  }

  /** Runs the frames asked for so far. */
  paint(): void {
    for (const { callback } of this.#frames.splice(0)) callback();
  }

  /** Has the browser idle for a moment. */
  rest(): void {
    for (const { callback } of this.#idle.splice(0)) callback();
  }

  get waiting(): number {
    return this.#frames.length + this.#timers.length + this.#idle.length;
  }
}

export class FakeSocket implements Socket {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly path: string;
  readonly sent: ClientMessage[] = [];
  closedByPage = false;

  constructor(path: string) {
    this.path = path;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closedByPage = true;
  }

  /** The server sends. */
  receive(...messages: readonly ServerMessage[]): void {
    for (const message of messages) {
      this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(message) }));
    }
  }

  /** The server, or the network, closes. */
  breakOff(code = 1006): void {
    this.onclose?.({ code } as CloseEvent);
  }
}

export class FakeServer {
  readonly sockets: FakeSocket[] = [];

  readonly open = (path: string): FakeSocket => {
    const socket = new FakeSocket(path);
    this.sockets.push(socket);
    return socket;
  };

  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('No socket was opened.');
    return last;
  }
}

export const LIMITS: FileLimits = {
  max_file_bytes: 1_000,
  max_files_per_message: 3,
  knowledge: ['.txt', '.pdf'],
  attachment: ['.txt', '.png', '.pdf'],
};

export const EMPTY_PAGE = { next_cursor: null, total: 0, pending: false, problems: [] };

export function fileInfo(fields: Partial<FileInfo> = {}): FileInfo {
  return {
    id: 'file_1',
    name: 'notes.txt',
    media_type: 'text/plain',
    size: 5,
    purpose: 'attachment',
    status: 'completed',
    error: null,
    note: null,
    created_at: 1,
    place: 'here',
    origin: null,
    ...fields,
  };
}

/** An API of MCP servers that offer nothing. */
export const NO_OFFERS: ServerOffersApi = {
  mcpOffers: async () => ({ resources: 0, templates: 0, prompts: 0, pending: false }),
  mcpResources: async () => ({ ...EMPTY_PAGE, resources: [] }),
  mcpTemplates: async () => ({ ...EMPTY_PAGE, templates: [] }),
  mcpPrompts: async () => ({ ...EMPTY_PAGE, prompts: [] }),
  readMcpResource: async () => ({ contents: [], left_out: 0 }),
  attachMcpResource: async () => ({ files: [], left_out: 0 }),
  fillMcpPrompt: async () => ({ text: '', files: [], left_out: 0 }),
  completeMcpArgument: async () => ({ values: [] }),
};

export function textFile(name: string, text = 'hello'): File {
  return new File([text], name, { type: 'text/plain' });
}

/** Uploads that go on when the test says so. */
export class FakeUploading {
  readonly started: {
    readonly file: File;
    readonly options: UploadOptions;
    readonly done: (info?: Partial<FileInfo>) => void;
    readonly fail: (error: ApiProblem) => void;
  }[] = [];

  readonly transport: Transport = (file, options) =>
    new Promise((resolve, reject) => {
      const id = `file_${this.started.length + 1}`;
      this.started.push({
        file,
        options,
        done: (info) => resolve(fileInfo({ id, name: file.name, size: file.size, ...info })),
        fail: reject,
      });
    });
}

export function broken(status = 0): ApiProblem {
  const detail = { code: 'x', message: 'It broke off.', field: null, retry_after_s: null };
  return new ApiProblem(status, detail);
}

export function memoryStorage(): KeyValues & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}
