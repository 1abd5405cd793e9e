/**
 * Formulas in TeX: `$…$` and `\(…\)` in a line, `$$…$$` and `\[…\]` on lines of their own. Dollars are
 * also money and shell variables, so they count by pandoc's rules and some more: what begins a
 * formula touches it and follows no letter or digit, what ends it touches it and precedes none, and
 * what is between does not read like prose.
 */

export interface MathToken {
  readonly type: 'math';
  readonly raw: string;
  /** TeX, without the delimiters. */
  readonly text: string;
  readonly display: boolean;
  /** Whether its end has come; a formula without one is shown as written. */
  readonly closed: boolean;
}

/** A formula of more characters is text: typesetting it would take too long. */
export const MAX_FORMULA = 4_000;

/** Commands and the words they are given, which say nothing of what is around them. */
const COMMAND = /\\(?:[A-Za-z]+\*?(?:\s*\{[^{}]*\}?)?|[\s\S])/g;
const PROSE = /[A-Za-z]{2}[.,;:]?\s+[A-Za-z]{2}/;
const WORD_AND_SPACE = /[A-Za-z]{2}\s|\s[A-Za-z]{2}/;
/** What is in formulas, but hardly in text. */
const SIGN = /[\\^_=+*<>{}]/;
const TAG = /<\/?[A-Za-z][\w-]*\s*\/?>/;
const SHELL_VARIABLE = /^\{[A-Za-z_]\w*\}$/;

interface Inline {
  /** Matches TeX without back ticks, for code is no formula, and the end if that has come. */
  readonly pattern: RegExp;
  readonly display: boolean;
  /** Whether TeX that has an end, or none yet, is a formula after this text. */
  isClosed(tex: string, before: string): boolean;
  isOpen(tex: string, before: string): boolean;
}

const isNoProse = (tex: string): boolean => !PROSE.test(withoutCommands(tex));
const isPlain = (tex: string): boolean => !WORD_AND_SPACE.test(withoutCommands(tex));

const INLINES: readonly Inline[] = [
  {
    pattern: /^\\\(((?:[^\\`]|\\(?:[^)`]|$))*)(\\\))?/,
    display: false,
    isClosed: () => true,
    isOpen: isNoProse,
  },
  {
    pattern: /^\\\[((?:[^\\`]|\\(?:[^\]`]|$))*)(\\\](?!\())?/,
    display: true,
    // `\[1\]` and `list\[i_1\]` are brackets that somebody was careful with.
    isClosed: (tex, before) => SIGN.test(tex) && !/\w$/.test(before),
    isOpen: (tex, before) => isNoProse(tex) && !/\w$/.test(before),
  },
  {
    pattern: /^\$\$((?:[^$\\`]|\\(?:[^`]|$))+)(\$\$(?!\$))?/,
    display: true,
    isClosed: (tex, before) =>
      !before.endsWith('$') && !TAG.test(tex) && (SIGN.test(tex) || isPlain(tex)),
    isOpen: (tex, before) => !before.endsWith('$') && isNoProse(tex),
  },
  {
    pattern: /^\$(?![\s$])((?:[^$\\`]|\\(?:[^`]|$))+)(\$(?![\w$]))?/,
    display: false,
    isClosed(tex, before) {
      if (/[\w$]$/.test(before) || /\s$/.test(tex)) return false;
      if (TAG.test(tex) || SHELL_VARIABLE.test(tex)) return false;
      return isPlain(tex) || (!/^\d/.test(tex) && SIGN.test(tex) && isNoProse(tex));
    },
    isOpen: (tex, before) => !/[\w$]$/.test(before) && !/^\d/.test(tex) && isPlain(tex),
  },
];

function withoutCommands(tex: string): string {
  return tex.replace(COMMAND, ' ');
}

