/** What goes between words wherever they meet. In some scripts that is nothing. */
const WORD_END = /[^\s([{"'„“‚‘«¿¡\p{Ps}\p{Pi}]$/u;
const WORD_START = /^[\p{L}\p{N}]/u;
const DENSE =
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]$/u;

/** Writes words where the caret is, as if they were typed. What is selected stays. */
export function insertWords(field: HTMLTextAreaElement, words: string): void {
  const { selectionEnd: caret, value } = field;
  const [before, after] = [value.slice(0, caret), value.slice(caret)];
  const first = WORD_END.test(before) && !areDense(before, words) ? ' ' : '';
  const last = WORD_START.test(after) && !areDense(words, after) ? ' ' : '';
  field.setRangeText(`${first}${words}${last}`, caret, caret, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function areDense(left: string, right: string): boolean {
  return [[...left].at(-1), [...right][0]].every((letter) => DENSE.test(letter ?? ''));
}
