import { Lexer, type Links, type MarkedToken, type Token, Tokenizer, type Tokens } from 'marked';

/** A block or inline of GitHub's Markdown, as marked's lexer returns it. */
export type MarkdownToken = MarkedToken;
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
 * Lexes Markdown (CommonMark with GitHub's tables, task lists, strikethrough and bare URLs).
 * `links` are definitions that precede the source. Never throws: what cannot be lexed comes back as
 * plain text. Line ends must be `\n`.
 */
export const lex: Lex = (source, links = {}) => {
  const lexer = new Lexer({
    gfm: true,
    breaks: false,
    pedantic: false,
    tokenizer: new BoundedTokenizer(),
  });
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
    else if (token.type === 'blockquote' || token.type === 'list_item') {
      definitions(token.tokens, found);
    }
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

class BoundedTokenizer extends Tokenizer {
  #depth = 0;

  override blockquote(src: string): Tokens.Blockquote | undefined {
    return this.#nested(() => super.blockquote(src.slice(0, quoteEnd(src))));
  }

  override list(src: string): Tokens.List | undefined {
    return this.#nested(() => super.list(src));
  }

  override emStrong(src: string, masked: string, previous?: string) {
    return this.#nested(() => super.emStrong(src, masked, previous));
  }

  override del(src: string, masked: string, previous?: string): Tokens.Del | undefined {
    return this.#nested(() => super.del(src, masked, previous));
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    return this.#nested(() => super.link(src));
  }

  override reflink(
    src: string,
    links: Links,
  ): Tokens.Link | Tokens.Image | Tokens.Text | undefined {
    return this.#nested(() => super.reflink(src, links));
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

function quoteEnd(source: string): number {
  if (source.length <= MAX_QUOTE) return source.length;
  const before = source.lastIndexOf('\n>', MAX_QUOTE);
  const line = before > 0 ? before : source.indexOf('\n>', MAX_QUOTE);
  return line === -1 ? source.length : line + 1;
}
