import type { KeyValues } from '../base/storage.ts';

/** A value that a thread keeps in web storage: under `new` until the server has given it an id. */
export interface Stored<T> {
  read(): T;
  write(value: T): void;
  moveTo(threadId: string): void;
}

/** How a value is stored; null stores nothing. */
export interface Format<T> {
  parse(text: string | null): T;
  print(value: T): string | null;
}

export function createStored<T>(
  storage: KeyValues,
  name: string,
  threadId: string | null,
  format: Format<T>,
): Stored<T> {
  const keyOf = (id: string | null): string => `runstream.${name}.${id ?? 'new'}`;
  let key = keyOf(threadId);
  const put = (text: string | null): void => {
    if (text === null) storage.remove(key);
    else storage.set(key, text);
  };
  return {
    read: () => format.parse(storage.get(key)),
    write: (value) => put(format.print(value)),
    moveTo(id) {
      const text = storage.get(key);
      storage.remove(key);
      key = keyOf(id);
      put(text);
    },
  };
}

export const plainText: Format<string> = {
  parse: (text) => text ?? '',
  print: (text) => text || null,
};

/** A JSON array. Entries for which `parse` returns null are dropped. */
export function jsonList<T>(parse: (value: unknown) => T | null): Format<readonly T[]> {
  return {
    parse(text) {
      if (text === null) return [];
      try {
        const values: unknown = JSON.parse(text);
        if (!Array.isArray(values)) return [];
        return values.flatMap((value: unknown) => parse(value) ?? []);
      } catch {
        return [];
      }
    },
    print: (values) => (values.length === 0 ? null : JSON.stringify(values)),
  };
}
