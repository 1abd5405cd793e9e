import type { KeyValues } from '../base/storage.ts';

/** What was typed and not sent, per thread. */
export interface Draft {
  read(): string;
  write(text: string): void;
  moveTo(threadId: string): void;
}

export function createDraft(storage: KeyValues, threadId: string | null): Draft {
  let key = draftKey(threadId);
  const write = (text: string): void => {
    if (text === '') storage.remove(key);
    else storage.set(key, text);
  };
  return {
    read: () => storage.get(key) ?? '',
    write,
    moveTo(id) {
      const text = storage.get(key) ?? '';
      storage.remove(key);
      key = draftKey(id);
      write(text);
    },
  };
}

function draftKey(threadId: string | null): string {
  return `runstream.draft.${threadId ?? 'new'}`;
}
