import type { Clock } from '../../base/time.ts';

/** The pause after a flush is this many times as long as the flush … */
const PAUSE_FACTOR = 3;
/** … but at most this many milliseconds. */
const MAX_PAUSE = 250;
/** Pauses shorter than a frame, in milliseconds, need no timer. */
const FRAME = 16;

export interface Flusher {
  /** Asks for a flush before one of the next paints. */
  request(): void;
  cancel(): void;
}

/**
 * Runs `flush` at most once per frame and leaves the page three quarters of the time: a flush that
 * took 20 ms is followed by a pause of 60 ms.
 */
export function createFlusher(clock: Clock, flush: () => void): Flusher {
  let cancel: (() => void) | null = null;
  let earliest = Number.NEGATIVE_INFINITY;

  const run = (): void => {
    cancel = null;
    const start = clock.now();
    try {
      flush();
    } finally {
      const end = clock.now();
      earliest = end + Math.min(MAX_PAUSE, PAUSE_FACTOR * (end - start));
    }
  };

  const nextFrame = (): void => {
    cancel = clock.frame(run);
  };

  return {
    request() {
      if (cancel !== null) return;
      const pause = earliest - clock.now();
      if (pause > FRAME) cancel = clock.after(pause, nextFrame);
      else nextFrame();
    },
    cancel() {
      cancel?.();
      cancel = null;
    },
  };
}
