/** Finds a cited passage in the text of its document. */

import type { DocumentPart } from '../protocol.ts';

/** A part as it is shown. The passage is the text between `from` and `to`; equal if it has none. */
export interface Section extends DocumentPart {
  readonly from: number;
  readonly to: number;
}

export interface Excerpt {
  readonly sections: readonly Section[];
  /** Whether more of the document comes before or after. */
  readonly isCut: boolean;
}

/** How many characters are shown on each side of the passage: a document can be a whole book. */
const REACH = 40_000;

/** Returns the document around the passage. If it cannot be found, its location is marked instead.
 * */
export function excerpt(
  parts: readonly DocumentPart[],
  quote: string | null,
  location: string | null,
  reach = REACH,
): Excerpt {
  const text = parts.map((part) => part.text).join('\n');
  const passage = find(parts, text, quote, location) ?? { start: 0, end: 0 };
  const first = passage.start - reach;
  const last = passage.end + reach;
  let start = 0;
  const sections = parts.flatMap((part): Section[] => {
    const end = start + part.text.length;
    const within = (place: number) => Math.min(Math.max(place, start), end);
    const [from, to] = [within(first), within(last)];
    const section = {
      location: part.location,
      text: flowing(text.slice(from, to), part.location),
      from: Math.max(within(passage.start) - from, 0),
      to: Math.max(within(passage.end) - from, 0),
    };
    start = end + 1;
    return to > from ? [section] : [];
  });
  return { sections, isCut: first > 0 || last < text.length };
}

/** Joins the lines of a paragraph that was set to the width of a page. A space replaces each line
 * end, so no offset changes. */
function flowing(text: string, location: string | null): string {
  if (location === null || !location.startsWith('page ')) return text;
  const lines = text.split('\n');
  const full = 0.6 * Math.max(...lines.map((line) => line.length));
  const ends = lines.map((line) => (line.length >= full && !/[.!?:]\s*$/.test(line) ? ' ' : '\n'));
  return lines.map((line, index) => line + (index < lines.length - 1 ? ends[index] : '')).join('');
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function find(
  parts: readonly DocumentPart[],
  text: string,
  quote: string | null,
  location: string | null,
): Range | null {
  const part = rangeOf(parts, location);
  const pattern = patternOf(quote ?? '');
  // A phrase can occur more than once: look at the cited location first.
  const match = pattern && (after(pattern, text, part?.start ?? 0) ?? after(pattern, text, 0));
  if (match) return { start: match.index, end: match.index + match[0].length };
  return part ?? lines(text, location);
}

function after(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start;
  return pattern.exec(text);
}

/** Matches the words of a quotation, however they are spaced. */
function patternOf(quote: string): RegExp | null {
  const words = quote.replace(/^\s*(?:…|\.\.\.)|(?:…|\.\.\.)\s*$/g, '').match(/\S+/g);
  if (words === null) return null;
  return new RegExp(
    words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('\\s+'),
    'g',
  );
}

function rangeOf(parts: readonly DocumentPart[], location: string | null): Range | null {
  if (location === null) return null;
  let start = 0;
  for (const part of parts) {
    const end = start + part.text.length;
    if (part.location === location) return { start, end };
    start = end + 1;
  }
  return null;
}

/** `line 3`, `lines 10–24`, counted from 1. */
function lines(text: string, location: string | null): Range | null {
  const match = /^lines? (\d+)(?:\s*[–-]\s*(\d+))?$/.exec(location ?? '');
  if (match === null) return null;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  const all = text.split('\n');
  const length = (count: number) =>
    all.slice(0, count).reduce((sum, line) => sum + line.length + 1, 0);
  if (first < 1 || first > all.length) return null;
  return { start: length(first - 1), end: Math.max(length(last) - 1, 0) };
}
