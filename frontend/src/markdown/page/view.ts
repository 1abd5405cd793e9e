import type { Block } from '../source/blocks.ts';

/** A block on the page. */
export interface BlockView {
  readonly element: HTMLElement;
  /** Shows the block's current state; false if this view cannot show it any more. */
  update(block: Block): boolean;
  /** No more text comes. */
  settle?(): void;
}

/** Creates the view of a block. Lists and quotations, which hold blocks, are given it. */
export type CreateBlock = (block: Block) => BlockView;
