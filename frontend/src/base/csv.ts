/** Rows as CSV (RFC 4180) that spreadsheets open: with a byte order mark, and with an apostrophe
 * before a text that they would take for a formula. */
export function toCsv(rows: readonly (readonly CsvCell[])[]): string {
  return `\u{feff}${rows.map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

export type CsvCell = string | number | boolean | null;

function field(value: CsvCell): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return quoted(safe, /[",\r\n]/);
}

/** Rows as text that is pasted into the cells of a spreadsheet. */
export function toTabs(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map((text) => quoted(text, /["\t\r\n]/)).join('\t')).join('\n');
}

function quoted(text: string, special: RegExp): string {
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
