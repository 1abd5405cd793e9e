/** What is wrong with a value, in a sentence; null if nothing is. The server checks again. */

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
  if (length < least) return `At least ${count(least, 'character')}.`;
  if (length > most) return `At most ${count(most, 'character')}; this has ${length}.`;
  const pattern = schema['pattern'];
  if (typeof pattern !== 'string') return null;
  try {
    return new RegExp(pattern, 'u').test(value) ? null : `It must match ${pattern}.`;
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
  if (value < least) return `At least ${least}.`;
  if (value > most) return `At most ${most}.`;
  if (above !== null && value <= above) return `More than ${above}.`;
  if (below !== null && value >= below) return `Less than ${below}.`;
  if (step !== null && Math.abs(value / step - Math.round(value / step)) > 1e-9) {
    return `A multiple of ${step}.`;
  }
  return null;
}

function lengthProblem(length: number, schema: Schema): string | null {
  const { least, most } = limits(schema, 'minItems', 'maxItems');
  if (length < least) return least === 1 ? 'At least one.' : `At least ${least}.`;
  return length > most ? `At most ${most}; these are ${length}.` : null;
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

function count(amount: number, what: string): string {
  return amount === 1 ? `1 ${what}` : `${amount} ${what}s`;
}
