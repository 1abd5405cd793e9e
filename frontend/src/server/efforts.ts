import type { Parameters } from '../protocol.ts';

export type ReasoningEffort = NonNullable<Parameters['reasoning_effort']>;

const LABELS: Readonly<Record<ReasoningEffort, string>> = {
  none: 'None',
  minimal: 'Minimal',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  xhigh: 'Extra high',
  max: 'Maximum',
};

export const EFFORTS = Object.keys(LABELS) as readonly ReasoningEffort[];

export function effortLabel(effort: ReasoningEffort): string {
  return LABELS[effort];
}

/** Returns the effort that a stored value is; null if it is none. */
export function asEffort(value: unknown): ReasoningEffort | null {
  return EFFORTS.find((effort) => effort === value) ?? null;
}
