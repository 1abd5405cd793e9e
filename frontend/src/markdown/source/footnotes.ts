import type { Token } from 'marked';

/** `[^1]: text`, and what is indented below it. */
export interface FootnoteToken {
  readonly type: 'footnote';
  readonly raw: string;
  readonly label: string;
  readonly tokens: Token[];
}

/** `[^1]` in a text, where there is such a footnote. */
export interface FootnoteReference {
  readonly type: 'footnote_reference';
  readonly raw: string;
  readonly label: string;
}

/** The address of a footnote among the definitions of links, where no link leads. */
export const FOOTNOTE_ADDRESS = 'about:footnote';

const LABEL = '\\[\\^([^\\]\\[\\s^]{1,60})\\]';
const DEFINITION = new RegExp(`^ {0,3}${LABEL}:[ \\t]*`);
const REFERENCE = new RegExp(`^${LABEL}`);
/** The line itself, those that go on with its paragraph, and indented ones, also after a blank. */
const CONTENT =
  /^[^\n]*(?:\n(?! {0,3}(?:\[\^[^\]\s]+\]:|[-*+>#|]|\d{1,9}[.)]|```|~~~|<|\$\$|\\\[)|[ \t]*(?:\n|$))[^\n]+|\n(?:[ \t]*\n)*(?: {2,}|\t)[^\n]+)*\n?/;
const INDENT = /^(?: {1,4}|\t)/gm;

export function footnoteKey(label: string): string {
  // As marked writes the names of links.
  return `^${label.toLowerCase().toUpperCase().toLowerCase()}`;
}

/** Returns the label, the source and the text of the footnote that begins a text. */
export function footnoteSource(
  source: string,
): { raw: string; label: string; text: string } | null {
  const [head, label] = DEFINITION.exec(source) ?? [];
  if (head === undefined || label === undefined) return null;
  const content = CONTENT.exec(source.slice(head.length))?.[0] ?? '';
  return { raw: head + content, label, text: content.replace(INDENT, '') };
}

/** Returns the raw text and the label of the reference that begins a text. */
export function footnoteReference(source: string): FootnoteReference | null {
  const [raw, label] = REFERENCE.exec(source) ?? [];
  if (raw === undefined || label === undefined) return null;
  return { type: 'footnote_reference', raw, label };
}

/** Where a footnote interrupts a paragraph; undefined if none does. */
export function footnoteStart(source: string): number | undefined {
  const blank = source.search(/\n[ \t]*\n/);
  const paragraph = blank === -1 ? source : source.slice(0, blank);
  const start = paragraph.search(/\n {0,3}\[\^[^\]\s]+\]:/);
  return start === -1 ? undefined : start + 1;
}
