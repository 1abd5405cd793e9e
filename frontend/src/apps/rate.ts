import type { Clock } from '../base/time.ts';

/** Tells a flood from busy traffic: a bucket of `burst` that fills by `perSecond`. */
export function createRate(
  clock: Clock,
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
): { take(): boolean } {
  let left = burst;
  let at = clock.now();
  return {
    take() {
      const now = clock.now();
      left = Math.min(burst, left + ((now - at) / 1_000) * perSecond);
      at = now;
      left -= 1;
      return left >= 0;
    },
  };
}
