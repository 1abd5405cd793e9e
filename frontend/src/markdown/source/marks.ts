/** Marks: small elements at a position in the source, such as a citation's number. */

export interface Mark {
  /** The position in UTF-16 code units. */
  readonly at: number;
  readonly number: number;
  /** What a screen reader calls it. */
  readonly label: string;
  /** A file of this server to download; null makes it a button, whose owner handles clicks. */
  readonly href: string | null;
}

/** The part of a token that matters here. */
interface Token {
  readonly type: string;
  readonly raw: string;
  readonly text?: string;
  readonly tokens?: readonly Token[];
  readonly items?: readonly Token[];
  readonly header?: readonly Cell[];
  readonly rows?: readonly (readonly Cell[])[];
  readonly mark?: Mark;
}

interface Cell {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** A mark among the tokens of a text. */
export interface MarkToken {
  readonly type: 'mark';
  readonly raw: '';
  readonly mark: Mark;
}

/**
 * Returns the block with these marks, which are sorted and relative to its beginning. Blocks
 * without inline text, above all code, carry them as `marks`. The argument is not changed.
 */
export function withMarks<T extends Token>(
  block: T,
  marks: readonly Mark[],
  source: string = block.raw,
): T {
  if (marks.length === 0) return block;
  if (block.type === 'list')
    return { ...block, items: amongBlocks(block.items ?? [], source, marks) };
  if (HOLDS_BLOCKS.has(block.type)) {
    return { ...block, tokens: amongBlocks(block.tokens ?? [], source, marks) };
  }
  if (block.type === 'table') return { ...block, ...amongCells(block, source, marks) };
  if (block.tokens !== undefined) {
    return { ...block, tokens: amongInlines(block.tokens, source, marks) };
  }
  if (block.type === 'text') return { ...block, tokens: amongInlines([block], source, marks) };
  return { ...block, marks };
}

/** Returns the marks that a block carries itself. */
export function ownMarks(block: object): readonly Mark[] {
  return 'marks' in block && Array.isArray(block.marks) ? block.marks : [];
}

const HOLDS_BLOCKS: ReadonlySet<string> = new Set([
  'blockquote',
  'list_item',
  'details',
  'footnote',
]);
const UNSEEN: ReadonlySet<string> = new Set(['space', 'def', 'checkbox']);

/** Gives each mark to the last block that begins before it. */
function amongBlocks<T extends Token>(
  blocks: readonly T[],
  source: string,
  marks: readonly Mark[],
): readonly T[] {
  const starts = startsOf(blocks, source);
  const seen = blocks.flatMap((block, index) => (UNSEEN.has(block.type) ? [] : [index]));
  const owners = marks.map(
    ({ at }) => seen.findLast((index) => (starts[index] ?? 0) < at) ?? seen[0],
  );
  return blocks.map((block, index) => {
    const start = starts[index] ?? 0;
    const own = marks.filter((_, number) => owners[number] === index);
    return withMarks(block, shifted(own, -start), source.slice(start, starts[index + 1]));
  });
}

function amongCells(
  { header = [], rows = [] }: Token,
  source: string,
  marks: readonly Mark[],
): Pick<Token, 'header' | 'rows'> {
  const cells = [header, ...rows].flat().map((cell) => ({ ...cell, type: 'cell', raw: cell.text }));
  const placed = amongBlocks(cells, source, marks);
  const row = (index: number) => placed.slice(index * header.length, (index + 1) * header.length);
  return { header: row(0), rows: rows.map((_, index) => row(index + 1)) };
}

function amongInlines(
  tokens: readonly Token[],
  source: string,
  marks: readonly Mark[],
): readonly Token[] {
  const placed: Token[] = [];
  const left = [...marks];
  /** Removes and returns the marks before `end`. */
  const take = (end: number): readonly Mark[] => {
    const count = left.findIndex(({ at }) => at >= end);
    return left.splice(0, count === -1 ? left.length : count);
  };
  let cursor = 0;
  for (const token of tokens) {
    const pieces = locate(token.raw, source, cursor);
    const start = pieces[0]?.start ?? cursor;
    cursor = endOf(pieces) ?? cursor;
    placed.push(...take(start + 1).map(markToken));
    if (isPlainText(token)) {
      let from = 0;
      for (const mark of take(cursor)) {
        const cut = wholeCharacter(token.raw, indexAt(pieces, mark.at));
        if (cut > from) placed.push(textToken(token.raw.slice(from, cut)));
        placed.push(markToken(mark));
        from = Math.max(from, cut);
      }
      if (from === 0) placed.push(token);
      else if (from < token.raw.length) placed.push(textToken(token.raw.slice(from)));
    } else if (isEmphasis(token)) {
      const own = shifted(take(cursor), -start);
      placed.push(withMarks(token, own, source.slice(start, cursor)));
    } else {
      // Links and code are not split: a mark inside one follows it.
      placed.push(token);
    }
  }
  placed.push(...left.map(markToken));
  return placed;
}

function markToken(mark: Mark): Token {
  return { type: 'mark', raw: '', mark };
}

function isPlainText(token: Token): boolean {
  return token.type === 'text' && token.text === token.raw;
}

function isEmphasis(token: Token): boolean {
  return token.type === 'strong' || token.type === 'em' || token.type === 'del';
}

function textToken(text: string): Token {
  return { type: 'text', raw: text, text };
}

function shifted(marks: readonly Mark[], by: number): readonly Mark[] {
  return marks.map((mark) => ({ ...mark, at: mark.at + by }));
}

/** Returns an index that does not split a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index + 1 : index;
}

/** A part of a token's `raw` from index `from` on, and where it begins in the source. */
interface Piece {
  readonly from: number;
  readonly start: number;
  readonly length: number;
}

/**
 * Finds `raw` in the source from `cursor` on. Inside lists and quotations it lacks the prefixes of
 * its lines, so it is found line by line.
 */
function locate(raw: string, source: string, cursor: number): readonly Piece[] {
  const whole = source.indexOf(raw, cursor);
  if (whole !== -1) return [{ from: 0, start: whole, length: raw.length }];
  const pieces: Piece[] = [];
  let from = 0;
  let next = cursor;
  for (const line of raw.split('\n')) {
    const start = source.indexOf(line, next);
    if (start !== -1 && line !== '') {
      pieces.push({ from, start, length: line.length });
      next = start + line.length;
    }
    from += line.length + 1;
  }
  return pieces;
}

function endOf(pieces: readonly Piece[]): number | undefined {
  const last = pieces.at(-1);
  return last && last.start + last.length;
}

/** Returns the index in `raw` of a position in the source. */
function indexAt(pieces: readonly Piece[], at: number): number {
  const piece = pieces.findLast(({ start }) => start < at);
  return piece === undefined ? 0 : piece.from + Math.min(at - piece.start, piece.length);
}

function startsOf(tokens: readonly Token[], source: string): readonly number[] {
  let cursor = 0;
  return tokens.map(({ raw }) => {
    const pieces = locate(raw, source, cursor);
    const start = pieces[0]?.start ?? cursor;
    cursor = endOf(pieces) ?? cursor;
    return start;
  });
}
