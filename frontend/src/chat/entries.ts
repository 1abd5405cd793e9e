/** The entries of a transcript, in order: items, calls that follow one another as one, ends of answers, how far
 * a run is, and messages to be sent. */

import type { Item } from '../protocol.ts';
import { type Branch, branchOf } from '../thread/branches.ts';
import type { OutboxEntry } from '../thread/outbox.ts';
import type { ThreadState } from '../thread/state.ts';
import { type AnswerEnd, answerEnd, type LastRun, lastRunOf, turnsOf } from '../thread/turns.ts';
import type { PlacedCall } from '../tool_call/call_group.ts';
import { isToolItem, type ToolItem } from '../tool_call/tool_call.ts';
import { withAllowedCalls } from './allowed_calls.ts';
import { progressLabel } from './run_progress.ts';

export interface ItemEntry {
  readonly kind: 'item';
  readonly key: string;
  readonly item: Exclude<Item, ToolItem>;
  /** For a user message: which of its versions this is. */
  readonly branch: Branch | null;
  /** Nothing can be changed now. */
  readonly isBusy: boolean;
}

export interface AnswerEndEntry {
  readonly kind: 'answer_end';
  readonly key: string;
  readonly end: AnswerEnd;
  /** Only the last answer can be run again. */
  readonly isLatest: boolean;
  readonly isBusy: boolean;
  /** Several assistants have answered here, so each answer says whose it is. */
  readonly isNamed: boolean;
}

/** Calls that follow one another. */
export interface CallsEntry {
  readonly kind: 'calls';
  readonly key: string;
  readonly calls: readonly PlacedCall[];
}

export interface ProgressEntry {
  readonly kind: 'progress';
  readonly key: string;
  readonly label: string;
}

export interface PendingEntry {
  readonly kind: 'pending';
  readonly key: string;
  readonly message: OutboxEntry;
}

export type Entry = ItemEntry | CallsEntry | AnswerEndEntry | ProgressEntry | PendingEntry;

export interface Entries {
  /** The same array until something in it changes. */
  readonly past: readonly Entry[];
  readonly live: readonly Entry[];
}

/** What entries depend on, besides the items. */
interface Surroundings extends Pick<ThreadState, 'runs' | 'forks'> {
  readonly lastRun: LastRun;
  readonly isNamed: boolean;
  readonly isBusy: boolean;
}

/** Remembers the past entries, so that a frame costs only the live ones. */
export function createEntries(): (
  state: ThreadState,
  outbox: readonly OutboxEntry[],
  isBusy: boolean,
  isStopping: boolean,
) => Entries {
  let around: Surroundings | null = null;
  let settled: readonly Item[] = [];
  let past: readonly Entry[] = [];

  const pastOf = (items: readonly Item[], next: Surroundings): readonly Entry[] => {
    if (items === settled && next === around) return past;
    settled = items;
    past = [...turnsOf(items)].flatMap((turn) => turnEntries(turn, next, false));
    return past;
  };

  return (state, outbox, isBusy, isStopping) => {
    const { runs, forks } = state;
    const isSame = around?.runs === runs && around.forks === forks && around.isBusy === isBusy;
    const next =
      isSame && around
        ? around
        : { runs, forks, isBusy, isNamed: isNamed(runs), lastRun: lastRunOf(runs) };
    const { before, live } = withoutEdited(state, outbox);
    const label = progressLabel(state, isStopping);
    const progress: ProgressEntry[] =
      label === null ? [] : [{ kind: 'progress', key: 'progress', label }];
    const entries = {
      past: pastOf(before, next),
      live: [
        ...turnEntries(live, next, true),
        ...progress,
        ...outbox.map((message): Entry => ({ kind: 'pending', key: message.id, message })),
      ],
    };
    around = next;
    return entries;
  };
}

function isNamed(runs: ThreadState['runs']): boolean {
  const ids = [...runs.values()].map((run) => run.assistant_id).filter((id) => id !== null);
  return new Set(ids).size > 1;
}

/** The message that replaces one is shown in its place, and what followed is hidden. */
function withoutEdited({ settled, live }: ThreadState, outbox: readonly OutboxEntry[]) {
  const edited = outbox.find((message) => message.edits !== null)?.edits ?? null;
  if (edited === null) return { before: settled, live };
  const index = settled.findIndex((item) => item.id === edited);
  if (index >= 0) return { before: settled.slice(0, index), live: [] };
  return { before: settled, live: live[0]?.id === edited ? [] : live };
}

function turnEntries(
  turn: readonly Item[],
  { forks, lastRun, isBusy, isNamed }: Surroundings,
  isLatest: boolean,
): Entry[] {
  const entries: Entry[] = [];
  let calls: PlacedCall[] = [];
  for (const { key, item } of withAllowedCalls(turn)) {
    if (isToolItem(item)) {
      if (calls.length === 0) entries.push({ kind: 'calls', key, calls });
      calls.push({ key, item });
    } else {
      calls = [];
      const branch = item.type === 'user_message' ? branchOf(forks, item) : null;
      entries.push({ kind: 'item', key, item, branch, isBusy });
    }
  }
  const end = answerEnd(turn, lastRun, forks, isLatest);
  if (end !== null) {
    const key = `end ${end.run?.id ?? turn[0]?.id}`;
    entries.push({ kind: 'answer_end', key, end, isLatest, isBusy, isNamed });
  }
  return entries;
}
