import { locale } from '../locale.ts';

const NUMBER = new Intl.NumberFormat(locale);
const PLURAL = new Intl.PluralRules('en');

export function number(value: number): string {
  return NUMBER.format(value);
}

/** Returns `1 file`, `2 files`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${number(count)} ${PLURAL.select(count) === 'one' ? one : many}`;
}
