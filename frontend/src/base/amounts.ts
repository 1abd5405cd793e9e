/** Amounts as readers write them. */

import { common } from '../strings/common.ts';
import { locale } from '../strings/locale.ts';

const NUMBER = new Intl.NumberFormat(locale);
const TENTHS = new Intl.NumberFormat(locale, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const SECONDS = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const FULL = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

/** Returns `1,200`. */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** Returns a number with one digit after the point: `2.0`. */
export function tenths(value: number): string {
  return TENTHS.format(value);
}

/** Returns `0.4 s`, `12 s` or `3 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 0.1) return common.underATenth;
  if (seconds < 10) return `${SECONDS.format(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Returns the date and time; `atS` is in seconds since the Unix epoch. */
export function fullTime(atS: number): string {
  return FULL.format(new Date(atS * 1000));
}
