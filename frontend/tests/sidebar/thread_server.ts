/** The REST side of threads, in memory. */

import type { ThreadSummary } from '../../src/protocol.ts';
import { json, refusal } from '../wire.ts';

export interface ThreadServer {
  readonly request: typeof fetch;
  readonly threads: ThreadSummary[];
  readonly requests: { readonly method: string; readonly path: string }[];
  /** What is answered instead, by `METHOD /path`. */
  readonly answers: Record<string, () => Response>;
  /** How many requests have no answer yet. */
  readonly waiting: number;
  isAway: boolean;
}

export function summary(id: string, fields: Partial<ThreadSummary> = {}): ThreadSummary {
  return {
    id,
    title: `Chat ${id}`,
    pinned: false,
    assistant_id: null,
    model: null,
    created_at: 1,
    updated_at: 1,
    active: false,
    waits: false,
    snippet: null,
    ...fields,
  };
}

export function createThreadServer(): ThreadServer {
  const threads: ThreadSummary[] = [];
  const deleted = new Map<string, ThreadSummary>();
  const requests: { method: string; path: string }[] = [];
  const answers: Record<string, () => Response> = {};

  const list = (parameters: URLSearchParams): Response => {
    const words = parameters.get('query') ?? '';
    const found = threads.filter(({ title }) => title.toLowerCase().includes(words));
    const start = Number(parameters.get('cursor') ?? 0);
    const end = start + Number(parameters.get('limit'));
    const next_cursor = end < found.length ? String(end) : null;
    return json({ threads: found.slice(start, end), next_cursor });
  };
  const answer = (method: string, url: URL, body: unknown): Response => {
    const prepared = answers[`${method} ${url.pathname}`];
    if (prepared !== undefined) return prepared();
    if (method === 'GET') return list(url.searchParams);
    const [, id = '', action] = /^\/api\/threads\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    const index = threads.findIndex((thread) => thread.id === id);
    const present = threads[index];
    if (method === 'POST' && action === 'restore') {
      const restored = deleted.get(id);
      if (restored === undefined) return refusal(404, 'not_found', 'There is no such thread.');
      threads.push(restored);
      return json(restored);
    }
    if (present === undefined) return refusal(404, 'not_found', 'There is no such thread.');
    if (method === 'DELETE') {
      deleted.set(id, present);
      threads.splice(index, 1);
      return new Response(null, { status: 204 });
    }
    const changed = { ...present, ...(body as Partial<ThreadSummary>) };
    threads[index] = changed;
    return json(changed);
  };

  const server = {
    threads,
    requests,
    answers,
    waiting: 0,
    isAway: false,
    request: (async (input, init) => {
      const method = init?.method ?? 'GET';
      const url = new URL(String(input), 'http://localhost');
      requests.push({ method, path: url.pathname + url.search });
      server.waiting += 1;
      await Promise.resolve();
      server.waiting -= 1;
      if (server.isAway) throw new TypeError('Failed to fetch');
      return answer(method, url, typeof init?.body === 'string' ? JSON.parse(init.body) : null);
    }) as typeof fetch,
  };
  return server;
}
