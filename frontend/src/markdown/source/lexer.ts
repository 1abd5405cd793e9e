import {
  type Hooks,
  Lexer,
  type Links,
  type MarkedOptions,
  type MarkedToken,
  type Token,
  Tokenizer,
  type Tokens,
} from 'marked';
import { type DetailsToken, detailsSource } from './details.ts';
import {
  FOOTNOTE_ADDRESS,
  type FootnoteReference,
  type FootnoteToken,
  footnoteKey,
  footnoteReference,
  footnoteSource,
  footnoteStart,
} from './footnotes.ts';
import { blockMath, inlineMath, type MathToken, mathStart, withoutMath } from './math.ts';
import { bareHostIn, opensBeside, withEndsBeside, withoutFollowing } from './scripts.ts';

/** A block or inline of GitHub's Markdown, as marked's lexer returns it, or one of ours. */
export type MarkdownToken =
  | MarkedToken
  | MathToken
  | DetailsToken
  | FootnoteToken
  | FootnoteReference;
export type { Links, Tokens };

export interface Lexed {
  /** Blocks in order; the lengths of their `raw` add up to the length of the source. */
  readonly tokens: readonly MarkdownToken[];
  /** The given definitions and those in the source, by normalised label. */
  readonly links: Links;
}

export type Lex = (source: string, links?: Links) => Lexed;

/** Blocks and inlines nested deeper than this are shown as written. */
const MAX_DEPTH = 24;

/** A quotation of more characters is split: marked's time for one grows with the square of its
 * length when quoted and lazy lines alternate. */
const MAX_QUOTE = 8_192;

/** Text of more characters is lexed in pieces cut at white space: the time of several of marked's
 * inline rules grows with the square of the length. */
const MAX_INLINE = 8_192;

/**
 * Lexes Markdown (CommonMark with GitHub's tables, task lists, strikethrough, bare URLs, footnotes and
 * formulas).
 * `links` are definitions that precede the source. Never throws: what cannot be lexed comes back as
 * plain text. Line ends must be `\n`.
 */
export const lex: Lex = (source, links = {}) => {
  const lexer = new MarkdownLexer(INTERRUPTS.test(source) ? OPTIONS : UNINTERRUPTED);
  Object.assign(lexer.tokens.links, links);
  try {
    lexer.blockTokens(source, lexer.tokens);
  } catch {
    return { tokens: [plainParagraph(source)], links };
  }
  for (const { src, tokens } of lexer.inlineQueue) lexInline(lexer, src, tokens);
  return { tokens: asMarkdown(lexer.tokens), links: lexer.tokens.links };
};

/** marked's types allow tokens of extensions, which are not used here. */
export function asMarkdown(tokens: readonly Token[]): readonly MarkdownToken[] {
  return tokens as readonly MarkdownToken[];
}

/** Returns the link definitions in these tokens; the first of a label wins. */
export function definitions(
  tokens: readonly Token[],
  // A label may be called "constructor".
  found: Links = Object.create(null) as Links,
): Links {
  for (const token of asMarkdown(tokens)) {
    if (!token.raw.includes(']:')) continue;
    if (token.type === 'def') found[token.tag] ??= { href: token.href, title: token.title };
    else if (token.type === 'list') definitions(token.items, found);
    else if ('tokens' in token && token.tokens !== undefined) definitions(token.tokens, found);
    if (token.type === 'footnote') found[footnoteKey(token.label)] ??= FOOTNOTE;
  }
  return found;
}

function lexInline(lexer: Lexer, source: string, tokens: Token[]): void {
  // An inline <a> or <pre> left open in one block must not affect later blocks.
  Object.assign(lexer.state, { inLink: false, inRawBlock: false, linkEmitted: false });
  try {
    for (const piece of pieces(source)) lexer.inlineTokens(piece, tokens);
  } catch {
    tokens.splice(0, tokens.length, { type: 'text', raw: source, text: source });
  }
}

function* pieces(source: string): Generator<string> {
  let start = 0;
  while (source.length - start > MAX_INLINE) {
    const end = start + MAX_INLINE;
    const space = Math.max(source.lastIndexOf(' ', end), source.lastIndexOf('\n', end));
    const cut = space > start ? space : end;
    yield source.slice(start, cut);
    start = cut;
  }
  yield source.slice(start);
}

function plainParagraph(source: string): Tokens.Paragraph {
  const text: Tokens.Text = { type: 'text', raw: source, text: source };
  return { type: 'paragraph', raw: source, text: source, tokens: [text] };
}

class MarkdownLexer extends Lexer {
  /** The text of the block, or of the inline within it, that is being lexed. */
  source = '';

  override inlineTokens(src: string, tokens?: Token[]): Token[] {
    const outer = this.source;
    this.source = src;
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.source = outer;
    }
  }
}

/** Hides from the rules of emphasis what is none. */
const DELIMITER_HOOKS: Pick<Hooks, 'emStrongMask'> = {
  emStrongMask(masked) {
    if (!/[*_~]/.test(masked)) return masked;
    return withEndsBeside(withoutMath(masked, sourceOf(TOKENIZER.lexer)));
  },
};

function sourceOf(lexer: Lexer): string {
  return lexer instanceof MarkdownLexer ? lexer.source : '';
}

