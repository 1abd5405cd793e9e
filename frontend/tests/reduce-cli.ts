/** The page's reducer over recorded frames: what `reduce-cli.mjs` runs. */

import type { ItemPage, ServerMessage } from '../src/protocol.ts';
import { withOlder } from '../src/thread/older.ts';
import { EMPTY_STATE, itemsOf, reduce } from '../src/thread/state.ts';

/** A page of the items before an item, in place of a frame. */
interface Older extends ItemPage {
  readonly type: 'older';
  readonly to: string;
}

/** One line of JSON frames (`[{"type": "hello", …}, …]`) to one line of JSON state. */
export function reducedLine(line: string): string {
  const frames: readonly (ServerMessage | Older)[] = JSON.parse(line);
  const state = frames.reduce(
    (former, frame) =>
      frame.type === 'older' ? withOlder(former, frame.to, frame) : reduce(former, frame),
    EMPTY_STATE,
  );
  return JSON.stringify({
    thread_id: state.thread?.id ?? null,
    title: state.thread?.title ?? null,
    seq: state.seq,
    epoch: state.epoch,
    items: [...itemsOf(state)],
    runs: [...state.runs.values()],
    active_run: state.activeRun,
    forks: [null, ...[...itemsOf(state)].map((item) => item.id)].flatMap((parent_id) => {
      const item_ids = state.forks.get(parent_id);
      return item_ids === undefined ? [] : [{ parent_id, item_ids }];
    }),
    resync: state.resync,
  });
}
