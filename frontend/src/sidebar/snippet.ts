/** A search result's text: plain, each match between U+E000 and U+E001. */

export interface SnippetPart {
  readonly text: string;
  readonly isMatch: boolean;
}

const OPEN = '\uE000';
const CLOSE = '\uE001';

export function snippetParts(snippet: string): readonly SnippetPart[] {
  return snippet.split(OPEN).flatMap((piece, index): SnippetPart[] => {
    const end = index === 0 ? -1 : piece.indexOf(CLOSE);
    return [
      { text: piece.slice(0, Math.max(end, 0)), isMatch: true },
      { text: piece.slice(end + 1), isMatch: false },
    ].filter(({ text }) => text !== '');
  });
}
