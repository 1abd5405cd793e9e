/** The words of an answer without the page's own: how it begins, for a screen reader, or all of it, to be
 * read aloud. */

import { t } from '../strings/chat.ts';
import { common } from '../strings/common.ts';

/** Enough to know what the answer is about; the rest is read in the transcript. */
const MOST = 240;

const UNSPOKEN =
  'button:not(:has(img)), svg, annotation, .sources, .visually-hidden, [aria-hidden="true"], [hidden]';
const ADDRESS = /(?:https?:\/\/|www\.)[^\s)>\]]+/g;
const SENTENCES = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const BLOCK = /^(?:P|LI|H[1-6]|PRE|T[DHR]|BR|DIV|BLOCKQUOTE|FIGURE|SUMMARY)$/;

/** Returns the first sentences of what an element shows; empty without words, and while the words that
 * it shows are too few and more may come. */
export function beginningOf(element: Element, isWhole: boolean): string {
  const words = wordsOf(element).replace(/\s+/g, ' ').trim();
  if (words.length <= MOST) return isWhole ? words : '';
  const cut = words.slice(0, MOST);
  // A sentence may end with a letter of any script.
  const end = Math.max(
    ...['. ', '? ', '! ', '。', '؟ ', '। '].map((mark) => cut.lastIndexOf(mark)),
  );
  return end > MOST / 3 ? cut.slice(0, end + 1) : `${cut.slice(0, cut.lastIndexOf(' '))}…`;
}

/** Returns what an element shows as sentences to be read aloud. Of code it is only said that it is
 * there, and addresses are no words. */
export function sentencesOf(element: Element): readonly string[] {
  const sentences: string[] = [];
  let words = '';
  const end = (): void => {
    const text = words.replace(ADDRESS, common.link).replace(/\s+/g, ' ').trim();
    for (const { segment } of SENTENCES.segment(text)) {
      if (/[\p{L}\p{N}]/u.test(segment)) sentences.push(segment.trim());
    }
    words = '';
  };
  const visit = (node: Node): void => {
    if (node instanceof Text) words += node.data;
    if (!(node instanceof Element) || node.matches(UNSPOKEN)) return;
    const isCode = node.matches('.md-code-block');
    const isBlock = isCode || BLOCK.test(node.tagName);
    if (isBlock) end();
    if (isCode) words = t.spoken.code;
    else if (node instanceof HTMLImageElement) words += t.spoken.picture(node.alt);
    else for (const child of node.childNodes) visit(child);
    if (isBlock) end();
  };
  visit(element);
  end();
  return sentences;
}

function wordsOf(element: Element): string {
  const walker = document.createTreeWalker(
    element,
    NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
    (node) =>
      node instanceof Element && node.matches(UNSPOKEN)
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
  );
  let words = '';
  while (words.length <= 2 * MOST && walker.nextNode() !== null) {
    const node = walker.currentNode;
    if (node instanceof HTMLImageElement) words += t.spoken.picture(node.alt);
    else if (node instanceof Element) words += BLOCK.test(node.tagName) ? ' ' : '';
    else words += node.textContent;
  }
  return words;
}
