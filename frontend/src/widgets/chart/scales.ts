/** Where values lie on the drawing, and where the axes are labelled. */

import { max, min, nice, range, ticks } from 'd3-array';
import { utcTicks } from 'd3-time';
import { locale } from '../../strings/locale.ts';
import { dateFormat, formatNumber } from '../shared/format.ts';
import type { Across, Chart } from './data.ts';
import { shortened, type Tick, widthOf } from './labels.ts';

export interface Scale {
  /** Returns the place of a value in pixels. */
  at(value: number): number;
  readonly ticks: readonly Tick[];
  /** Pixels between two categories; 0 on other axes. */
  readonly step: number;
}

/** Of more labels only some are measured. */
const MEASURED = 500;

/** Bars and areas tell by their height, so they begin at zero. */
export function verticalScale({ kind, series }: Chart, top: number, bottom: number): Scale {
  let low = min(series, ({ values }) => min(values, given)) ?? 0;
  let high = max(series, ({ values }) => max(values, given)) ?? 1;
  if (kind === 'bar' || kind === 'area') {
    low = Math.min(low, 0);
    high = Math.max(high, 0);
  }
  if (low === high) high = low + (Math.abs(low) || 1);
  if (!Number.isFinite(high)) [low, high] = [0, low];
  const count = Math.max(2, Math.round((bottom - top) / 48));
  const [start, stop] = rounded(low, high, count);
  const at = linear(start, stop, bottom, top);
  return {
    at,
    ticks: steps(start, stop, count).map((value) => ({
      at: at(value),
      label: formatNumber(value),
    })),
    step: 0,
  };
}

const given = (value: number | null): number | undefined => value ?? undefined;

export function horizontalScale(x: Across, left: number, right: number): Scale {
  const first = x.places[0] ?? 0;
  const last = x.places.at(-1) ?? 1;
  if (x.kind === 'category') return categories(x, left, right);
  // A single value stands in the middle.
  const [start, stop] = first === last ? [first - 1, first + 1] : [first, last];
  const at = linear(start, stop, left, right);
  const count = Math.max(2, Math.floor((right - left) / 90));
  if (x.kind === 'number') {
    const places = first === last ? [first] : steps(start, stop, count);
    return {
      at,
      step: 0,
      ticks: places.map((value) => ({ at: at(value), label: formatNumber(value) })),
    };
  }
  if (first === last) return { at, step: 0, ticks: [{ at: at(first), label: x.labelAt(0) }] };
  const moments = utcTicks(new Date(start), new Date(stop), count).map(Number);
  const format = tickFormat(moments, stop - start);
  return { at, step: 0, ticks: moments.map((ms) => ({ at: at(ms), label: format(ms) })) };
}

function categories({ places, labelAt }: Across, left: number, right: number): Scale {
  const step = (right - left) / places.length;
  const at = (index: number): number => left + (index + 0.5) * step;
  // As many labels as have room, which is for a word at least.
  const longest = max(range(0, places.length, Math.ceil(places.length / MEASURED)), (index) =>
    widthOf(labelAt(index)),
  );
  const room = Math.min(Math.max((longest ?? 0) + 10, 48), 140);
  const every = Math.max(1, Math.ceil(room / step));
  const shown = range(0, places.length, every).map((index) => ({
    at: at(index),
    label: shortened(labelAt(index), every === 1 ? step - 4 : room),
  }));
  return { at, ticks: shown, step };
}

/** Days and times of one year need not name it. */
function tickFormat(moments: readonly number[], span: number): (ms: number) => string {
  const day = 86_400_000;
  const areMonths = moments.every((ms) => new Date(ms).getUTCDate() === 1 && ms % day === 0);
  if (areMonths || span > 300 * day) return dateFormat(moments);
  const format = new Intl.DateTimeFormat(locale, {
    ...(span > 2 * day
      ? { day: 'numeric', month: 'short' }
      : { hour: 'numeric', minute: '2-digit' }),
    timeZone: 'UTC',
  });
  return (ms) => format.format(ms);
}

/** Numbers at the end of what a computer can hold have no round ones around them. */
function rounded(low: number, high: number, count: number): [number, number] {
  const [start, stop] = nice(low, high, count);
  return Number.isFinite(stop - start) ? [start, stop] : [low, high];
}

function steps(start: number, stop: number, count: number): readonly number[] {
  const found = ticks(start, stop, count);
  const areFinite = found.length > 0 && found.every(Number.isFinite);
  return areFinite && Number.isFinite(stop - start) ? found : [start, stop];
}

/** Halves, since the distance of two numbers may be more than a number. */
function linear(start: number, stop: number, from: number, to: number): (value: number) => number {
  const half = stop / 2 - start / 2;
  return (value) => {
    const ratio = (value / 2 - start / 2) / half;
    return Number.isFinite(ratio) ? from + ratio * (to - from) : (from + to) / 2;
  };
}
