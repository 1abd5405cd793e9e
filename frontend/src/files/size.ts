const UNITS = ['KB', 'MB', 'GB'] as const;

/** Returns a number of bytes in words, in powers of 1,024: `1023 bytes`, `1.2 MB`, `50 MB`. */
export function sizeLabel(bytes: number): string {
  if (bytes < 1_024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes / 1_024;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
