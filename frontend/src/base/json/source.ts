/** JSON text and the texts of its parts, which say more than the values of them: every digit of a
 * number, the order and the repetition of keys. All take text that `JSON.parse` takes. */

import { printJson } from './printer.ts';

export interface Member {
  readonly name: string;
  /** The text of its value. */
  readonly value: string;
}

interface Place {
  readonly name: string;
  /** Of the key, of its value, and after that. */
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** Returns undefined for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the members of an object, of those of one name the last; none for any other value. */
export function membersOf(text: string): Member[] {
  const members = new Map<string, Member>();
  for (const { name, value, end } of places(text)) {
    members.set(name, { name, value: text.slice(value, end) });
  }
  return [...members.values()];
}

/** Returns the elements of an array; none for any other value. */
export function elementsOf(text: string): string[] {
  const elements: string[] = [];
  let at = afterSpace(text, 0);
  if (text[at] !== '[') return [];
  at = afterSpace(text, at + 1);
  while (at < text.length && text[at] !== ']') {
    const end = valueEnd(text, at);
    elements.push(text.slice(at, end));
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
  return elements;
}

/** Returns the object with other values of some members: JSON text, or null for none. Whatever is
 * not named stays as it is, with the space around it. */
export function withMembers(text: string, changes: ReadonlyMap<string, string | null>): string {
  const found = places(text);
  const open = text.indexOf('{') + 1;
  const last = found.at(-1)?.end ?? open;
  let inside = '';
  let from = open;
  for (const { name, start, value, end } of found) {
    const lead = text.slice(from, start);
    const next = changes.has(name) ? (changes.get(name) ?? null) : text.slice(value, end);
    from = end;
    if (next === null) continue;
    inside += (inside === '' ? lead.replace(',', '') : lead) + text.slice(start, value) + next;
  }
  const names = new Set(found.map(({ name }) => name));
  for (const [name, value] of changes) {
    if (value === null || names.has(name)) continue;
    inside += `${inside === '' ? '' : ','}${JSON.stringify(name)}:${value}`;
  }
  return text.slice(0, open) + inside + text.slice(last);
}

/** Returns the single values in it, texts as such and numbers as they are written, without null. */
export function scalarsOf(text: string): string[] {
  const scalars: string[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at);
    if (' \t\r\n{}[]:,'.includes(char)) {
      at += 1;
      continue;
    }
    const end = valueEnd(text, at);
    const source = text.slice(at, end);
    at = end;
    const isKey = char === '"' && text[afterSpace(text, end)] === ':';
    if (!isKey && source !== 'null') scalars.push(plainText(source));
  }
  return scalars;
}

/** Returns a text as such and any other value as its JSON. */
export function plainText(source: string): string {
  return source.startsWith('"') ? String(JSON.parse(source)) : source;
}

/** Returns it with a line for each value, numbers as they are written. */
export function printed(text: string): string {
  return printJson(text)
    .map((piece) => piece.text)
    .join('');
}

function places(text: string): Place[] {
  const found: Place[] = [];
  let at = afterSpace(text, 0);
  if (text[at] !== '{') return [];
  at = afterSpace(text, at + 1);
  while (at < text.length && text[at] !== '}') {
    const start = at;
    const keyEnd = valueEnd(text, at);
    const value = afterSpace(text, afterSpace(text, keyEnd) + 1);
    const end = valueEnd(text, value);
    found.push({ name: JSON.parse(text.slice(start, keyEnd)), start, value, end });
    at = afterSpace(text, end);
    if (text[at] === ',') at = afterSpace(text, at + 1);
  }
  return found;
}

function afterSpace(text: string, at: number): number {
  let end = at;
  while (end < text.length && ' \t\r\n'.includes(text.charAt(end))) end += 1;
  return end;
}

/** Returns the place after the value that begins here. */
function valueEnd(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') at = stringEnd(text, at);
    else if ('{['.includes(char)) {
      depth += 1;
      at += 1;
    } else if ('}]'.includes(char)) {
      if (depth === 0) return at;
      depth -= 1;
      at += 1;
    } else if (depth > 0 || !', \t\r\n:'.includes(char)) {
      at += 1;
      continue;
    } else return at;
    if (depth === 0) return at;
  }
  return at;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
