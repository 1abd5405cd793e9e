/** The output of a function with `widget="chart"`: `Chart` of backend/tools/shapes.py. */

import { roundedNumber } from '../../base/json/exact.ts';
import { t } from '../../strings/widgets.ts';
import { dateFormat, formatNumber, isoMoment } from '../shared/format.ts';
import { list, numberOrNull, record, text, textOrNull } from '../shared/read.ts';

export type ChartKind = 'line' | 'bar' | 'area' | 'scatter';

export interface Axis {
  readonly label: string | null;
  readonly unit: string | null;
}

export interface Across extends Axis {
  /** Categories lie side by side, numbers and moments (in milliseconds) at their distances. */
  readonly kind: 'number' | 'date' | 'category';
  /** Of a category its index. */
  readonly places: readonly number[];
  /** Returns the words for the place of this index. They are made as they are needed. */
  labelAt(index: number): string;
}

export interface Series {
  readonly name: string;
  /** One for each place; null is a gap. */
  readonly values: readonly (number | null)[];
}

export interface Chart {
  readonly kind: ChartKind;
  readonly title: string | null;
  readonly note: string | null;
  readonly x: Across;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const KINDS: ReadonlySet<string> = new Set<ChartKind>(['line', 'bar', 'area', 'scatter']);
/** More could not be told apart. */
export const MAX_SERIES = 8;
/** More would take seconds to read. */
const MAX_VALUES = 1_000_000;

/** Throws on anything else. */
export function parseChart(output: unknown): Chart {
  const fields = record(output, t.wrong.theChart);
  const kind = textOrNull(fields, 'kind') ?? 'line';
  if (!KINDS.has(kind)) throw new TypeError(t.wrong.noKind(kind));
  const { x, order } = parseAcross(fields['x'], kind as ChartKind);
  const series = list(fields, 'series').map((each) => parseSeries(each, x.places.length));
  if (series.length === 0) throw new TypeError(t.wrong.noSeries);
  if (series.length > MAX_SERIES) throw new TypeError(t.wrong.moreThan.series(MAX_SERIES));
  if (series.length * x.places.length > MAX_VALUES) {
    throw new TypeError(t.wrong.moreThan.values(MAX_VALUES));
  }
  const y = record(fields['y'] ?? {}, 'y');
  return {
    kind: kind as ChartKind,
    title: textOrNull(fields, 'title'),
    note: textOrNull(fields, 'note'),
    x,
    y: { label: textOrNull(y, 'label'), unit: textOrNull(y, 'unit') },
    series: series.map((each) => ({ ...each, values: inOrder(each.values, order) })),
  };
}

/** `order` is that of the places from left to right, whatever order they came in. */
function parseAcross(value: unknown, kind: ChartKind): { x: Across; order: readonly number[] } {
  const fields = record(value, 'x');
  const values = list(fields, 'values').map(roundedNumber);
  if (values.length === 0) throw new TypeError(t.wrong.noValues);
  const axis = { label: textOrNull(fields, 'label'), unit: textOrNull(fields, 'unit') };
  const moments = values.map((each) => (typeof each === 'string' ? isoMoment(each) : null));
  const areMoments = moments.every((each) => each !== null);
  if (kind !== 'bar') {
    if (values.every((each) => typeof each === 'number')) {
      return across(axis, 'number', values, formatNumber);
    }
    if (areMoments) return across(axis, 'date', moments, dateFormat(moments));
  }
  const format = areMoments ? dateFormat(moments) : null;
  return across(
    axis,
    'category',
    values.map((_, index) => index),
    (index) => {
      const moment = moments[index] ?? null;
      if (format !== null && moment !== null) return format(moment);
      const each = values[index];
      return typeof each === 'number' ? formatNumber(each) : String(each);
    },
  );
}

function across(
  { label, unit }: Axis,
  kind: Across['kind'],
  given: readonly number[],
  format: (place: number) => string,
): { x: Across; order: readonly number[] } {
  const order = given.map((_, index) => index);
  order.sort((a, b) => (given[a] ?? 0) - (given[b] ?? 0));
  const places = inOrder(given, order);
  const labelAt = (index: number): string => format(places[index] ?? 0);
  return { x: { label, unit, kind, places, labelAt }, order };
}

function inOrder<T>(values: readonly T[], order: readonly number[]): T[] {
  return order.map((index) => values[index] as T);
}

function parseSeries(value: unknown, length: number): Series {
  const fields = record(value, t.wrong.aSeries);
  const name = text(fields, 'name');
  const values = list(fields, 'values').map((each) => numberOrNull({ [name]: each }, name));
  if (values.length !== length) {
    throw new TypeError(t.wrong.valuesOf(name, values.length, length));
  }
  return { name, values };
}
