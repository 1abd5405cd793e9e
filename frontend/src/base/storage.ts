/** Web storage that a browser may refuse or fill up: then what is kept lasts as long as the page. */
export interface KeyValues {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

export function kept(storage: () => Storage): KeyValues {
  const memory = new Map<string, string>();
  const attempt = (action: (storage: Storage) => string | null): string | null => {
    try {
      return action(storage());
    } catch {
      return null;
    }
  };
  return {
    get: (key) => memory.get(key) ?? attempt((held) => held.getItem(key)),
    set(key, value) {
      const stored = attempt((held) => {
        held.setItem(key, value);
        return key;
      });
      if (stored === null) memory.set(key, value);
      else memory.delete(key);
    },
    remove(key) {
      memory.delete(key);
      attempt((held) => {
        held.removeItem(key);
        return key;
      });
    },
  };
}

/** Of this tab: survives a reload. */
export const tabStorage = kept(() => sessionStorage);
/** Of this browser. */
export const browserStorage = kept(() => localStorage);
