/** A field that takes the server's value, unless the reader has changed it since. */
export interface Tracked {
  readonly value: string;
  readonly changed: boolean;
  /** The server's value: shown unless that would lose what was typed. */
  offer(value: string): void;
  /** The server took this value: only what was typed after it still counts as changed. */
  accept(value: string): void;
}

export function track(read: () => string, write: (value: string) => void): Tracked {
  let base = read();
  return {
    get value() {
      return read();
    },
    get changed() {
      return read() !== base;
    },
    offer(value) {
      if (read() === base && value !== base) write(value);
      base = value;
    },
    accept(value) {
      base = value;
    },
  };
}
