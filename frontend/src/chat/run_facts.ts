import { duration, fullTime } from '../base/amounts.ts';
import type { Run } from '../protocol.ts';
import type { Fact } from '../ui/facts.ts';
import { context, money, read, tokens, written } from '../usage/words.ts';

/** Returns the facts of a run that has ended in a few words:
 * `gpt-5 · 4.2 s · 1,234 tokens · $0.012`. */
export function factsLine(run: Run): string {
  const { usage, cost } = run;
  const parts = [
    run.model,
    duration(seconds(run)),
    usage && tokens(usage.total_tokens, run.upstream),
    cost && money(cost),
  ];
  return parts.filter((part) => part).join(' · ');
}

export function runFacts(run: Run): readonly Fact[] {
  const { usage, cost, upstream } = run;
  const fullness = context(run);
  return [
    ['Time', fullTime(run.finished_at ?? run.created_at)],
    run.model ? ['Model', run.model] : null,
    ['Duration', duration(seconds(run))],
    usage && ['Read', read(usage, upstream)],
    usage && ['Written', written(usage, upstream)],
    cost && ['Cost', money(cost)],
    fullness ? ['Context', fullness] : null,
  ];
}

function seconds(run: Run): number {
  return run.active_s ?? (run.finished_at ?? run.created_at) - run.created_at;
}
