/** Where values lie on the drawing, and where the axes are labelled. */

import { nice, ticks } from 'd3-array';
import { utcTicks } from 'd3-time';
import { dateFormat, formatNumber } from '../shared/format.ts';
import type { Across, Chart } from './data.ts';

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Scale {
  /** Returns the place of a value in pixels. */
  at(value: number): number;
  readonly ticks: readonly Tick[];
  /** Pixels between two categories; 0 on other axes. */
  readonly step: number;
}

/** Bars and areas tell by their height, so they begin at zero. */
export function verticalScale({ kind, series }: Chart, top: number, bottom: number): Scale {
  const values = series.flatMap((each) => each.values.filter((value) => value !== null));
  let low = values.length === 0 ? 0 : values.reduce((least, value) => Math.min(least, value));
  let high = values.length === 0 ? 1 : values.reduce((most, value) => Math.max(most, value));
  if (kind === 'bar' || kind === 'area') {
    low = Math.min(low, 0);
    high = Math.max(high, 0);
  }
  if (low === high) high = low + (Math.abs(low) || 1);
  const count = Math.max(2, Math.round((bottom - top) / 48));
  const [start, stop] = nice(low, high, count);
  const at = linear(start, stop, bottom, top);
  return {
    at,
    ticks: ticks(start, stop, count).map((value) => ({
      at: at(value),
      label: formatNumber(value),
    })),
    step: 0,
  };
}

export function horizontalScale(x: Across, left: number, right: number): Scale {
  const first = x.places[0] ?? 0;
  const last = x.places.at(-1) ?? 1;
  if (x.kind === 'category') return categories(x, left, right);
  // A single value stands in the middle.
  const [start, stop] = first === last ? [first - 1, last + 1] : [first, last];
  const at = linear(start, stop, left, right);
  const count = Math.max(2, Math.floor((right - left) / 90));
  if (x.kind === 'number') {
    const places = first === last ? [first] : ticks(start, stop, count);
    return {
      at,
      step: 0,
      ticks: places.map((value) => ({ at: at(value), label: formatNumber(value) })),
    };
  }
  if (first === last) return { at, step: 0, ticks: [{ at: at(first), label: x.labels[0] ?? '' }] };
  const moments = utcTicks(new Date(start), new Date(stop), count).map(Number);
  const format = tickFormat(moments, stop - start);
  return { at, step: 0, ticks: moments.map((ms) => ({ at: at(ms), label: format(ms) })) };
}

function categories({ labels }: Across, left: number, right: number): Scale {
  const step = (right - left) / labels.length;
  const at = (index: number): number => left + (index + 0.5) * step;
  // As many labels as have room, which is for a word at least.
  const longest = Math.max(...labels.map((label) => label.length));
  const every = Math.max(1, Math.ceil(Math.min(Math.max(longest * 7 + 10, 48), 140) / step));
  const shown = labels.flatMap((label, index) =>
    index % every === 0 ? [{ at: at(index), label: shortened(label, (step * every) / 7) }] : [],
  );
  return { at, ticks: shown, step };
}

function shortened(label: string, length: number): string {
  return label.length <= length ? label : `${label.slice(0, Math.max(1, length - 1))}…`;
}

/** Days and times of one year need not name it. */
function tickFormat(moments: readonly number[], span: number): (ms: number) => string {
  const day = 86_400_000;
  const areMonths = moments.every((ms) => new Date(ms).getUTCDate() === 1 && ms % day === 0);
  if (areMonths || span > 300 * day) return dateFormat(moments);
  const format = new Intl.DateTimeFormat(undefined, {
    ...(span > 2 * day
      ? { day: 'numeric', month: 'short' }
      : { hour: 'numeric', minute: '2-digit' }),
    timeZone: 'UTC',
  });
  return (ms) => format.format(ms);
}

function linear(start: number, stop: number, from: number, to: number): (value: number) => number {
  return (value) => from + ((value - start) / (stop - start)) * (to - from);
}