/** Returns the formula that begins a line's text, which follows `before`. */
export function inlineMath(source: string, before: string): MathToken | null {
  if (!/^(?:\$|\\[([])/.test(source)) return null;
  for (const { pattern, display, isClosed, isOpen } of INLINES) {
    const [raw, text, end] = pattern.exec(source) ?? [];
    if (raw === undefined || text === undefined) continue;
    const closed = end !== undefined;
    if (raw.length > MAX_FORMULA || text.trim() === '') return null;
    if (closed ? !isClosed(text, before) : raw !== source || !isOpen(text, before)) return null;
    return { type: 'math', raw, text, display, closed };
  }
  return null;
}

const START = /^ {0,3}(?:\$\$|\\\[)/;
const OPENING_LINE = /^ {0,3}(\$\$|\\\[)[ \t]*(?:\n|$)/;
const DOLLARS_LINE = /^ {0,3}\$\$((?:[^$\\\n]|\\.)+)\$\$[ \t]*(?:\n|$)/;
const BRACKETS_LINE = /^ {0,3}\\\[((?:[^\\\n]|\\[^\]\n])+)\\\][ \t]*(?:\n|$)/;
const DOLLARS_END = /(?<!\\)(?:\\\\)*(\$\$[ \t]*\n?)/;
const BRACKETS_END = /(?<!\\)(?:\\\\)*(\\\][ \t]*\n?)/;
const FENCE = /^ {0,3}(?:```|~~~)/m;

/** Returns the formula that begins a text and has its lines to itself. */
export function blockMath(source: string): MathToken | null {
  if (!START.test(source)) return null;
  const [line, tex] = DOLLARS_LINE.exec(source) ?? BRACKETS_LINE.exec(source) ?? [];
  if (line !== undefined && tex !== undefined) {
    if (line.length > MAX_FORMULA || tex.trim() === '') return null;
    return { type: 'math', raw: line, text: tex, display: true, closed: true };
  }
  const [opening, delimiter] = OPENING_LINE.exec(source) ?? [];
  if (opening === undefined) return null;
  const rest = source.slice(opening.length, MAX_FORMULA);
  const end = (delimiter === '$$' ? DOLLARS_END : BRACKETS_END).exec(rest);
  const stop = end === null ? 0 : end.index + end[0].length - (end[1]?.length ?? 0);
  const text = rest.slice(0, stop);
  if (end === null || text.trim() === '' || FENCE.test(text)) {
    const fence = source.search(FENCE);
    const open = source.slice(0, Math.min(blankLineIn(source), fence === -1 ? Infinity : fence));
    return { type: 'math', raw: open, text: open, display: true, closed: false };
  }
  const raw = opening + rest.slice(0, end.index + end[0].length);
  return { type: 'math', raw, text, display: true, closed: true };
}

/** Where a paragraph is interrupted by a formula; undefined if it is not. */
export function mathStart(source: string): number | undefined {
  const paragraph = source.slice(0, blankLineIn(source));
  if (!/\$\$|\\\[/.test(paragraph)) return undefined;
  for (const { index } of paragraph.matchAll(/\n(?= {0,3}(?:\$\$|\\\[))/g)) {
    if (blockMath(source.slice(index + 1)) !== null) return index + 1;
  }
  return undefined;
}

function blankLineIn(source: string): number {
  const blank = source.search(/\n[ \t]*\n/);
  return blank === -1 ? source.length : blank + 1;
}

/** Returns a text of the same length without the delimiters that are in its formulas. */
export function withoutMath(masked: string, source: string): string {
  if (!/\$|\\[([]/.test(source)) return masked;
  let result = masked;
  let end = 0;
  for (const { 0: found, index } of source.matchAll(/\\[\s\S]|(`+)(?!`)|\$/g)) {
    if (index < end) continue;
    if (found.startsWith('`')) {
      const close = new RegExp(`(?<!\`)${found}(?!\`)`, 'g');
      close.lastIndex = index + found.length;
      if (close.test(source)) end = close.lastIndex;
      continue;
    }
    const formula = inlineMath(source.slice(index), source.slice(Math.max(0, index - 1), index));
    if (formula === null || !formula.closed) continue;
    end = index + formula.raw.length;
    result = `${result.slice(0, index)}[${'a'.repeat(end - index - 2)}]${result.slice(end)}`;
  }
  return result;
}
