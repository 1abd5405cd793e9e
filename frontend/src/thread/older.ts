import type { ItemPage } from '../protocol.ts';
import type { ThreadState } from './state.ts';

/** Adds what comes before `before`, unless that is not where the path begins any more. */
export function withOlder(
  state: ThreadState,
  before: string,
  older: Pick<ItemPage, 'items' | 'runs' | 'forks' | 'before'>,
): ThreadState {
  if (state.before !== before) return state;
  return {
    ...state,
    settled: [...older.items, ...state.settled],
    before: older.before,
    runs: new Map([...older.runs.map((run) => [run.id, run] as const), ...state.runs]),
    forks: new Map([
      ...older.forks.map((fork) => [fork.parent_id, fork.item_ids] as const),
      ...state.forks,
    ]),
  };
}
