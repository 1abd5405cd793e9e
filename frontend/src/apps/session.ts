/**
 * The host's half of the conversation with one app. Knows nothing of frames.
 *
 * https://github.com/modelcontextprotocol/ext-apps/blob/main/specification/2026-01-26/apps.mdx
 */

import { PRODUCT } from '../product.ts';
import type { AppCall } from './call.ts';
import {
  type Fields,
  fieldsOf,
  type Id,
  INVALID_PARAMS,
  INVALID_REQUEST,
  type Incoming,
  METHOD_NOT_FOUND,
  type Outgoing,
  REFUSED,
  type RpcError,
} from './messages.ts';

export const PROTOCOL_VERSION = '2026-01-26';

/** What an app may ask for: answers by method. Whatever they throw is a refusal. */
export type Handlers = Readonly<Record<string, (params: Fields) => Fields | Promise<Fields>>>;

export interface SessionOptions {
  post(message: Outgoing): void;
  /** What the app may do: `HostCapabilities`. */
  readonly capabilities: Fields;
  /** All that it is told of the page: `HostContext`. */
  context(): Fields;
  readonly handlers: Handlers;
  readonly notified: Readonly<Record<string, (params: Fields) => void>>;
  /** The app has said what it can do, and is told of its call from now on. */
  readonly onReady: (appCapabilities: Fields) => void;
}

export interface AppSession {
  receive(message: Incoming): void;
  /** Tells the app what is new about its call. */
  update(call: AppCall): void;
  /** Tells it what has changed of the page. */
  changed(context: Fields): void;
  /** Tells it that it ends. Settles when it has answered. */
  end(reason: string): Promise<void>;
}

/** A refusal, told to the app. */
export class Refused extends Error {
  readonly code: number;

  constructor(message: string, code = REFUSED) {
    super(message);
    this.code = code;
  }
}

/** What an app has been told of its call. */
interface Told {
  readonly partial: string;
  readonly input: boolean;
  readonly end: boolean;
}

const NOTHING: Told = { partial: '{}', input: false, end: false };

/** Requests of one app that may be under way at a time. */
const MOST_OPEN = 16;
const END_ID = 'host-teardown';

export function createAppSession(options: SessionOptions): AppSession {
  const { post, handlers, notified } = options;
  let state: 'new' | 'greeted' | 'ready' | 'over' = 'new';
  let capabilities: Fields = {};
  let call: AppCall | null = null;
  let told: Told = NOTHING;
  let onEnd: (() => void) | null = null;
  const open = new Set<Id>();

  const tell = (method: string, params: Fields): void => {
    // Before that the app listens to nothing else than the answer to its greeting.
    if (state === 'ready') post({ jsonrpc: '2.0', method, params });
  };
  const tellCall = (): void => {
    if (state !== 'ready' || call === null) return;
    if (!told.input && (call.arguments !== null || call.result !== null)) {
      told = { ...told, input: true };
      tell('ui/notifications/tool-input', { arguments: call.arguments ?? {} });
    } else if (!told.input && call.partial !== null) {
      const partial = JSON.stringify(call.partial);
      if (partial !== told.partial) {
        told = { ...told, partial };
        tell('ui/notifications/tool-input-partial', { arguments: call.partial });
      }
    }
    if (told.end) return;
    if (call.result !== null) {
      told = { ...told, end: true };
      tell('ui/notifications/tool-result', call.result);
    } else if (call.cancelled !== null) {
      told = { ...told, end: true };
      tell('ui/notifications/tool-cancelled', { reason: call.cancelled });
    }
  };

  const greet = (params: Fields): Fields => {
    if (fieldsOf(params['appInfo']) === null) throw invalid('appInfo is missing.');
    // A page that was loaded anew begins anew.
    state = 'greeted';
    capabilities = fieldsOf(params['appCapabilities']) ?? {};
    told = NOTHING;
    return {
      protocolVersion: PROTOCOL_VERSION,
      hostInfo: { name: PRODUCT, version: '1' },
      hostCapabilities: options.capabilities,
      hostContext: options.context(),
    };
  };

  const answer = async (id: Id, method: string, params: Fields): Promise<void> => {
    try {
      if (method !== 'ui/initialize' && method !== 'ping' && state !== 'ready') {
        throw new Refused('Say ui/initialize first.', INVALID_REQUEST);
      }
      const handle = answers.get(method);
      if (handle === undefined) throw new Refused(`There is no ${method}.`, METHOD_NOT_FOUND);
      const result = await handle(params);
      open.delete(id);
      if (state !== 'over') post({ jsonrpc: '2.0', id, result });
    } catch (error) {
      open.delete(id);
      if (state !== 'over') post({ jsonrpc: '2.0', id, error: rpcError(error) });
    }
  };
  const answers = new Map<string, Handlers[string]>([
    ['ui/initialize', greet],
    ['ping', () => ({})],
    ...Object.entries(handlers),
  ]);
  const hearing = new Map<string, (params: Fields) => void>([
    [
      'ui/notifications/initialized',
      () => {
        if (state !== 'greeted') return;
        state = 'ready';
        options.onReady(capabilities);
        tellCall();
      },
    ],
    ...Object.entries(notified),
  ]);

  return {
    receive(message) {
      if (state === 'over') {
        if (message.kind === 'answer' && message.id === END_ID) onEnd?.();
        return;
      }
      switch (message.kind) {
        case 'notification':
          hearing.get(message.method)?.(message.params);
          return;
        case 'answer':
          // Nothing was asked but how to end.
          return;
        case 'broken':
          post({ jsonrpc: '2.0', id: message.id, error: message.error });
          return;
        case 'request': {
          const { id, method, params } = message;
          if (open.has(id)) return;
          if (open.size >= MOST_OPEN) {
            const error = { code: REFUSED, message: 'Too many requests are under way.' };
            post({ jsonrpc: '2.0', id, error });
            return;
          }
          open.add(id);
          void answer(id, method, params);
        }
      }
    },
    update(next) {
      call = next;
      tellCall();
    },
    changed(context) {
      tell('ui/notifications/host-context-changed', context);
    },
    end(reason) {
      const wasReady = state === 'ready';
      state = 'over';
      if (!wasReady) return Promise.resolve();
      const ended = new Promise<void>((done) => {
        onEnd = done;
      });
      post({ jsonrpc: '2.0', id: END_ID, method: 'ui/resource-teardown', params: { reason } });
      return ended;
    },
  };
}

export function invalid(message: string): Refused {
  return new Refused(message, INVALID_PARAMS);
}

function rpcError(error: unknown): RpcError {
  if (error instanceof Refused) return { code: error.code, message: error.message };
  return { code: REFUSED, message: error instanceof Error ? error.message : String(error) };
}
