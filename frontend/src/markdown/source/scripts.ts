/**
 * Scripts that put no spaces between words, or whose particles join any word before them. Markdown
 * tells where things begin and end by spaces and punctuation, so beside these it needs help.
 */

/** A letter, sign or mark of punctuation of such a script. */
const DENSE =
  '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Bopomofo}\\p{sc=Yi}\\p{sc=Thai}' +
  '\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\\u3000-\\u303f\\u30fb\\u30fc\\u3200-\\u33ff' +
  '\\ufe30-\\ufe4f\\uff01-\\uffee]';
/** Before it there are none of these scripts. */
const FIRST_OTHER = '\u0e00';
const OTHER_SCRIPT = /[\u0e00-\uffff]/;
const MARK = '[\\p{P}\\p{S}]';
const DENSE_MARK = `(?=${DENSE})${MARK}`;

const FIRST = new RegExp(`^(?:\\*+|__+|~~)(?:(${MARK})|${DENSE})`, 'u');
const DENSE_END = new RegExp(`${DENSE}$`, 'u');
const DENSE_CHARACTER = new RegExp(DENSE, 'u');

/** What makes a delimiter look like a beginning, although it may be an end. */
const MISLEADING = new RegExp(
  `(?<=(?!\\*)${MARK}\\*+|(?!~)${MARK}~~|(?!_)(?:${MARK}|${DENSE})__+)${DENSE}|` +
    `${DENSE_MARK}(?=(?:\\*+|~~)[^\\s*~])`,
  'gu',
);

/**
 * Whether a delimiter at the start of `source` may begin emphasis, although by the end of the text
 * before it CommonMark says that it may not: `这是**“重点”**吗`, `甲__乙__丙`. A name is no emphasis:
 * `调用__init__方法`.
 */
export function opensBeside(before: string, source: string): boolean {
  if (before < FIRST_OTHER && !/^[*_~]+[\u0e00-\uffff]/.test(source)) return false;
  const first = FIRST.exec(source);
  if (first === null) return false;
  const isTold = source.startsWith('_') || first[1] !== undefined;
  return isTold && (DENSE_END.test(before) || DENSE_CHARACTER.test(first[1] ?? ''));
}

/**
 * Returns a text of the same length in which the rules of CommonMark find the ends of emphasis
 * beside these scripts, as in `**注意：**请`: they look at the characters around a delimiter, and
 * here those that mislead are others. The rules for `*` and `~~` are those of
 * https://github.com/tats-u/markdown-cjk-friendly.
 */
export function withEndsBeside(masked: string): string {
  if (!OTHER_SCRIPT.test(masked)) return masked;
  return masked.replace(MISLEADING, (found, at: number) => {
    const isAfter = /[*_~]/.test(masked.charAt(at - 1));
    return (isAfter ? '.' : 'x').repeat(found.length);
  });
}

/** What no address holds: marks of such scripts, and quotes, brackets and stops other than ASCII. */
const AFTER_ADDRESS = new RegExp(
  `${DENSE_MARK}|(?![\\u00b7\\u2019])[^\\x00-\\x7f](?<=[\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}\\p{Po}])`,
  'u',
);
const BARE_HOST = new RegExp(`(?<=${DENSE})www\\.`, 'u');
/** What may be in an address, but is not meant to end it. */
const TRAILING = /[\p{Pd}\u00b7\u2019]+$/u;

/** Returns an address without what follows it in the same breath, as in `https://e.x/a。请看`. */
export function withoutFollowing(address: string): string {
  if (!/[\u0080-\uffff]/.test(address)) return address;
  const end = address.search(AFTER_ADDRESS);
  return (end === -1 ? address : address.slice(0, end)).replace(TRAILING, '');
}

/** Where the first `www.` begins that follows such a script without a space; -1 if none does. */
export function bareHostIn(source: string): number {
  return source.includes('www.') ? source.search(BARE_HOST) : -1;
}
