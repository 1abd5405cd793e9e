import type { Block } from '../source/blocks.ts';
import { same } from './same.ts';
import type { BlockView, CreateBlock } from './view.ts';

/** The blocks that a message, a quotation or a list item ends with. */
export interface Sequence {
  /** Replaces the blocks from index `from` on. */
  update(blocks: readonly Block[], from?: number): void;
  /** No more text comes. */
  settle(): void;
}

interface Shown {
  readonly block: Block;
  readonly view: BlockView;
}

export function createSequence(parent: HTMLElement, createBlock: CreateBlock): Sequence {
  let shown: Shown[] = [];

  /** Shows `block` in place of `old`, in the same view if possible. */
  const replace = (old: Shown | undefined, block: Block, before: Node | null): Shown => {
    if (old?.view.update(block)) return { block, view: old.view };
    const view = createBlock(block);
    if (old === undefined) parent.insertBefore(view.element, before);
    else old.view.element.replaceWith(view.element);
    return { block, view };
  };

  return {
    update(blocks, from = 0) {
      const next = blocks.filter((block) => block.type !== 'space' && block.type !== 'def');
      let start = 0;
      while (start < next.length && same(shown[from + start]?.block, next[start])) start += 1;
      let end = 0;
      const rest = Math.min(next.length, shown.length - from) - start;
      while (end < rest && same(shown.at(-1 - end)?.block, next.at(-1 - end))) end += 1;

      const middle = shown.slice(from + start, shown.length - end);
      const kept = shown.slice(shown.length - end);
      const before = kept[0]?.view.element ?? null;
      const replaced = next
        .slice(start, next.length - end)
        .map((block, index) => replace(middle[index], block, before));
      for (const { view } of middle.slice(replaced.length)) view.element.remove();
      shown = [...shown.slice(0, from + start), ...replaced, ...kept];
    },
    settle() {
      for (const { view } of shown) view.settle?.();
    },
  };
}
