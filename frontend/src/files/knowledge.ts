/** The assistant's files, as far as they are loaded. Polls while one is in progress. */

import { createPolling } from '../base/polling.ts';
import type { Clock } from '../base/time.ts';
import type { FileInfo, FilePage } from '../protocol.ts';
import { type Api, ApiProblem } from '../server/api.ts';

export interface Knowledge {
  /** Newest first; null before the first answer. */
  readonly files: readonly FileInfo[] | null;
  readonly hasMore: boolean;
  /** Why the last request failed. */
  readonly problem: string | null;
  load(): Promise<void>;
  more(): Promise<void>;
  /** A file was uploaded. */
  add(file: FileInfo): void;
  remove(id: string): Promise<void>;
  removeAll(): Promise<void>;
  /** Processes a file again that failed, or that another place searched. */
  retry(id: string): Promise<void>;
  dispose(): void;
}

export type KnowledgeApi = Pick<Api, 'knowledge' | 'deleteFile' | 'deleteKnowledge' | 'retryFile'>;

export function createKnowledge(api: KnowledgeApi, onChange: () => void, clock?: Clock): Knowledge {
  const requests = new AbortController();
  let files: readonly FileInfo[] | null = null;
  let cursor: string | null = null;
  let pages = 1;
  let problem: string | null = null;
  /** Counts our own changes: an answer to a question asked before the last one is out of date. */
  let changes = 0;

  /** Returns whether the action succeeded; if not, `problem` says why. */
  const attempt = async (action: () => Promise<void>): Promise<boolean> => {
    problem = null;
    try {
      await action();
    } catch (error) {
      if (requests.signal.aborted) return false;
      if (!(error instanceof ApiProblem)) throw error;
      problem = error.message;
    }
    if (!requests.signal.aborted) onChange();
    return problem === null;
  };

  const loaded = async (count: number): Promise<FilePage> => {
    let page = await api.knowledge(null, requests.signal);
    for (let number = 1; number < count && page.next_cursor !== null; number += 1) {
      const next: FilePage = await api.knowledge(page.next_cursor, requests.signal);
      page = { files: [...page.files, ...next.files], next_cursor: next.next_cursor };
    }
    return page;
  };
  const refresh = async (): Promise<void> => {
    const before = changes;
    const page = await loaded(pages);
    if (before !== changes) return;
    ({ files, next_cursor: cursor } = page);
  };
  const isOpen = (): boolean => files?.some(({ status }) => status === 'in_progress') ?? false;
  const polling = createPolling(async () => {
    await attempt(refresh);
    return isOpen();
  }, clock);
  const follow = (): void => {
    if (isOpen()) polling.start();
  };

  return {
    get files() {
      return files;
    },
    get hasMore() {
      return cursor !== null;
    },
    get problem() {
      return problem;
    },
    async load() {
      if (await attempt(refresh)) follow();
    },
    async more() {
      if (cursor === null) return;
      pages += 1;
      if (await attempt(refresh)) follow();
      else pages -= 1;
    },
    add(file) {
      changes += 1;
      files = [file, ...(files ?? [])];
      onChange();
      follow();
    },
    async remove(id) {
      await attempt(async () => {
        await api.deleteFile(id);
        changes += 1;
        files = files?.filter((file) => file.id !== id) ?? null;
      });
    },
    async removeAll() {
      await attempt(async () => {
        await api.deleteKnowledge();
        changes += 1;
        files = [];
        cursor = null;
        pages = 1;
      });
    },
    async retry(id) {
      await attempt(async () => {
        const next = await api.retryFile(id);
        changes += 1;
        files = files?.map((file) => (file.id === id ? next : file)) ?? null;
      });
      follow();
    },
    dispose() {
      requests.abort();
      polling.dispose();
    },
  };
}
