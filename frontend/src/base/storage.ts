/** Web storage. Where the browser refuses it, values last as long as the page. */

export interface KeyValues {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

export function withFallback(storage: () => Storage): KeyValues {
  const memory = new Map<string, string>();
  const attempt = (action: (storage: Storage) => string | null): string | null => {
    try {
      return action(storage());
    } catch {
      return null;
    }
  };
  return {
    get: (key) => memory.get(key) ?? attempt((present) => present.getItem(key)),
    set(key, value) {
      const stored = attempt((present) => {
        present.setItem(key, value);
        return key;
      });
      if (stored === null) memory.set(key, value);
      else memory.delete(key);
    },
    remove(key) {
      memory.delete(key);
      attempt((present) => {
        present.removeItem(key);
        return key;
      });
    },
  };
}

/** Survives a reload, not the tab. */
export const tabStorage = withFallback(() => sessionStorage);
/** Survives the tab. */
export const browserStorage = withFallback(() => localStorage);
