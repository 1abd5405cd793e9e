import type { Token } from 'marked';
import { h } from '../../base/dom.ts';
import { linkTo } from '../../base/links.ts';
import { decodeEntities } from '../source/entities.ts';
import { asMarkdown, type MarkdownToken, type Tokens } from '../source/lexer.ts';
import type { Mark, MarkToken } from '../source/marks.ts';
import { same } from './same.ts';

const LINE_BREAK = /^<br\s*\/?>$/i;

/** The text of a paragraph, heading or cell: all that `parent` holds. */
export interface Inline {
  /** Keeps the nodes that stay the same, and with them the reader's selection and focus. */
  update(tokens: readonly Token[]): void;
}

export function createInline(parent: Element): Inline {
  let shown: readonly InlineToken[] = [];
  return {
    update(tokens) {
      const next = visible(tokens);
      let start = 0;
      while (start < next.length && same(shown[start], next[start])) start += 1;
      if (start < next.length && extendText(parent.childNodes[start], shown[start], next[start])) {
        start += 1;
      }
      while (parent.childNodes.length > start) parent.lastChild?.remove();
      parent.append(...next.slice(start).map(inlineNode));
      shown = next;
    },
  };
}

type InlineToken = MarkdownToken | MarkToken;

/** One node per token; `update` relies on that. */
function visible(tokens: readonly Token[]): readonly InlineToken[] {
  return asMarkdown(tokens).filter((token) => token.type !== 'checkbox');
}

function extendText(
  node: Node | undefined,
  before: InlineToken | undefined,
  after: InlineToken | undefined,
): boolean {
  if (!(node instanceof Text) || before?.type !== 'text' || after?.type !== 'text') return false;
  const text = decodeEntities(after.text);
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
  return true;
}

function inlineNode(token: InlineToken): Node {
  switch (token.type) {
    case 'mark':
      return markNode(token.mark);
    case 'text':
      return new Text(decodeEntities(token.text));
    case 'escape':
      return new Text(token.text);
    case 'strong':
    case 'em':
    case 'del':
      return h(token.type, {}, ...inlineNodes(token.tokens));
    case 'codespan':
      return h('code', { class: 'md-code' }, token.text);
    case 'br':
      return h('br');
    case 'link':
      return linkNode(token);
    case 'image':
      return imageNode(token);
    case 'html':
      return LINE_BREAK.test(token.text) ? h('br') : new Text(token.text);
    default:
      return new Text(token.raw);
  }
}

function inlineNodes(tokens: readonly Token[]): Node[] {
  return visible(tokens).map(inlineNode);
}

/** The style sheet draws the number, so it is not copied or read as text. */
export function markNode({ number, label, href }: Mark): HTMLElement {
  const named = { class: 'md-mark', 'aria-label': label, 'data-mark': number };
  return href === null
    ? h('button', { ...named, type: 'button' })
    : h('a', { ...named, href, download: true });
}

function linkNode(token: Tokens.Link): Node {
  const address = token.autolink ? token.href : decodeEntities(token.href);
  return linkTo(address, inlineNodes(token.tokens), { title: decodedTitle(token) });
}

/** Never loads the image: that would tell its host who reads this, and when. */
function imageNode(token: Tokens.Image): Node {
  const alt = inlineNodes(token.tokens).map((node) => node.textContent ?? '');
  const label = `image: ${alt.join('') || 'no description'}`;
  const attributes = { class: 'md-image', title: decodedTitle(token) };
  return linkTo(decodeEntities(token.href), [label], attributes);
}

function decodedTitle(token: Tokens.Link | Tokens.Image): string | null {
  return token.title ? decodeEntities(token.title) : null;
}

/** Returns text as written, except for `<br>`. */
export function plainNodes(text: string): Node[] {
  const lines = text.split(/<br\s*\/?>/i);
  return lines.flatMap((line, index) =>
    index === 0 ? [new Text(line)] : [h('br'), new Text(line)],
  );
}
