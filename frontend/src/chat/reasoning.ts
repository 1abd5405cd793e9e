import './reasoning.css';
import { h, type Updatable } from '../base/dom.ts';
import { createMarkdown } from '../markdown/page/markdown.ts';
import type { Reasoning } from '../protocol.ts';
import { t } from '../strings/chat.ts';

/** The model's reasoning, folded until the reader opens it. */
export function createReasoning(first: Reasoning): Updatable<Reasoning> {
  const markdown = createMarkdown();
  const label = h('span');
  const details = h('details', { class: 'reasoning' }, h('summary', {}, label), markdown.element);
  let shown: Reasoning | null = null;

  const update = (item: Reasoning): void => {
    if (item === shown) return;
    const open = item.status === 'in_progress';
    label.textContent = open ? t.thinking : t.thoughts;
    details.classList.toggle('reasoning--open', open);
    if (item.summary !== shown?.summary) markdown.set(item.summary.join('\n\n'));
    if (!open) markdown.finish();
    details.hidden = !open && item.summary.every((part) => part === '');
    shown = item;
  };
  update(first);
  return { element: details, update, dispose: markdown.dispose };
}
