import { h } from '../../base/dom.ts';
import type { Item } from '../../protocol.ts';

/** An item that is a call of a tool. */
export type ToolItem = Extract<Item, { type: `${string}_call` }>;

/** What unfolds under a card's header. */
export interface Body<T extends ToolItem> {
  readonly element: HTMLElement;
  /** Cheap: appends what came since the last time. */
  update(item: T): void;
  dispose?(): void;
}

/** A titled part of a body. It hides while it has nothing to show. */
export function section(title: string, ...content: readonly HTMLElement[]): HTMLElement {
  return h(
    'div',
    { class: 'tool-section', hidden: true },
    h('p', { class: 'tool-title' }, title),
    ...content,
  );
}
