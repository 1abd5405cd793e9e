/** Reads what a function returned, field by field. Throws on what is not of the form. */

import { roundedNumber } from '../../base/json/exact.ts';
import { t } from '../../strings/widgets.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(t.wrong.noObject(what));
  }
  return value as Fields;
}

export function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new TypeError(t.wrong.noString(name));
  return value;
}

export function textOrNull(fields: Fields, name: string): string | null {
  return (fields[name] ?? null) === null ? null : text(fields, name);
}

export function numberOrNull(fields: Fields, name: string): number | null {
  const value = roundedNumber(fields[name] ?? null);
  if (value === null) return null;
  if (typeof value !== 'number') throw new TypeError(t.wrong.noNumber(name));
  return value;
}

export function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name] ?? [];
  if (!Array.isArray(value)) throw new TypeError(t.wrong.noList(name));
  return value;
}
