import type { Token } from 'marked';
import { asMarkdown, type MarkdownToken } from '../source/lexer.ts';
import type { MarkToken } from '../source/marks.ts';

/** The elements that an answer may write as HTML, without attributes. */
export type Tag = 'sub' | 'sup' | 'kbd' | 'mark';

/** What is between the tags of such an element. */
export interface ElementToken {
  readonly type: 'element';
  readonly tag: Tag;
  readonly tokens: readonly InlineToken[];
}

export type InlineToken = MarkdownToken | MarkToken | ElementToken;

const TAG = /^<(\/?)(sub|sup|kbd|mark)\s*>$/i;
const MAX_OPEN = 8;

interface Open {
  readonly tag: Tag;
  readonly opening: MarkdownToken;
  readonly tokens: InlineToken[];
}

/** Puts what is between an opening and a closing tag into an element. A tag without the other stays
 * text, as do all other tags. */
export function withElements(tokens: readonly Token[]): readonly InlineToken[] {
  const all = asMarkdown(tokens);
  if (!all.some((token) => token.type === 'html' && TAG.test(token.text))) return all;
  const result: InlineToken[] = [];
  const open: Open[] = [];
  const inner = (): InlineToken[] => open.at(-1)?.tokens ?? result;
  /** The last opening tag has no end. */
  const giveUp = (): void => {
    const last = open.pop();
    if (last !== undefined) inner().push(last.opening, ...last.tokens);
  };
  for (const token of all) {
    const [, slash, name] = (token.type === 'html' && TAG.exec(token.text)) || [];
    const tag = name?.toLowerCase() as Tag | undefined;
    if (tag === undefined) inner().push(token);
    else if (slash === '' && open.length < MAX_OPEN) open.push({ tag, opening: token, tokens: [] });
    else if (slash === '' || !open.some((one) => one.tag === tag)) inner().push(token);
    else {
      while (open.at(-1)?.tag !== tag) giveUp();
      const element: ElementToken = { type: 'element', tag, tokens: open.pop()?.tokens ?? [] };
      inner().push(element);
    }
  }
  while (open.length > 0) giveUp();
  return result;
}
