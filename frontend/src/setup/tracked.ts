/** A field that follows the server's value until the reader changes it. */
export interface Tracked {
  readonly value: string;
  readonly changed: boolean;
  /** The server's value. It is shown unless that would overwrite what was typed. */
  offer(value: string): void;
  /** The server accepted this value: only later typing counts as a change. */
  accept(value: string): void;
  /** From now on it follows another value, of which `shown` is a changed version or the same. */
  load(value: string, shown: string): void;
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
    load(value, shown) {
      base = value;
      write(shown);
    },
  };
}
