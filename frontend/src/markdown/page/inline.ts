import type { Token } from 'marked';
import { h } from '../../base/dom.ts';
import { linkTo } from '../../base/links.ts';
import { hasStack, textNodes } from '../../base/stacks.ts';
import { t } from '../../strings/reading.ts';
import { decodeEntities } from '../source/entities.ts';
import type { Tokens } from '../source/lexer.ts';
import { footnoteReference } from './footnotes.ts';
import { markNode } from './mark.ts';
import { mathNode } from './math.ts';
import { same } from './same.ts';
import { type InlineToken, withElements } from './tags.ts';
import type { PageContext } from './view.ts';

const LINE_BREAK = /^<br\s*\/?>$/i;

/** The text of a paragraph, heading or cell: all that `parent` holds. */
export interface Inline {
  /** Keeps the nodes that stay the same, and with them the reader's selection and focus. */
  update(tokens: readonly Token[]): void;
}

export function createInline(parent: Element, context: PageContext): Inline {
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
      parent.append(...next.slice(start).map((token) => inlineNode(token, context)));
      shown = next;
    },
  };
}

/** One node per token; `update` relies on that. */
function visible(tokens: readonly Token[]): readonly InlineToken[] {
  return withElements(tokens.filter((token) => token.type !== 'checkbox'));
}

function extendText(
  node: Node | undefined,
  before: InlineToken | undefined,
  after: InlineToken | undefined,
): boolean {
  if (!(node instanceof Text) || before?.type !== 'text' || after?.type !== 'text') return false;
  const text = decodeEntities(after.text);
  if (hasStack(text)) return false;
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
  return true;
}

function inlineNode(token: InlineToken, context: PageContext): Node {
  switch (token.type) {
    case 'mark':
      return markNode(token.mark);
    case 'text':
      return textNode(decodeEntities(token.text));
    case 'escape':
      return new Text(token.text);
    case 'strong':
    case 'em':
    case 'del':
      return h(token.type, {}, ...inlineNodes(token.tokens, context));
    case 'codespan':
      return h('code', { class: 'md-code', dir: 'ltr' }, ...textNodes(token.text));
    case 'br':
      return h('br');
    case 'link':
      return linkNode(token, context);
    case 'image':
      return imageNode(token, context);
    case 'math':
      return mathNode(token, context);
    case 'element':
      return h(token.tag, {}, ...token.tokens.map((inner) => inlineNode(inner, context)));
    case 'footnote_reference':
      return footnoteReference(token.label);
    case 'html':
      return LINE_BREAK.test(token.text) ? h('br') : new Text(token.text);
    default:
      return new Text(token.raw);
  }
}

/** One node, whatever is in the text. */
function textNode(text: string): Node {
  return hasStack(text) ? h('span', {}, ...textNodes(text)) : new Text(text);
}

function inlineNodes(tokens: readonly Token[], context: PageContext): Node[] {
  return visible(tokens).map((token) => inlineNode(token, context));
}

function linkNode(token: Tokens.Link, context: PageContext): Node {
  const address = token.autolink ? token.href : decodeEntities(token.href);
  // An address is written from left to right, and says nothing of the words around it.
  const dir = token.autolink ? 'ltr' : null;
  return linkTo(address, inlineNodes(token.tokens, context), { title: decodedTitle(token), dir });
}

/** Never loads the image: that would tell its host who reads this, and when. */
function imageNode(token: Tokens.Image, context: PageContext): Node {
  const alt = inlineNodes(token.tokens, context).map((node) => node.textContent ?? '');
  const label = t.picture(alt.join(''));
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
