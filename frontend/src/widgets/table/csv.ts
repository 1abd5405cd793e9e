import { withUnit } from '../shared/format.ts';
import type { Cell, Table } from './data.ts';

/** The rows as CSV (RFC 4180) that spreadsheets open: with a byte order mark, and with an apostrophe
 * before a text that they would take for a formula. */
export function toCsv({ columns }: Table, rows: Table['rows']): string {
  const names = columns.map(({ label, unit }) => withUnit(label, unit));
  return `\u{feff}${[names, ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

function field(value: Cell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
