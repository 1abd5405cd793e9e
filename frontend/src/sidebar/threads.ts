/** The reader's threads: loaded in pages, searched, changed. */

import { type Clock, systemClock } from '../base/time.ts';
import type { ServerMessage, ThreadPage, ThreadQuery, ThreadSummary } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';
import { type Channel, type OpenChannel, threadsChannel } from '../server/channel.ts';
import { importProblem } from './import_problem.ts';

export type ThreadsApi = Pick<
  Api,
  'threads' | 'thread' | 'updateThread' | 'deleteThread' | 'restoreThread' | 'importThread'
>;

export interface ThreadsOptions {
  readonly api: ThreadsApi;
  /** The list may have changed. */
  onChange(): void;
  /** A change failed: a sentence says why. */
  onProblem(sentence: string): void;
  /** So many threads wait for the reader, and these of them began to since the last call. */
  onWaiting?(count: number, news: readonly ThreadSummary[]): void;
  readonly clock?: Clock;
  readonly channel?: OpenChannel;
}

export interface Threads {
  readonly listed: readonly ThreadSummary[];
  /** The list is the result of a search. */
  readonly isFound: boolean;
  readonly hasMore: boolean;
  readonly query: string;
  /** The list for this query has not arrived yet. */
  readonly isLoading: boolean;
  /** Why there is no list, or no current one. */
  readonly problem: string | null;
  search(query: string): void;
  more(): Promise<void>;
  /** Loads the list again soon; several calls load it once. */
  refresh(): void;
  /** Takes a message that the open thread's socket received. */
  receive(message: ServerMessage): void;
  rename(id: string, title: string): Promise<void>;
  pin(id: string, pinned: boolean): Promise<void>;
  /** Resolves to whether the thread is deleted. */
  remove(id: string): Promise<boolean>;
  restore(id: string): Promise<boolean>;
  /** Resolves to the new thread's id. */
  importFile(file: File): Promise<string | null>;
  dispose(): void;
}

const PAGE = 50;
const REFRESH_MS = 250;
const SEARCH_MS = 200;
/** This tab is not told when runs of other threads end: it polls while one is active, and less
 * often while all of them wait for the reader, which may be for days. */
const POLL_MS = 5_000;
const WAITING_POLL_MS = 60_000;

const NOTHING: ThreadPage = { threads: [], next_cursor: null };

