const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const RESTART_MS = 250;

/** Returns how long to wait before the next attempt: it doubles, with jitter, so that pages do not
 * all come at once. */
export function backoffMs(failures: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(failures - 1, 0));
  return ceiling * (0.5 + random() / 2);
}

/** Returns how long to wait for a server that said it is restarting: briefly, with jitter. */
export function restartMs(random: () => number): number {
  return RESTART_MS * (1 + random());
}
