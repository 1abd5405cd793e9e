import type { KeyValues } from '../base/storage.ts';
import type { Attachment } from '../protocol.ts';
import { isAttachment } from './outbox.ts';

/** Files that were uploaded for the next message and not sent, per thread. */
export interface Unsent {
  read(): readonly Attachment[];
  write(files: readonly Attachment[]): void;
  moveTo(threadId: string): void;
}

export function createUnsent(storage: KeyValues, threadId: string | null): Unsent {
  let key = unsentKey(threadId);
  return {
    read: () => parse(storage.get(key)),
    write(files) {
      if (files.length === 0) storage.remove(key);
      else storage.set(key, JSON.stringify(files));
    },
    moveTo(id) {
      const files = storage.get(key);
      storage.remove(key);
      key = unsentKey(id);
      if (files !== null) storage.set(key, files);
    },
  };
}

function unsentKey(threadId: string | null): string {
  return `runstream.unsent.${threadId ?? 'new'}`;
}

function parse(stored: string | null): readonly Attachment[] {
  if (stored === null) return [];
  try {
    const value: unknown = JSON.parse(stored);
    return Array.isArray(value) ? value.filter(isAttachment) : [];
  } catch {
    return [];
  }
}
