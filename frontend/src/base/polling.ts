import { type Clock, systemClock } from './time.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;
const FACTOR = 1.5;

export interface Polling {
  /** Starts, or starts again, with the shortest delay; the delays then grow. */
  start(): void;
  dispose(): void;
}

/** Runs `task` again and again until it returns false. */
export function createPolling(task: () => Promise<boolean>, clock: Clock = systemClock): Polling {
  let delay = FIRST_MS;
  let cancel: (() => void) | null = null;
  let isBusy = false;
  let isDisposed = false;

  const wait = (): void => {
    cancel?.();
    cancel = clock.after(delay, () => void run());
  };
  const run = async (): Promise<void> => {
    cancel = null;
    delay = Math.min(LONGEST_MS, delay * FACTOR);
    isBusy = true;
    const goesOn = await task();
    isBusy = false;
    if (goesOn && !isDisposed) wait();
  };

  return {
    start() {
      delay = FIRST_MS;
      if (!isBusy && !isDisposed) wait();
    },
    dispose() {
      isDisposed = true;
      cancel?.();
    },
  };
}
