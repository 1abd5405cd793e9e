/** What runs took, in words. */

import type { Cost, Run, Usage } from '../protocol.ts';
import { locale } from '../strings/locale.ts';
import { t } from '../strings/usage.ts';

/** The demo has no tokens: it counts words. */
export function tokens(count: number, upstream: string): string {
  return upstream === 'demo' ? t.words(count) : t.tokens(count);
}

/** Returns `1,200 tokens (1,000 cached)`. */
export function read({ input_tokens, cached_tokens }: Usage, upstream: string): string {
  return withPart(tokens(input_tokens, upstream), cached_tokens, t.cached);
}

/** Returns `300 tokens (120 reasoning)`. */
export function written({ output_tokens, reasoning_tokens }: Usage, upstream: string): string {
  return withPart(tokens(output_tokens, upstream), reasoning_tokens, t.reasoning);
}

/** Returns an amount with two digits that count: `€0.0038`, `$1.20`. */
export function money({ amount, currency }: Cost): string {
  const digits = amount >= 1 || amount === 0 ? 2 : Math.min(1 - Math.floor(Math.log10(amount)), 8);
  return amount.toLocaleString(locale, {
    style: 'currency',
    currency,
    maximumFractionDigits: digits,
  });
}

/** Returns which share of what the model can read a run has read last; null where that is not
 * known. */
export function contextShare({ context_tokens, context_length }: Run): number | null {
  if (context_tokens === null || context_length === null || context_length === 0) return null;
  return Math.min(context_tokens / context_length, 1);
}

/** Returns `12,000 of 128,000 tokens (9 %)`; null where it is not known how much a run has read. */
export function context(run: Run): string | null {
  const { context_tokens, context_length, upstream } = run;
  if (upstream === 'assistants') return t.keptByServer;
  if (context_tokens === null) return null;
  const share = contextShare(run);
  if (context_length === null || share === null) return tokens(context_tokens, upstream);
  const length = tokens(context_length, upstream);
  return t.share(context_tokens, length, Math.round(share * 100));
}

function withPart(whole: string, part: number, inWords: (count: number) => string): string {
  return part === 0 ? whole : `${whole} (${inWords(part)})`;
}
