import './details.css';
import { h } from '../../base/dom.ts';
import { asMarkdown } from '../source/lexer.ts';
import { createInline } from './inline.ts';
import { createSequence } from './sequence.ts';
import type { BlockView, CreateBlock, PageContext } from './view.ts';

/** Blocks below a summary, folded until the reader opens them. */
export function createDetails(context: PageContext, createBlock: CreateBlock): BlockView {
  const summary = h('summary');
  const body = h('div', { class: 'md-details-body' });
  const element = h('details', { class: 'md-details' }, summary, body);
  const line = createInline(summary, context);
  const sequence = createSequence(body, createBlock);
  let isFirst = true;
  return {
    element,
    update(block) {
      if (block.type !== 'details') return false;
      if (isFirst) element.open = block.open;
      isFirst = false;
      line.update(block.summary);
      sequence.update(asMarkdown(block.tokens));
      return true;
    },
    settle: () => sequence.settle(),
  };
}
