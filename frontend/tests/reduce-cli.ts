/** The page's reducer over recorded frames: what `reduce-cli.mjs` runs. */

import type { ServerMessage } from '../src/protocol.ts';
import { EMPTY_STATE, itemsOf, reduce } from '../src/thread/state.ts';

/** One line of JSON frames (`[{"type": "hello", …}, …]`) to one line of JSON state. */
export function reducedLine(line: string): string {
  const frames: readonly ServerMessage[] = JSON.parse(line);
  const state = frames.reduce(reduce, EMPTY_STATE);
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
