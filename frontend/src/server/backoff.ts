const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const RESTART_MS = 250;

/** How long to wait before the next try: doubling, and spread so that pages do not come at once. */
export function backoffMs(failures: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(failures - 1, 0));
  return ceiling * (0.5 + random() / 2);
}

/** The server said that it restarts: it will be back soon, and everybody comes. */
export function restartMs(random: () => number): number {
  return RESTART_MS * (1 + random());
}
