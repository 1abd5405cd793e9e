/** What is wrong with a value, in a sentence; null if nothing is. The server checks again. */

import { t } from '../strings/forms.ts';
import type { Field, Schema } from './schema.ts';

export function problemOf(value: unknown, { schema, kind }: Field): string | null {
  if (typeof value === 'string') return textProblem(value, schema, kind.type === 'text');
  if (typeof value === 'number') return numberProblem(value, schema);
  if (Array.isArray(value)) return lengthProblem(value.length, schema);
  return null;
}

function textProblem(value: string, schema: Schema, isText: boolean): string | null {
  if (!isText) return null;
  const { least, most } = limits(schema, 'minLength', 'maxLength');
  // As the server counts: an emoji is one, where JavaScript has two.
  const length = [...value].length;
  if (length < least) return t.atLeastCharacters(least);
  if (length > most) return t.atMostCharacters(most, length);
  const pattern = schema['pattern'];
  if (typeof pattern !== 'string') return null;
  try {
    return new RegExp(pattern, 'u').test(value) ? null : t.mustMatch(pattern);
  } catch {
    // Python's expressions are not all JavaScript's.
    return null;
  }
}

function numberProblem(value: number, schema: Schema): string | null {
  const { least, most } = limits(schema, 'minimum', 'maximum');
  const above = number(schema['exclusiveMinimum']);
  const below = number(schema['exclusiveMaximum']);
  const step = number(schema['multipleOf']);
  if (value < least) return t.atLeast(least);
  if (value > most) return t.atMost(most);
  if (above !== null && value <= above) return t.moreThan(above);
  if (below !== null && value >= below) return t.lessThan(below);
  if (step !== null && Math.abs(value / step - Math.round(value / step)) > 1e-9) {
    return t.multipleOf(step);
  }
  return null;
}

function lengthProblem(length: number, schema: Schema): string | null {
  const { least, most } = limits(schema, 'minItems', 'maxItems');
  if (length < least) return least === 1 ? t.atLeastOne : t.atLeast(least);
  return length > most ? t.atMostEntries(most, length) : null;
}

function limits(schema: Schema, low: string, high: string): { least: number; most: number } {
  return {
    least: number(schema[low]) ?? Number.NEGATIVE_INFINITY,
    most: number(schema[high]) ?? Number.POSITIVE_INFINITY,
  };
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
