/** Files being uploaded, several at a time, each with its progress. */

import type { FileInfo, FileLimits } from '../protocol.ts';
import { ApiProblem } from '../server/api.ts';
import { t } from '../strings/reading.ts';
import { type Purpose, refusalOf } from './limits.ts';
import type { Transport } from './transport.ts';

export interface Upload {
  readonly id: number;
  readonly file: Pick<File, 'name' | 'type' | 'size'>;
  readonly stage: UploadStage;
}

export type UploadStage =
  | { readonly name: 'waiting' }
  /** The share that has been sent, from 0 to 1. */
  | { readonly name: 'sending'; readonly fraction: number }
  | { readonly name: 'done'; readonly info: FileInfo }
  | {
      readonly name: 'failed';
      readonly problem: string;
      /** Whether the same file may be accepted another time. */
      readonly isRetryable: boolean;
    };

export interface Uploads {
  readonly entries: readonly Upload[];
  add(files: readonly File[]): void;
  /** Adds files that were uploaded before the page was loaded. */
  restore(infos: readonly FileInfo[]): void;
  /** Adds files that the server has just got from elsewhere. */
  adopt(infos: readonly FileInfo[]): void;
  retry(id: number): void;
  /** Also cancels the upload. */
  remove(id: number): void;
  /** Removes and returns the files that are done. */
  takeDone(): readonly FileInfo[];
  /** The server has news of a file that is done. */
  update(info: FileInfo): void;
  dispose(): void;
}

export interface UploadsOptions {
  readonly purpose: Purpose;
  readonly transport: Transport;
  /** What the server accepts; null if it does not say. */
  limits(): Promise<FileLimits | null>;
  onChange(): void;
  /** A file that was uploaded here is no longer wanted. */
  discard?(info: FileInfo): void;
}

/** A browser opens six connections to a server, and the page needs some of them. */
const AT_ONCE = 3;

export function createUploads(options: UploadsOptions): Uploads {
  let entries: readonly Upload[] = [];
  let nextId = 1;
  const running = new Map<number, AbortController>();
  const sources = new Map<number, File>();
  /** Files that nobody but this view knows of. */
  const own = new Set<number>();

  const stage = (id: number, next: UploadStage): void => {
    entries = entries.map((entry) => (entry.id === id ? { ...entry, stage: next } : entry));
    options.onChange();
  };

  const pump = (): void => {
    for (const { id, stage: present } of entries) {
      if (running.size >= AT_ONCE) return;
      const file = sources.get(id);
      if (present.name === 'waiting' && !running.has(id) && file !== undefined) void send(id, file);
    }
  };

  const send = async (id: number, file: File): Promise<void> => {
    const cancellation = new AbortController();
    running.set(id, cancellation);
    const end = (last: UploadStage): void => {
      if (cancellation.signal.aborted) return;
      running.delete(id);
      stage(id, last);
      pump();
    };
    const refusal = refusalOf(file, options.purpose, await options.limits());
    if (refusal !== null) {
      end({ name: 'failed', problem: refusal, isRetryable: false });
      return;
    }
    if (cancellation.signal.aborted) return;
    stage(id, { name: 'sending', fraction: 0 });
    try {
      const info = await options.transport(file, {
        purpose: options.purpose,
        signal: cancellation.signal,
        onProgress: (fraction) => stage(id, { name: 'sending', fraction }),
      });
      end(stageOf(info, true));
    } catch (error) {
      if (cancellation.signal.aborted) return;
      if (!(error instanceof ApiProblem)) throw error;
      end({ name: 'failed', problem: error.message, isRetryable: isPassing(error) });
    }
  };

  const stop = (id: number): void => {
    running.get(id)?.abort();
    running.delete(id);
  };

  const addStored = (infos: readonly FileInfo[], isOwn: boolean): void => {
    const added = infos.map((info): Upload => {
      const file = { name: info.name, type: info.media_type, size: info.size };
      const id = nextId++;
      if (isOwn) own.add(id);
      return { id, file, stage: stageOf(info, false) };
    });
    entries = [...entries, ...added];
    options.onChange();
  };

  return {
    get entries() {
      return entries;
    },
    add(files) {
      const added = files.map((file): Upload => {
        const id = nextId++;
        sources.set(id, file);
        own.add(id);
        return { id, file, stage: { name: 'waiting' } };
      });
      entries = [...entries, ...added];
      options.onChange();
      pump();
    },
    restore: (infos) => addStored(infos, false),
    adopt: (infos) => addStored(infos, true),
    retry(id) {
      stage(id, { name: 'waiting' });
      pump();
    },
    remove(id) {
      stop(id);
      const gone = entries.find((entry) => entry.id === id);
      // Another tab may have sent a restored file by now.
      if (gone?.stage.name === 'done' && own.delete(id)) options.discard?.(gone.stage.info);
      sources.delete(id);
      entries = entries.filter((entry) => entry !== gone);
      options.onChange();
      pump();
    },
    takeDone() {
      const taken = entries.flatMap((entry) =>
        entry.stage.name === 'done' ? [entry.stage.info] : [],
      );
      if (taken.length === 0) return [];
      entries = entries.filter((entry) => entry.stage.name !== 'done');
      options.onChange();
      return taken;
    },
    update(info) {
      const entry = entries.find(
        (one) => one.stage.name === 'done' && one.stage.info.id === info.id,
      );
      if (entry !== undefined) stage(entry.id, stageOf(info, sources.has(entry.id)));
    },
    dispose() {
      for (const id of [...running.keys()]) stop(id);
    },
  };
}

function stageOf(info: FileInfo, isRetryable: boolean): UploadStage {
  if (info.status !== 'failed') return { name: 'done', info };
  return { name: 'failed', problem: info.error ?? t.refused.unusable, isRetryable };
}

/** A refusal is final; network failures and a busy server may pass. */
function isPassing({ status }: ApiProblem): boolean {
  return status === 0 || status === 429 || status >= 500;
}
