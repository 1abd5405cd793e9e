/** The output of a function with `widget="chart"`: `Chart` of backend/tools/shapes.py. */

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
  readonly labels: readonly string[];
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
const MAX_VALUES = 20_000;

/** Throws on anything else. */
export function parseChart(output: unknown): Chart {
  const fields = record(output, 'The chart');
  const kind = textOrNull(fields, 'kind') ?? 'line';
  if (!KINDS.has(kind)) throw new TypeError(`There is no kind of chart called ${kind}.`);
  const x = parseAcross(fields['x'], kind as ChartKind);
  const series = list(fields, 'series').map((each) => parseSeries(each, x.places.length));
  if (series.length === 0) throw new TypeError('The chart has no series.');
  if (series.length > MAX_SERIES) throw new TypeError(`More than ${MAX_SERIES} series.`);
  if (series.length * x.places.length > MAX_VALUES) {
    throw new TypeError(`More than ${MAX_VALUES} values.`);
  }
  const y = record(fields['y'] ?? {}, 'y');
  return inOrder({
    kind: kind as ChartKind,
    title: textOrNull(fields, 'title'),
    note: textOrNull(fields, 'note'),
    x,
    y: { label: textOrNull(y, 'label'), unit: textOrNull(y, 'unit') },
    series,
  });
}

function parseAcross(value: unknown, kind: ChartKind): Across {
  const fields = record(value, 'x');
  const values = list(fields, 'values');
  if (values.length === 0) throw new TypeError('The x axis has no values.');
  const axis = { label: textOrNull(fields, 'label'), unit: textOrNull(fields, 'unit') };
  if (kind !== 'bar') {
    if (values.every((each) => typeof each === 'number')) {
      return { ...axis, kind: 'number', places: values, labels: values.map(formatNumber) };
    }
    const moments = values.map((each) => (typeof each === 'string' ? isoMoment(each) : null));
    if (moments.every((each) => each !== null)) {
      return { ...axis, kind: 'date', places: moments, labels: moments.map(dateFormat(moments)) };
    }
  }
  return {
    ...axis,
    kind: 'category',
    places: values.map((_, index) => index),
    labels: categoryLabels(values),
  };
}

function categoryLabels(values: readonly unknown[]): string[] {
  const moments = values.map((each) => (typeof each === 'string' ? isoMoment(each) : null));
  if (moments.every((each) => each !== null)) return moments.map(dateFormat(moments));
  return values.map((each) => (typeof each === 'number' ? formatNumber(each) : String(each)));
}

function parseSeries(value: unknown, length: number): Series {
  const fields = record(value, 'A series');
  const name = text(fields, 'name');
  const values = list(fields, 'values').map((each) => numberOrNull({ [name]: each }, name));
  if (values.length !== length) {
    throw new TypeError(`${name} has ${values.length} values for ${length} of the x axis.`);
  }
  return { name, values };
}

/** Lines run from left to right, in whatever order their points came. */
function inOrder(chart: Chart): Chart {
  const { places, labels } = chart.x;
  const order = places.map((_, index) => index).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const sorted = <T>(values: readonly T[]) => order.map((index) => values[index] as T);
  return {
    ...chart,
    x: { ...chart.x, places: sorted(places), labels: sorted(labels) },
    series: chart.series.map((each) => ({ ...each, values: sorted(each.values) })),
  };
}
