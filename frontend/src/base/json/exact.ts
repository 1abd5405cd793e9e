/** JSON with whole numbers that JavaScript's own do not hold. */

/** Such a number; `JSON.stringify` writes its digits. */
interface RawJson {
  readonly rawJSON: string;
}

interface Source {
  readonly source: string;
}

/** Browsers of 2025 and later have it. */
const { rawJSON } = JSON as typeof JSON & { rawJSON?: (text: string) => RawJson };
/** A whole number of so many digits, not one within an id. */
const LONG = /(?:^|[[:,])\s*-?\d{16,}\s*(?:[,\]}]|$)/;

/** Parses as `JSON.parse` does, except that where the browser can, a whole number that would lose
 * digits becomes an object that is written with all of them. Throws `SyntaxError`. */
export function parseExact(text: string): unknown {
  if (rawJSON === undefined || !LONG.test(text)) return JSON.parse(text);
  const revive = (_key: string, value: unknown, context?: Source): unknown => {
    const isRounded = Number.isInteger(value) && !Number.isSafeInteger(value);
    const source = context?.source ?? '';
    return isRounded && /^-?\d+$/.test(source) ? rawJSON(source) : value;
  };
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/** Returns the nearest number that JavaScript has; what is none stays as it is. */
export function roundedNumber(value: unknown): unknown {
  const isRaw = typeof value === 'object' && value !== null && 'rawJSON' in value;
  return isRaw ? Number(value.rawJSON) : value;
}
