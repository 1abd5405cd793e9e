import { h } from '../../base/dom.ts';
import type { Item } from '../../protocol.ts';

/** An item that is a tool call. */
export type ToolItem = Extract<Item, { type: `${string}_call` }>;

/** What unfolds below a card's header. */
export interface Body<T extends ToolItem> {
  readonly element: HTMLElement;
  /** Appends what is new since the last update. */
  update(item: T): void;
  dispose?(): void;
}

/** A titled section of a body, hidden while it is empty. */
export function section(title: string, ...content: readonly HTMLElement[]): HTMLElement {
  return h(
    'div',
    { class: 'tool-section', hidden: true },
    h('p', { class: 'tool-title' }, title),
    ...content,
  );
}
