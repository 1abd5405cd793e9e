import { type Clock, systemClock } from '../../base/time.ts';

/** Typesets TeX. Throws an error whose message says what is wrong with it. */
export type RenderFormula = (tex: string, display: boolean) => Element;

export interface Formulas {
  /** Calls back with what typesets, at once if it is loaded and there is time in this frame; never
   * if it cannot be loaded. */
  request(signal: AbortSignal, callback: (render: RenderFormula) => void): void;
}

/** Milliseconds that formulas may take at once, and then in each frame. */
const SHARE = 8;
const FRAME = 16;

/** KaTeX, fetched for the first formula. A page full of formulas is typeset in slices. */
export function createFormulas(
  clock: Clock = systemClock,
  fetchCode: () => Promise<RenderFormula> = async () =>
    (await import('./formula.ts')).renderFormula,
): Formulas {
  let render: RenderFormula | null = null;
  let isLoading = false;
  let start = Number.NEGATIVE_INFINITY;
  let waiting: (() => void)[] = [];

  const run = (): void => {
    if (clock.now() - start >= FRAME) start = clock.now();
    while (clock.now() - start < SHARE) {
      const next = waiting.shift();
      if (next === undefined) return;
      next();
    }
    if (waiting.length > 0) clock.frame(run);
  };
  const load = async (): Promise<void> => {
    if (isLoading) return;
    isLoading = true;
    try {
      render = await fetchCode();
      run();
    } catch {
      // Formulas stay as they were written; the next one tries again.
      waiting = [];
      isLoading = false;
    }
  };

  return {
    request(signal, callback) {
      waiting.push(() => {
        if (render !== null && !signal.aborted) callback(render);
      });
      if (render === null) void load();
      else if (waiting.length === 1) run();
    },
  };
}

/** Shared by the whole page. */
export const sharedFormulas = createFormulas();
