/** Pretty-prints JSON while it arrives. Pure: knows nothing of the page. */

export type PieceKind = 'punctuation' | 'key' | 'string' | 'number' | 'word';

/** A run of printed text. Adjacent pieces of one kind belong together. */
export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

export interface JsonPrinter {
  /** Takes the next chunk of the text, cut anywhere, and returns what to append to the output. */
  push(chunk: string): readonly Piece[];
}

/**
 * Only appends: the output for a prefix is a prefix of the output for the whole. For valid JSON
 * that is what `JSON.stringify(value, null, 2)` gives, except that numbers and escapes keep their
 * spelling. Of anything else only white space is lost.
 */
export function createJsonPrinter(indent = '  '): JsonPrinter {
  const open: ('{' | '[')[] = [];
  let inString: 'key' | 'string' | null = null;
  let escaped = false;
  /** Right after `{` or `[`: a line break follows unless the container is empty. */
  let fresh = false;
  let keyNext = false;
  let bare: PieceKind | null = null;
  let spaced = false;
  let valueEnded = false;
  let pieces: { kind: PieceKind; text: string }[] = [];

  const print = (kind: PieceKind, text: string): void => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  const newLine = (): void => print('punctuation', `\n${indent.repeat(open.length)}`);

  /** Prints what precedes the first character of a value, a key or an opening bracket. */
  const begin = (): void => {
    if (fresh) newLine();
    else if (valueEnded && open.length === 0) newLine();
    else if (valueEnded) print('punctuation', ' ');
    fresh = false;
    valueEnded = false;
  };

  const punctuation = (char: string): void => {
    bare = null;
    switch (char) {
      case '{':
      case '[':
        begin();
        print('punctuation', char);
        open.push(char);
        fresh = true;
        keyNext = char === '{';
        return;
      case '}':
      case ']':
        if (open.pop() !== undefined && !fresh) newLine();
        print('punctuation', char);
        fresh = false;
        keyNext = false;
        valueEnded = true;
        return;
      case ',':
        if (fresh) newLine();
        print('punctuation', ',');
        fresh = false;
        valueEnded = false;
        keyNext = open.at(-1) === '{';
        newLine();
        return;
      default:
        if (fresh) newLine();
        print('punctuation', ': ');
        fresh = false;
        valueEnded = false;
        keyNext = false;
    }
  };

  const take = (char: string): void => {
    if (inString !== null) {
      print(inString, char);
      if (escaped) escaped = false;
      else if (char === '\\') escaped = true;
      else if (char === '"') {
        inString = null;
        valueEnded = true;
      }
      return;
    }
    if (char === ' ' || char === '\n' || char === '\r' || char === '\t') {
      spaced = true;
      return;
    }
    const apart = spaced;
    spaced = false;
    if (char === '"') {
      begin();
      bare = null;
      inString = keyNext ? 'key' : 'string';
      print(inString, char);
      return;
    }
    if ('{}[],:'.includes(char)) {
      punctuation(char);
      return;
    }
    if (bare === null) {
      begin();
      bare = /[-\d]/.test(char) ? 'number' : 'word';
    } else if (apart) {
      print(bare, ' ');
    }
    print(bare, char);
    valueEnded = true;
  };

  return {
    push(chunk) {
      pieces = [];
      for (const char of chunk) take(char);
      return pieces;
    },
  };
}

/** Prints a whole JSON text. */
export function printJson(text: string): readonly Piece[] {
  return createJsonPrinter().push(text);
}
