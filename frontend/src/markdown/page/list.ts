import { h } from '../../base/dom.ts';
import { t } from '../../strings/reading.ts';
import { asMarkdown, type MarkdownToken, type Tokens } from '../source/lexer.ts';
import { same } from './same.ts';
import { createSequence } from './sequence.ts';
import type { BlockView, CreateBlock } from './view.ts';

interface ItemView {
  readonly element: HTMLElement;
  update(item: Tokens.ListItem): void;
  settle(): void;
}

export function createList(ordered: boolean, createBlock: CreateBlock): BlockView {
  const element = h(ordered ? 'ol' : 'ul', { class: 'md-list' });
  let items: readonly Tokens.ListItem[] = [];
  const views: ItemView[] = [];

  return {
    element,
    update(block) {
      if (block.type !== 'list' || block.ordered !== ordered) return false;
      if (block.start === '' || block.start === 1) element.removeAttribute('start');
      else element.setAttribute('start', String(block.start));
      // Looseness can change with the last of a thousand items: one class for the list, not a
      // paragraph in each item.
      element.classList.toggle('md-tight', !block.loose);

      for (const view of views.splice(block.items.length)) view.element.remove();
      for (const [index, item] of block.items.entries()) {
        if (same(items[index], item)) continue;
        const view = views[index] ?? createItem(createBlock);
        view.update(item);
        if (views[index] !== undefined) continue;
        views.push(view);
        element.append(view.element);
      }
      items = block.items;
      return true;
    },
    settle() {
      for (const view of views) view.settle();
    },
  };
}

function createItem(createBlock: CreateBlock): ItemView {
  const element = h('li');
  const sequence = createSequence(element, createBlock);
  let checkbox: HTMLInputElement | null = null;

  return {
    element,
    update(item) {
      const checked = item.task ? (item.checked ?? null) : null;
      checkbox = updateCheckbox(element, checkbox, checked);
      sequence.update(asMarkdown(item.tokens).filter(isBlock));
    },
    settle: () => sequence.settle(),
  };
}

/** The lexer puts a check box before the paragraph or into it. Here it belongs to the item. */
function isBlock(token: MarkdownToken): boolean {
  return token.type !== 'checkbox';
}

function updateCheckbox(
  item: HTMLElement,
  old: HTMLInputElement | null,
  checked: boolean | null,
): HTMLInputElement | null {
  if (checked === null) {
    old?.remove();
    item.removeAttribute('class');
    return null;
  }
  item.className = 'md-task';
  const checkbox = old ?? h('input', { type: 'checkbox', disabled: true });
  checkbox.toggleAttribute('checked', checked);
  checkbox.setAttribute('aria-label', checked ? t.done : t.toDo);
  if (old === null) item.prepend(checkbox);
  return checkbox;
}
