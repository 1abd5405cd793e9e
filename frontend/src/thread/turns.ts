/** A thread as turns: what was asked, what was answered, and how the run ended that answered last. */

import type { Item, Run, RunStatus } from '../protocol.ts';
import { type Branch, branchAfter, branchOf, type Forks } from './branches.ts';

export type Turn = readonly Item[];

/** The end of an answer. */
export interface AnswerEnd {
  /** None where the run said nothing. */
  readonly items: readonly Item[];
  /** Null for an answer whose run is not known. */
  readonly run: Run | null;
  /** The other answers to the question. */
  readonly branches: readonly Branch[];
}

/** The run that went on last from an item, else the one that it is of. */
export type LastRun = (item: Item) => Run | null;

const ENDED: ReadonlySet<RunStatus> = new Set([
  'completed',
  'incomplete',
  'failed',
  'cancelled',
  'expired',
]);

/** Each user message with what follows it; what stands before the first is a turn as well. */
export function* turnsOf(items: readonly Item[]): Generator<Turn> {
  let start = 0;
  for (const [index, item] of items.entries()) {
    if (item.type !== 'user_message' || index === start) continue;
    yield items.slice(start, index);
    start = index;
  }
  if (start < items.length) yield items.slice(start);
}

export function lastRunOf(runs: ReadonlyMap<string, Run>): LastRun {
  const byParent = new Map<string, Run>();
  for (const run of runs.values()) if (run.parent_id !== null) byParent.set(run.parent_id, run);
  return (item) => byParent.get(item.id) ?? runs.get(item.run_id ?? '') ?? null;
}

/**
 * Null while a run is at work on the turn, and where none ever was. `isLast`: the path ends with
 * this turn.
 */
export function answerEnd(
  turn: Turn,
  lastRun: LastRun,
  forks: Forks,
  isLast: boolean,
): AnswerEnd | null {
  const last = turn.at(-1);
  if (last === undefined) return null;
  const run = lastRun(last);
  if (run !== null && !ENDED.has(run.status)) return null;
  const items = turn.filter((item) => item.type !== 'user_message');
  if (items.length === 0 && run === null) return null;
  const branches = items.map((item) => branchOf(forks, item));
  if (isLast) branches.push(branchAfter(forks, last.id));
  return { items, run, branches: branches.filter((branch) => branch !== null) };
}

/** The markdown of an answer. */
export function answerText(items: readonly Item[]): string {
  return items
    .flatMap((item) => (item.type === 'assistant_message' ? [item.text || item.refusal || ''] : []))
    .filter((text) => text !== '')
    .join('\n\n');
}
