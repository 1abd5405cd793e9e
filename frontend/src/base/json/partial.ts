/** JSON text of which the end is missing. */

/** Returns the value as far as its text has arrived: strings end where they do, a key without a
 * value and half of a word are left out. Undefined for no value, and for text that is not JSON. */
export function parsePartial(text: string): unknown {
  const closers: string[] = [];
  /** The longest start of the text that can be closed, and what closes it. */
  let best: { end: number; closers: string } | null = null;
  let isKey = false;
  let at = 0;
  const mark = (end: number): void => {
    best = { end, closers: closers.toReversed().join('') };
  };
  const space = /\s/;
  while (at < text.length) {
    const char = text.charAt(at);
    if (space.test(char) || char === ':') {
      at += 1;
      if (char === ':') isKey = false;
    } else if (char === '{' || char === '[') {
      closers.push(char === '{' ? '}' : ']');
      isKey = char === '{';
      at += 1;
      mark(at);
    } else if (char === '}' || char === ']') {
      closers.pop();
      at += 1;
      isKey = false;
      mark(at);
    } else if (char === ',') {
      isKey = closers.at(-1) === '}';
      at += 1;
    } else if (char === '"') {
      const { end, isClosed } = stringEnd(text, at);
      if (!isClosed) {
        if (isKey) break;
        return parse(`${text.slice(0, end)}"${closers.toReversed().join('')}`);
      }
      at = end;
      if (!isKey) mark(at);
    } else {
      const word = /^[-+.\w]+/.exec(text.slice(at))?.[0] ?? char;
      at += word.length;
      // The last digits of a number may be missing, and the rest of a word.
      if (at < text.length) mark(at);
    }
  }
  const found = best as { end: number; closers: string } | null;
  if (found === null) return parse(text);
  return parse(text.slice(0, found.end) + found.closers);
}

/** Returns the place after the closing quotation mark or, where that is missing, after the last
 * whole character. */
function stringEnd(text: string, start: number): { end: number; isClosed: boolean } {
  let at = start + 1;
  while (at < text.length) {
    if (text[at] === '"') return { end: at + 1, isClosed: true };
    const next = at + (text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2);
    if (next > text.length) break;
    at = next;
  }
  return { end: at, isClosed: false };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
