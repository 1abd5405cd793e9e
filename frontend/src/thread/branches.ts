/** The other branches of a thread, computed from its forks. */

import type { Item } from '../protocol.ts';

/** One of the branches that begin at a place. */
export interface Branch {
  /** The item after which the branches part; null is the beginning. The same for all of them. */
  readonly placeId: string | null;
  /** Counted from 1. */
  readonly number: number;
  readonly count: number;
  /** The first item of the branch to switch to. */
  readonly previousId: string | null;
  readonly nextId: string | null;
}

/** All children, oldest first, of each place that has children off the path. */
export type Forks = ReadonlyMap<string | null, readonly string[]>;

/** Returns which of its siblings an item on the path is; null if it has none. */
export function branchOf(forks: Forks, item: Pick<Item, 'id' | 'parent_id'>): Branch | null {
  const siblings = forks.get(item.parent_id);
  if (siblings === undefined) return null;
  const index = siblings.indexOf(item.id);
  return index < 0 ? null : branchAt(item.parent_id, siblings, index);
}

/** Returns the branch after the path's last item that has no item yet: it counts as the last. */
export function branchAfter(forks: Forks, headId: string): Branch | null {
  const children = forks.get(headId);
  return children === undefined ? null : branchAt(headId, children, children.length);
}

function branchAt(
  placeId: string | null,
  siblings: readonly string[],
  index: number,
): Branch | null {
  const count = Math.max(siblings.length, index + 1);
  if (count < 2) return null;
  return {
    placeId,
    number: index + 1,
    count,
    previousId: siblings[index - 1] ?? null,
    nextId: siblings[index + 1] ?? null,
  };
}
