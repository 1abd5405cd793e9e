import type { Block } from '../source/blocks.ts';

/** A block on the page. */
export interface BlockView {
  readonly element: HTMLElement;
  /** Shows the block as it is now; false where it has become one this view cannot show. */
  update(block: Block): boolean;
  /** No more text comes. */
  settle?(): void;
}

/** Makes the view of a block. Handed to lists and quotations, which hold blocks themselves. */
export type CreateBlock = (block: Block) => BlockView;
