/** A thread as turns: a question, its answer, and how the last run of it ended. */

import type { Item, Run, RunStatus, UserMessage } from '../protocol.ts';
import { type Branch, branchAfter, branchOf, type Forks } from './branches.ts';
import { textOf } from './content.ts';

export type Turn = readonly Item[];

/** The end of an answer. */
export interface AnswerEnd {
  /** What was asked; null for an answer to nothing. */
  readonly question: UserMessage | null;
  /** Empty if the run said nothing. */
  readonly items: readonly Item[];
  /** Null if the run is not known. */
  readonly run: Run | null;
  /** The other answers to the question. */
  readonly branches: readonly Branch[];
}

/** Returns the last run that continued from an item, or else the run that produced it. */
export type LastRun = (item: Item) => Run | null;

const ENDED: ReadonlySet<RunStatus> = new Set([
  'completed',
  'incomplete',
  'failed',
  'cancelled',
  'expired',
]);

/** Yields each user message with what follows it. What precedes the first is a turn too. */
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
 * Returns null while a run is active on the turn, and if there never was one. `isLast`: the path
 * ends with this turn.
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
  const question = turn.find((item) => item.type === 'user_message') ?? null;
  return { question, items, run, branches: branches.filter((branch) => branch !== null) };
}

/** Returns an answer's Markdown. */
export function answerText(items: readonly Item[]): string {
  return items
    .flatMap((item) => (item.type === 'assistant_message' ? [textOf(item)] : []))
    .filter((text) => text !== '')
    .join('\n\n');
}
