import type { DetailsToken } from './details.ts';
import { isFence, OpenFence } from './fence.ts';
import {
  asMarkdown,
  definitions,
  type Lex,
  type Links,
  type MarkdownToken,
  type Tokens,
} from './lexer.ts';
import { settledOf } from './settled.ts';

/** Extends the first open block by new text without lexing all of it again. */
export interface Continuation {
  /** Returns the tokens of `tail`, which has grown by `added` characters; null if it needs a full
   * lex. */
  extend(tail: string, added: number, links: Links): Extended | null;
}

export interface Extended {
  readonly tokens: readonly MarkdownToken[];
  readonly links: Links;
}

/** Returns the shortcut for the block at the start of `tail`, if there is one. */
export function continuationOf(
  tokens: readonly MarkdownToken[],
  tail: string,
  lex: Lex,
): Continuation | null {
  const [token] = tokens;
  if (token === undefined) return null;
  if (token.type === 'list') return continueList(token, lex);
  if (token.type === 'table') return continueTable(token, tail, lex);
  if (token.type === 'details') return continueDetails(token, tail, lex);
  return isFence(token) && tokens.length === 1 ? continueFence(token, tail) : null;
}

function continueFence(token: Tokens.Code, tail: string): Continuation | null {
  const fence = OpenFence.of(token, tail);
  if (fence === null) return null;
  return {
    extend(longer, added, links) {
      const extended = fence.extend(longer, added);
      return extended === null ? null : { tokens: [extended], links };
    },
  };
}

/** Lexes from the last item on: nothing before it changes but the list's looseness. If that item
 * turns out to be none ("- -" becomes "- - -"), the list ends before it. */
function continueList(list: Tokens.List, lex: Lex): Continuation | null {
  const starts = itemStarts(list);
  const last = list.items.length - 1;
  const start = starts[last];
  if (start === undefined || start === 0) return null;

  const items = list.items.slice(0, last);
  const loose = items.some(isLoose);
  const defined = definitions(items);
  return {
    extend(longer, _added, links) {
      const lexed = lex(longer.slice(start), { ...defined, ...links });
      const [rest, ...following] = lexed.tokens;
      if (rest?.type !== 'list') return null;
      const whole: Tokens.List = {
        ...list,
        raw: longer.slice(0, start + rest.raw.length),
        loose: loose || rest.loose,
        items: [...items, ...rest.items],
      };
      return { tokens: [whole, ...following], links: lexed.links };
    },
  };
}

function itemStarts(list: Tokens.List): number[] {
  let start = 0;
  return list.items.map((item) => {
    const own = start;
    start += item.raw.length;
    return own;
  });
}

/** Whether this item, followed by another, makes its list loose. */
function isLoose(item: Tokens.ListItem): boolean {
  if (/\n[ \t]*\n[ \t]*$/.test(item.raw)) return true;
  return item.tokens.some((token) => token.type === 'space' && /\n.*\n/.test(token.raw));
}

/** Keeps the header and complete rows, and lexes the header again with what follows them. */
function continueTable(table: Tokens.Table, tail: string, lex: Lex): Continuation | null {
  const header = tail.indexOf('\n', tail.indexOf('\n') + 1) + 1;
  if (header === 0 || header > table.raw.length) return null;
  const end = table.raw.length;
  const start = tail.startsWith('\n', end) ? end + 1 : tail.lastIndexOf('\n', end - 1) + 1;
  const complete = tail.slice(header, start).split('\n').length - 1;
  if (complete === 0 || complete > table.rows.length) return null;

  const rows = table.rows.slice(0, complete);
  const head = tail.slice(0, header);
  return {
    extend(longer, _added, links) {
      const lexed = lex(head + longer.slice(start), links);
      const [rest, ...following] = lexed.tokens;
      if (rest?.type !== 'table') return null;
      const whole: Tokens.Table = {
        ...table,
        raw: longer.slice(0, start + rest.raw.length - header),
        rows: [...rows, ...rest.rows],
      };
      return { tokens: [whole, ...following], links: lexed.links };
    },
  };
}

/** Keeps the summary and the settled blocks, and lexes the summary again with what follows them. */
function continueDetails(details: DetailsToken, tail: string, lex: Lex): Continuation | null {
  const { count, length } = settledOf(asMarkdown(details.tokens), tail.slice(details.head));
  if (details.closed || count === 0) return null;
  const start = details.head + length;
  const head = tail.slice(0, details.head);
  const tokens = details.tokens.slice(0, count);
  const defined = definitions(tokens);
  return {
    extend(longer, _added, links) {
      const lexed = lex(head + longer.slice(start), { ...defined, ...links });
      const [rest, ...following] = lexed.tokens;
      if (rest?.type !== 'details') return null;
      const whole: DetailsToken = {
        ...rest,
        raw: longer.slice(0, start + rest.raw.length - head.length),
        tokens: [...tokens, ...rest.tokens],
      };
      return { tokens: [whole, ...following], links: lexed.links };
    },
  };
}