class BoundedTokenizer extends Tokenizer {
  #depth = 0;

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#nested(() => super.blockquote(src.slice(0, quoteEnd(src))));
  }

  /** A formula within the lines above the underline ends their paragraph. */
  override lheading(src: string): Tokens.Heading | undefined {
    const heading = super.lheading(src);
    return heading === undefined || mathStart(heading.raw) !== undefined ? undefined : heading;
  }

  override list(src: string): Tokens.List | undefined {
    return this.#nested(() => super.list(src));
  }

  /** The first rule that marked tries, so a formula's brackets are no escaped ones. */
  override escape(src: string): Tokens.Escape | undefined {
    const first = src.charCodeAt(0);
    if (first !== BACKSLASH && first !== DOLLAR) return undefined;
    const source = sourceOf(this.lexer);
    const formula = inlineMath(src, source.charAt(source.length - src.length - 1));
    if (formula === null) return super.escape(src);
    const { raw } = formula;
    return formula.closed
      ? (formula as unknown as Tokens.Escape)
      : { type: 'escape', raw, text: raw };
  }

  override emStrong(src: string, masked: string, before = '') {
    if (!/^[*_]/.test(src)) return undefined;
    return this.#nested(() => super.emStrong(src, masked, opensBeside(before, src) ? ' ' : before));
  }

  /** One tilde is no delimiter, as in `10~20`. */
  override del(src: string, masked: string, before = ''): Tokens.Del | undefined {
    if (!src.startsWith('~~')) return undefined;
    return this.#nested(() => super.del(src, masked, opensBeside(before, src) ? ' ' : before));
  }

  override url(src: string): Tokens.Link | undefined {
    const link = super.url(src);
    const address = link && withoutFollowing(link.raw);
    return address === undefined || address === link?.raw ? link : super.url(address);
  }

  override inlineText(src: string): Tokens.Text | undefined {
    const text = super.inlineText(src);
    if (text === undefined) return undefined;
    // By marked's own rules neither a formula nor such an address ends a text.
    const dollar = text.raw.indexOf('$', 1);
    const host = bareHostIn(dollar > 0 ? text.raw.slice(0, dollar) : text.raw);
    const stop = host > 0 ? host : dollar;
    return stop > 0 ? super.inlineText(src.slice(0, stop)) : text;
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    if (!/^!?\[/.test(src)) return undefined;
    return this.#nested(() => super.link(src));
  }

  override reflink(
    src: string,
    links: Links,
  ): Tokens.Link | Tokens.Image | Tokens.Text | undefined {
    if (!/^!?\[/.test(src)) return undefined;
    const note = footnoteReference(src);
    if (note !== null && Object.hasOwn(links, footnoteKey(note.label))) {
      return note as unknown as Tokens.Link;
    }
    const link = this.#nested(() => super.reflink(src, links));
    const isLink = link === undefined || link.type === 'text' || link.href !== FOOTNOTE_ADDRESS;
    return isLink ? link : { type: 'text', raw: src.charAt(0), text: src.charAt(0) };
  }

  details(src: string): DetailsToken | undefined {
    const found = detailsSource(src);
    if (found === null) return undefined;
    const { content, summary, ...token } = found;
    return this.#nested(() => ({
      type: 'details',
      ...token,
      summary: this.lexer.inline(summary),
      tokens: this.#blocks(content),
    }));
  }

  footnote(src: string): FootnoteToken | undefined {
    const found = footnoteSource(src);
    if (found === null) return undefined;
    const { text, ...token } = found;
    this.lexer.tokens.links[footnoteKey(token.label)] ??= FOOTNOTE;
    return this.#nested(() => ({ type: 'footnote', ...token, tokens: this.#blocks(text) }));
  }

  /** The blocks of a text that is within another block. */
  #blocks(source: string): Token[] {
    const { state } = this.lexer;
    const { top } = state;
    state.top = true;
    const tokens = this.lexer.blockTokens(source, []);
    state.top = top;
    return tokens;
  }

  #nested<T>(read: () => T | undefined): T | undefined {
    if (this.#depth >= MAX_DEPTH) return undefined;
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }
}

const FOOTNOTE = { href: FOOTNOTE_ADDRESS, title: null };

function ownBlock(source: string): Tokens.Generic | undefined {
  const [start] = /^ {0,3}[$\\<[]/.exec(source) ?? [];
  const token =
    start === undefined
      ? undefined
      : start.endsWith('<')
        ? TOKENIZER.details(source)
        : start.endsWith('[')
          ? TOKENIZER.footnote(source)
          : blockMath(source);
  return (token as Tokens.Generic | null | undefined) ?? undefined;
}

const BACKSLASH = 92;
const DOLLAR = 36;

/** Shared, because answers are lexed thousands of times while they arrive. */
const TOKENIZER = new BoundedTokenizer();
const OPTIONS: MarkedOptions = {
  gfm: true,
  breaks: false,
  pedantic: false,
  tokenizer: TOKENIZER,
  hooks: DELIMITER_HOOKS as Hooks,
  extensions: {
    renderers: {},
    childTokens: {},
    block: [ownBlock],
    startBlock: [mathStart, footnoteStart],
  },
};

/** What a paragraph may be interrupted by, of ours: each is looked for in every paragraph where one may be. */
const INTERRUPTS = /\$\$|\\\[|\[\^/;
const UNINTERRUPTED: MarkedOptions = {
  ...OPTIONS,
  extensions: { renderers: {}, childTokens: {}, block: [ownBlock] },
};

function quoteEnd(source: string): number {
  if (source.length <= MAX_QUOTE) return source.length;
  const before = source.lastIndexOf('\n>', MAX_QUOTE);
  const line = before > 0 ? before : source.indexOf('\n>', MAX_QUOTE);
  return line === -1 ? source.length : line + 1;
}