export function createThreads(options: ThreadsOptions): Threads {
  const { api, onChange } = options;
  const clock = options.clock ?? systemClock;
  let shown = NOTHING;
  let query = '';
  let isFound = false;
  let isLoading = true;
  let problem: string | null = null;
  let waiting: ReadonlySet<string> | null = null;
  let request = new AbortController();
  let cancelTimer = (): void => {};

  const become = (list: ThreadPage): void => {
    shown = list;
    onChange();
  };
  /** Shows a change before the server confirms it. A list requested earlier would undo it. */
  const anticipate = (threads: readonly ThreadSummary[]): void => {
    request.abort();
    become({ ...shown, threads });
  };
  const put = (thread: ThreadSummary): void => {
    anticipate(shown.threads.map((present) => (present.id === thread.id ? thread : present)));
  };

  const soon = (ms: number): void => {
    cancelTimer();
    cancelTimer = clock.after(ms, () => void load());
  };

  /** Loads as many threads as are listed, so that the scroll position stays. */
  const load = async (): Promise<void> => {
    cancelTimer();
    request.abort();
    request = new AbortController();
    const { signal } = request;
    const count = isLoading ? PAGE : Math.max(PAGE, shown.threads.length);
    try {
      let list = await api.threads({ query, limit: PAGE }, signal);
      while (list.next_cursor !== null && list.threads.length < count) {
        list = joined(list, await api.threads(next(list, query), signal));
      }
      if (signal.aborted) return;
      problem = null;
      isLoading = false;
      isFound = query !== '';
      become(list);
      tellWaiting(list.threads);
      if (list.threads.some((thread) => thread.active && !thread.waits)) soon(POLL_MS);
      else if (list.threads.some((thread) => thread.waits)) soon(WAITING_POLL_MS);
    } catch (error) {
      if (signal.aborted) return;
      problem = sentenceOf(error);
      isLoading = false;
      onChange();
    }
  };

  /** What waited when the page was opened is no news. A search finds some threads only. */
  const tellWaiting = (threads: readonly ThreadSummary[]): void => {
    if (isFound) return;
    const now = threads.filter((thread) => thread.waits);
    const known = waiting;
    waiting = new Set(now.map((thread) => thread.id));
    const news = known === null ? [] : now.filter((thread) => !known.has(thread.id));
    options.onWaiting?.(now.length, news);
  };

  /** Makes a change and tells the other tabs. If it fails, reports that and loads the list again.
   * */
  const change = async <T>(
    action: () => Promise<T>,
    inWords: (problem: ApiProblem) => string = ({ message }) => message,
  ): Promise<T | null> => {
    try {
      const result = await action();
      channel.tell();
      soon(REFRESH_MS);
      return result;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      options.onProblem(inWords(error));
      soon(0);
      return null;
    }
  };
  const update = async (id: string, fields: { title?: string; pinned?: boolean }) => {
    const present = shown.threads.find((thread) => thread.id === id);
    if (present !== undefined) put({ ...present, ...fields });
    const changed = await change(() => api.updateThread(id, fields));
    if (changed !== null) put({ ...changed, snippet: present?.snippet ?? null });
  };

  const channel: Channel = (options.channel ?? threadsChannel)(() => soon(REFRESH_MS));
  void load();

  return {
    get listed() {
      return shown.threads;
    },
    get isFound() {
      return isFound;
    },
    get hasMore() {
      return shown.next_cursor !== null;
    },
    get query() {
      return query;
    },
    get isLoading() {
      return isLoading;
    },
    get problem() {
      return problem;
    },
    search(text) {
      const wanted = text.trim();
      if (wanted === query) return;
      query = wanted;
      isLoading = true;
      soon(wanted === '' ? 0 : SEARCH_MS);
      onChange();
    },
    async more() {
      if (shown.next_cursor === null || isLoading) return;
      const { signal } = request;
      const before = shown;
      try {
        const list = joined(before, await api.threads(next(before, query), signal));
        if (!signal.aborted && shown === before) become(list);
      } catch (error) {
        if (signal.aborted) return;
        problem = sentenceOf(error);
        onChange();
      }
    },
    refresh: () => soon(REFRESH_MS),
    receive(message) {
      switch (message.type) {
        case 'run.started':
        case 'run.updated':
        case 'run.finished':
        case 'thread.updated':
          channel.tell();
          soon(REFRESH_MS);
          break;
        case 'hello':
          if (problem !== null) soon(0);
          break;
        default:
          break;
      }
    },
    rename: (id, title) => update(id, { title }),
    pin: (id, pinned) => update(id, { pinned }),
    async remove(id) {
      anticipate(shown.threads.filter((thread) => thread.id !== id));
      const done = await change(async () => {
        await api.deleteThread(id);
        return true;
      });
      return done ?? false;
    },
    async restore(id) {
      return (await change(() => api.restoreThread(id))) !== null;
    },
    async importFile(file) {
      const inWords = (problem: ApiProblem) => importProblem(file.name, problem);
      return (await change(() => api.importThread(file), inWords))?.id ?? null;
    },
    dispose() {
      cancelTimer();
      request.abort();
      channel.dispose();
    },
  };
}

function next(list: ThreadPage, query: string): ThreadQuery {
  return { query, limit: PAGE, cursor: list.next_cursor };
}

/** Joins two pages. A thread that moved between them meanwhile is listed once. */
function joined(first: ThreadPage, second: ThreadPage): ThreadPage {
  const known = new Set(first.threads.map((thread) => thread.id));
  const added = second.threads.filter((thread) => !known.has(thread.id));
  return { threads: [...first.threads, ...added], next_cursor: second.next_cursor };
}

function sentenceOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.message;
  throw error;
}
