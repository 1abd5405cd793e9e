import type { Token } from 'marked';

/** `<details><summary>…</summary>…</details>`, with Markdown in both. */
export interface DetailsToken {
  readonly type: 'details';
  readonly raw: string;
  readonly open: boolean;
  readonly summary: Token[];
  readonly tokens: Token[];
  /** How many characters of `raw` come before the first of `tokens`. */
  readonly head: number;
  /** Whether its end has come; until then all that follows is in it. */
  readonly closed: boolean;
}

/** A details block as text. */
export interface DetailsSource {
  readonly raw: string;
  readonly open: boolean;
  readonly summary: string;
  readonly head: number;
  readonly content: string;
  readonly closed: boolean;
}

const HEAD =
  /^ {0,3}<details(\s+open(?:=(?:""|"open"|''))?)?\s*>[ \t]*\n?[ \t]*<summary>((?:(?!<\/?summary>|\n[ \t]*\n)[\s\S])*)<\/summary>[ \t]*\n?/i;
/** What a line may begin with that matters: code, in which nothing else does, or a tag. */
const FENCE_OR_TAG =
  /^ {0,3}(`{3,}|~{3,})[^\n]*$|(`+)(?!`)[^\n]*?[^`]\2(?!`)|^ {0,3}<details[\s>]|<\/details\s*>/gim;

/** Returns the details block that begins a text. Without a summary it is text. */
export function detailsSource(source: string): DetailsSource | null {
  const [head, open, summary] = HEAD.exec(source) ?? [];
  if (head === undefined || summary === undefined) return null;
  const end = endOf(source, head.length);
  return {
    raw: source.slice(0, end?.end ?? source.length),
    open: open !== undefined,
    summary: summary.trim(),
    head: head.length,
    content: source.slice(head.length, end?.start ?? source.length),
    closed: end !== null,
  };
}

/** Where the closing tag begins and its line ends. */
function endOf(source: string, from: number): { start: number; end: number } | null {
  let depth = 1;
  let fence = '';
  FENCE_OR_TAG.lastIndex = from;
  for (let found = FENCE_OR_TAG.exec(source); found !== null; found = FENCE_OR_TAG.exec(source)) {
    const [tag, marks] = found;
    if (marks !== undefined) {
      if (fence === '') fence = marks;
      else if (marks.startsWith(fence) && tag.trim() === marks) fence = '';
    } else if (fence !== '' || found[2] !== undefined) {
      // In code.
    } else if (!tag.startsWith('</')) depth += 1;
    else {
      depth -= 1;
      if (depth > 0) continue;
      const rest = /[ \t]*\n?/y;
      rest.lastIndex = found.index + tag.length;
      return { start: found.index, end: rest.lastIndex + (rest.exec(source)?.[0].length ?? 0) };
    }
  }
  return null;
}
