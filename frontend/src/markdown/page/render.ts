import { h } from '../../base/dom.ts';
import type { Block } from '../source/blocks.ts';
import { asMarkdown, type Tokens } from '../source/lexer.ts';
import { ownMarks } from '../source/marks.ts';
import { createCode } from './code.ts';
import { createDetails } from './details.ts';
import { createFootnote } from './footnotes.ts';
import { createInline, plainNodes } from './inline.ts';
import { createList } from './list.ts';
import { markNode } from './mark.ts';
import { createMathBlock } from './math.ts';
import { createSequence } from './sequence.ts';
import { createTable } from './table.ts';
import type { BlockView, CreateBlock, PageContext } from './view.ts';

/** Returns what turns the blocks of one message into views. */
export function blockRenderer(context: PageContext): CreateBlock {
  const createBlock: CreateBlock = (block) => {
    const view = viewFor(block, context, createBlock);
    view.update(block);
    return view;
  };
  return createBlock;
}

function viewFor(block: Block, context: PageContext, createBlock: CreateBlock): BlockView {
  switch (block.type) {
    case 'code':
      return createCode(context);
    case 'list':
      return createList(block.ordered, createBlock);
    case 'table':
      return createTable(context);
    case 'blockquote':
      return createQuote(createBlock);
    case 'heading':
      return createHeading(block, context);
    case 'math':
      return createMathBlock(context);
    case 'details':
      return createDetails(context, createBlock);
    case 'footnote':
      return createFootnote(createBlock);
    case 'hr':
      return { element: h('hr'), update: (next) => next.type === 'hr' };
    case 'paragraph':
    case 'text':
      return createParagraph(context);
    default:
      return createPlain(block.type);
  }
}

/** Items of a tight list hold `text`, those of a loose one `paragraph`. Both become paragraphs; the
 * list's class sets the distance. */
function createParagraph(context: PageContext): BlockView {
  const element = h('p');
  const inline = createInline(element, context);
  return {
    element,
    update(block) {
      if (block.type !== 'paragraph' && block.type !== 'text') return false;
      inline.update(block.tokens ?? [{ type: 'text', raw: block.raw, text: block.text }]);
      return true;
    },
  };
}

/** A heading inside a quotation or list is not part of the page's outline, so it gets no level. */
function createHeading(first: Tokens.Heading, context: PageContext): BlockView {
  const level = levelOf(first);
  const element = level === null ? h('p') : document.createElement(`h${level}`);
  const inline = createInline(element, context);
  return {
    element,
    update(block) {
      if (block.type !== 'heading' || levelOf(block) !== level) return false;
      element.className = `md-heading md-heading-${block.depth}`;
      inline.update(block.tokens);
      return true;
    },
  };
}

function levelOf(heading: Tokens.Heading): number | null {
  return 'level' in heading && typeof heading.level === 'number' ? heading.level : null;
}

function createQuote(createBlock: CreateBlock): BlockView {
  const element = h('blockquote', { class: 'md-quote' });
  const sequence = createSequence(element, createBlock);
  return {
    element,
    update(block) {
      if (block.type !== 'blockquote') return false;
      sequence.update(asMarkdown(block.tokens));
      return true;
    },
    settle: () => sequence.settle(),
  };
}

/** Raw HTML, shown as it was written. */
function createPlain(type: Block['type']): BlockView {
  const element = h('p', { class: 'md-plain' });
  return {
    element,
    update(block) {
      if (block.type !== type) return false;
      const next = block.raw.trimEnd();
      element.replaceChildren(...plainNodes(next), ...ownMarks(block).map(markNode));
      return true;
    },
  };
}
