/** What stands in a transcript, in order: items, how their runs ended, and what waits to be sent. */

import type { OutboxEntry } from '../../outbox.ts';
import type { Item, Run } from '../../protocol.ts';
import type { ThreadState } from '../../state.ts';

export type Entry =
  | { readonly kind: 'item'; readonly key: string; readonly item: Item }
  | {
      readonly kind: 'run_end';
      readonly key: string;
      readonly run: Run;
      /** The message that can be asked again: of the last run only. */
      readonly question: string | null;
    }
  | { readonly kind: 'pending'; readonly key: string; readonly message: OutboxEntry };

export interface Entries {
  /** The same array as long as nothing in it changes. */
  readonly past: readonly Entry[];
  readonly live: readonly Entry[];
}

/** Remembers the past, so that a frame costs what is live. */
export function createEntries(): (state: ThreadState, outbox: readonly OutboxEntry[]) => Entries {
  let settled: readonly Item[] = [];
  let runs: ReadonlyMap<string, Run> = new Map();
  let past: readonly Entry[] = [];
  return (state, outbox) => {
    if (state.settled !== settled || state.runs !== runs) {
      settled = state.settled;
      runs = state.runs;
      past = [...itemEntries(settled, runs, false)];
    }
    return {
      past,
      live: [
        ...itemEntries(state.live, state.runs, state.activeRun === null && outbox.length === 0),
        ...outbox.map((message): Entry => ({ kind: 'pending', key: message.id, message })),
      ],
    };
  };
}

function* itemEntries(
  items: readonly Item[],
  runs: ReadonlyMap<string, Run>,
  isLatest: boolean,
): Generator<Entry> {
  for (const [index, item] of items.entries()) {
    yield { kind: 'item', key: item.id, item };
    if (item.run_id === null || items[index + 1]?.run_id === item.run_id) continue;
    const run = runs.get(item.run_id);
    if (run === undefined || !isWorthSaying(run)) continue;
    const question = isLatest && index === items.length - 1 ? questionOf(items, run) : null;
    yield { kind: 'run_end', key: run.id, run, question };
  }
}

function isWorthSaying(run: Run): boolean {
  return (
    run.status === 'failed' ||
    run.status === 'expired' ||
    run.status === 'cancelled' ||
    run.status === 'incomplete'
  );
}

function questionOf(items: readonly Item[], run: Run): string | null {
  if (run.status === 'incomplete') return null;
  const message = items.find((item) => item.type === 'user_message');
  return message?.run_id === run.id ? message.text : null;
}
