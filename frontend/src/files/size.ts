import { tenths } from '../base/amounts.ts';
import { t } from '../strings/reading.ts';

const UNITS = ['KB', 'MB', 'GB'] as const;

/** Returns a number of bytes in words, in powers of 1,024: `1023 bytes`, `1.2 MB`, `50 MB`. */
export function sizeLabel(bytes: number): string {
  if (bytes < 1_024) return t.bytes(bytes);
  let value = bytes / 1_024;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${value < 9.95 ? tenths(value) : Math.round(value)} ${UNITS[unit]}`;
}
