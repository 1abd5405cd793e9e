import { type Continuation, continuationOf, type Extended } from './continuation.ts';
import {
  definitions,
  type Lex,
  type Links,
  lex,
  type MarkdownToken,
  type Tokens,
} from './lexer.ts';
import { Outline } from './outline.ts';
import { settledOf } from './settled.ts';

/** A block to show. Headings of the top level carry the level they have on the page. */
export type Block = MarkdownToken | HeadingBlock;
export interface HeadingBlock extends Tokens.Heading {
  readonly level: number;
}

/** The blocks from index `from` on are now these. */
export interface Change {
  readonly from: number;
  readonly blocks: readonly Block[];
  /** Where in the source each of them begins. */
  readonly starts: readonly number[];
}

/**
 * Text that grows into blocks. Only the tail after the last settled block is lexed, and of an open
 * fence, list or table only the end. `finish` lexes the whole once more and so corrects what was
 * settled too soon: links whose definition came late, above all.
 */
export class BlockStream {
  readonly #lex: Lex;
  #text = '';
  /** The text after the settled blocks. */
  #tail = '';
  #links: Links = {};
  #outline: Outline;
  readonly #firstOutline: Outline;
  #settled = 0;
  #continuation: Continuation | null = null;
  /** Has the last lex read the whole text? */
  #whole = true;
  #carriageReturn = false;

  constructor(firstLevel = 3, lexer: Lex = lex) {
    this.#lex = lexer;
    this.#firstOutline = new Outline(firstLevel);
    this.#outline = this.#firstOutline.copy();
  }

  append(delta: string): Change {
    const chunk = this.#withLineFeeds(delta);
    const from = this.#settled;
    const start = this.#text.length - this.#tail.length;
    this.#text += chunk;
    this.#tail += chunk;
    const { tokens, links } = this.#extend(chunk.length);

    const { count, length } = settledOf(tokens, this.#tail);
    const outline = this.#outline.copy();
    const done = placed(tokens.slice(0, count), outline, start);
    this.#outline = outline.copy();
    const open = tokens.slice(count);
    const rest = placed(open, outline, start + length);
    this.#settled += done.blocks.length;
    this.#tail = this.#tail.slice(length);
    this.#links = this.#linksAfter(tokens.slice(0, count), links);
    this.#continuation = continuationOf(open, this.#tail, this.#lex);
    return {
      from,
      blocks: [...done.blocks, ...rest.blocks],
      starts: [...done.starts, ...rest.starts],
    };
  }

  /** The last change, or null where there is none. Nothing may be appended after it. */
  finish(): Change | null {
    if (this.#carriageReturn) this.#text += '\n';
    else if (this.#whole) return null;
    const { tokens } = this.#lex(this.#text);
    return { from: 0, ...placed(tokens, this.#firstOutline.copy(), 0) };
  }

  #extend(added: number): Extended {
    const extended = this.#continuation?.extend(this.#tail, added, this.#links);
    this.#whole = false;
    if (extended) return extended;
    this.#whole = this.#tail.length === this.#text.length;
    return this.#lex(this.#tail, this.#links);
  }

  /** Only definitions of settled blocks count: the last one may have arrived in half. */
  #linksAfter(settled: readonly MarkdownToken[], all: Links): Links {
    if (Object.keys(all).length === Object.keys(this.#links).length) return this.#links;
    return { ...definitions(settled), ...this.#links };
  }

  /** `\r\n` and `\r` become `\n`, also where a chunk ends between the two. */
  #withLineFeeds(delta: string): string {
    let chunk = this.#carriageReturn ? `\r${delta}` : delta;
    this.#carriageReturn = chunk.endsWith('\r');
    if (this.#carriageReturn) chunk = chunk.slice(0, -1);
    return chunk.includes('\r') ? chunk.replace(/\r\n?/g, '\n') : chunk;
  }
}

/** The blocks among tokens that begin at `start`, with the levels of headings. */
function placed(tokens: readonly MarkdownToken[], outline: Outline, start: number) {
  const blocks: Block[] = [];
  const starts: number[] = [];
  let at = start;
  for (const token of tokens) {
    if (token.type !== 'space' && token.type !== 'def') {
      blocks.push(
        token.type === 'heading' ? { ...token, level: outline.next(token.depth) } : token,
      );
      starts.push(at);
    }
    at += token.raw.length;
  }
  return { blocks, starts };
}
