/** Amounts as readers write them. */

const NUMBER = new Intl.NumberFormat();
const SECONDS = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const FULL = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? one : many}`;
}

/** Returns `0.4 s`, `12 s` or `3 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 0.1) return 'under 0.1 s';
  if (seconds < 10) return `${SECONDS.format(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Returns the date and time; `atS` is in seconds since the Unix epoch. */
export function fullTime(atS: number): string {
  return FULL.format(new Date(atS * 1000));
}
