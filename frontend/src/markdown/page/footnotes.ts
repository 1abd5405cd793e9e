import './footnotes.css';
import { h, listen } from '../../base/dom.ts';
import { t } from '../../strings/reading.ts';
import { asMarkdown } from '../source/lexer.ts';
import { createSequence } from './sequence.ts';
import type { BlockView, CreateBlock } from './view.ts';

/** The raised label in a text; a click leads to the footnote. */
export function footnoteReference(label: string): HTMLElement {
  return h(
    'button',
    { class: 'md-note', type: 'button', 'data-note': label, 'aria-label': t.footnote(label) },
    label,
  );
}

/**
 *     div.md-footnote
 *       button    back to the text
 *       div       what it says
 */
export function createFootnote(createBlock: CreateBlock): BlockView {
  const back = h('button', { class: 'md-note', type: 'button' });
  const body = h('div');
  const element = h('div', { class: 'md-footnote', role: 'note', tabindex: -1 }, back, body);
  const sequence = createSequence(body, createBlock);
  return {
    element,
    update(block) {
      if (block.type !== 'footnote') return false;
      const { label } = block;
      element.dataset['footnote'] = label;
      back.textContent = label;
      back.setAttribute('aria-label', t.footnoteBack(label));
      sequence.update(asMarkdown(block.tokens));
      return true;
    },
    settle: () => sequence.settle(),
  };
}

/** Leads from labels in a message to its footnotes, and back. */
export function followFootnotes(message: HTMLElement): void {
  listen(message, 'click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('.md-note') : null;
    if (button === null) return;
    const label = button.getAttribute('data-note');
    const target =
      label === null
        ? find(message, '.md-note', 'note', button.textContent)
        : find(message, '.md-footnote', 'footnote', label);
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: 'nearest' });
  });
}

function find(
  message: HTMLElement,
  selector: string,
  key: string,
  label: string | null,
): HTMLElement | undefined {
  return [...message.querySelectorAll<HTMLElement>(selector)].find(
    (element) => element.dataset[key]?.toLowerCase() === label?.toLowerCase(),
  );
}
