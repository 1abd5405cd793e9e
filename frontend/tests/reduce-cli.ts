/** The page's reducer over recorded frames: what `reduce-cli.mjs` runs. */

import type { ServerMessage } from '../src/protocol.ts';
import { EMPTY_STATE, itemsOf, reduce } from '../src/state.ts';

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
    resync: state.resync,
  });
}
