/** Values as readers of this page's language write them. */

import { locale } from '../../strings/locale.ts';

const NUMBER = new Intl.NumberFormat(locale, {
  maximumFractionDigits: 6,
  maximumSignificantDigits: 12,
  // Years and the like stay in one piece: 2026, but 12,345.
  useGrouping: 'min2',
  roundingPriority: 'lessPrecision',
});

const POWER = new Intl.NumberFormat(locale, {
  notation: 'scientific',
  maximumSignificantDigits: 7,
});

/** Formats a number with a true minus sign; one of very many digits as a power of ten. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  const format = size >= 1e15 || (size < 1e-6 && size > 0) ? POWER : NUMBER;
  return format.format(value).replaceAll('-', '\u2212');
}

const DAY_MS = 86_400_000;

/** Returns how to write moments of a kind: years, months, days or times. Zones are the author's
 * affair: a date is the same everywhere. */
export function dateFormat(moments: readonly number[]): (ms: number) => string {
  const dates = moments.map((ms) => new Date(ms));
  const areDays = moments.every((ms) => ms % DAY_MS === 0);
  const areMonths = areDays && dates.every((date) => date.getUTCDate() === 1);
  const areYears = areMonths && dates.every((date) => date.getUTCMonth() === 0);
  const format = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    ...(areYears && moments.length > 1 ? {} : { month: 'short' }),
    ...(areMonths ? {} : { day: 'numeric' }),
    ...(areDays ? {} : { hour: 'numeric', minute: '2-digit' }),
    timeZone: 'UTC',
  });
  return (ms) => format.format(ms);
}

export function withUnit(label: string | null, unit: string | null): string {
  if (label === null) return unit ?? '';
  return unit === null ? label : `${label} (${unit})`;
}

const ISO =
  /^\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?$/;

/** Returns the moment of an ISO 8601 date or time in milliseconds; null for any other text. One
 * without a zone counts as UTC. */
export function isoMoment(text: string): number | null {
  if (!ISO.test(text)) return null;
  const hasZone = text.length <= 10 || /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
  const ms = Date.parse(hasZone ? text : `${text.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** Returns a moment as ISO 8601 text, which sorts as the moments do. */
export function isoText(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % 86_400_000 === 0 ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}
