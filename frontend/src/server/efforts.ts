import type { Parameters } from '../protocol.ts';
import { common } from '../strings/common.ts';

export type ReasoningEffort = NonNullable<Parameters['reasoning_effort']>;

const LABELS: Readonly<Record<ReasoningEffort, string>> = common.efforts;

export const EFFORTS = Object.keys(LABELS) as readonly ReasoningEffort[];

export function effortLabel(effort: ReasoningEffort): string {
  return LABELS[effort];
}

/** Returns the effort that a stored value is; null if it is none. */
export function asEffort(value: unknown): ReasoningEffort | null {
  return EFFORTS.find((effort) => effort === value) ?? null;
}

export type Verbosity = NonNullable<Parameters['verbosity']>;

const VERBOSITIES: Readonly<Record<Verbosity, string>> = {
  low: common.efforts.low,
  medium: common.efforts.medium,
  high: common.efforts.high,
};

export function verbosityLabel(verbosity: Verbosity): string {
  return VERBOSITIES[verbosity];
}

/** Returns the verbosity that a stored value is; null if it is none. */
export function asVerbosity(value: unknown): Verbosity | null {
  return (Object.keys(VERBOSITIES) as Verbosity[]).find((each) => each === value) ?? null;
}

/** The parameters that are chosen in a chat; null leaves one to the assistant. */
export type Wished = Pick<Parameters, 'reasoning_effort' | 'verbosity'>;
