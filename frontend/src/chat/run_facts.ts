import { duration, fullTime } from '../base/amounts.ts';
import type { Run } from '../protocol.ts';
import { t } from '../strings/usage.ts';
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
    [t.facts.time, fullTime(run.finished_at ?? run.created_at)],
    run.model ? [t.facts.model, run.model] : null,
    [t.facts.duration, duration(seconds(run))],
    usage && [t.facts.read, read(usage, upstream)],
    usage && [t.facts.written, written(usage, upstream)],
    cost && [t.facts.cost, money(cost)],
    fullness ? [t.facts.context, fullness] : null,
  ];
}

function seconds(run: Run): number {
  return run.active_s ?? (run.finished_at ?? run.created_at) - run.created_at;
}
