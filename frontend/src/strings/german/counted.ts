// Nothing that the page loads may be imported here but types: the page waits for this table.
const NUMBER = new Intl.NumberFormat(document.documentElement.lang || 'de');
const PLURAL = new Intl.PluralRules('de');

export function number(value: number): string {
  return NUMBER.format(value);
}

/** Returns `1 Datei`, `2 Dateien`. */
export function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${PLURAL.select(count) === 'one' ? one : many}`;
}
