/** Code that the first load of the page does without. */
export interface Lazy<T> {
  /** Null until it is loaded. */
  readonly loaded: T | null;
  /** Loads it once. Rejects where it cannot be loaded; the next call tries again. */
  load(): Promise<T>;
}

export function lazy<T>(fetchCode: () => Promise<T>): Lazy<T> {
  let loaded: T | null = null;
  let loading: Promise<T> | null = null;
  const fetched = async (): Promise<T> => {
    try {
      loaded = await fetchCode();
      return loaded;
    } catch (error) {
      loading = null;
      throw error;
    }
  };
  return {
    get loaded() {
      return loaded;
    },
    load() {
      loading ??= fetched();
      return loading;
    },
  };
}
