/** Draws a chart of some width as SVG. Colours and strokes are those of chart.css. */

import { bisector, greatest, least } from 'd3-array';
import { svg } from '../../base/dom.ts';
import { withUnit } from '../shared/format.ts';
import { distinct, dotsPath, type Point, rounded } from '../shared/points.ts';
import type { Chart, Series } from './data.ts';
import { inside, shortened, widthOf } from './labels.ts';
import { horizontalScale, type Scale, verticalScale } from './scales.ts';

export interface Drawing {
  readonly element: SVGSVGElement;
  /** Marks what lies at one place of the x axis; null marks nothing. */
  mark(index: number | null): void;
  /** Returns the index of the place that is nearest to a pixel. */
  nearest(x: number): number;
}

const HEIGHT = 260;
const TOP = 12;
const BOTTOM = 44;
/** Fewer points are drawn as such, too. */
const DOTTED = 30;
/** With more points several of them share a pixel. */
const DENSE = 1_000;
/** More dots are one shape. */
const MAX_DOTS = 1_000;

export function drawChart(chart: Chart, width: number): Drawing {
  const bottom = HEIGHT - BOTTOM;
  const y = verticalScale(chart, TOP, bottom);
  const left = Math.max(...y.ticks.map(({ label }) => widthOf(label))) + 16;
  const right = Math.max(width - 16, left + 40);
  const x = horizontalScale(chart.x, left, right);
  const cursor = svg('line', { class: 'chart-cursor', y1: TOP, y2: bottom, visibility: 'hidden' });
  const element = svg(
    'svg',
    { class: 'chart-drawing', viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': true },
    ...y.ticks.flatMap(({ at, label }) => [
      svg('line', { class: 'chart-grid', x1: left, x2: right, y1: at, y2: at }),
      svg('text', { class: 'chart-tick', x: left - 8, y: at + 4, 'text-anchor': 'end' }, label),
    ]),
    ...inside(x.ticks, width).map(({ at, label }) =>
      svg('text', { class: 'chart-tick', x: at, y: bottom + 18, 'text-anchor': 'middle' }, label),
    ),
    svg(
      'text',
      { class: 'chart-axis', x: (left + right) / 2, y: HEIGHT - 6, 'text-anchor': 'middle' },
      shortened(withUnit(chart.x.label, chart.x.unit), right - left),
    ),
    svg('line', { class: 'chart-base', x1: left, x2: right, y1: bottom, y2: bottom }),
    ...chart.series.map((series, index) =>
      svg(
        'g',
        { class: `chart-series chart-series--${index + 1}` },
        ...shapes(chart, series, index, x, y),
      ),
    ),
    cursor,
  );
  return {
    element,
    mark(index) {
      const place = index === null ? undefined : chart.x.places[index];
      cursor.setAttribute('visibility', place === undefined ? 'hidden' : 'visible');
      if (place === undefined) return;
      cursor.setAttribute('x1', String(x.at(place)));
      cursor.setAttribute('x2', String(x.at(place)));
    },
    nearest: (pixel) => bisector((place: number) => x.at(place)).center(chart.x.places, pixel),
  };
}

function shapes(chart: Chart, series: Series, index: number, x: Scale, y: Scale): SVGElement[] {
  switch (chart.kind) {
    case 'bar':
      return bars(chart, series, index, x, y);
    case 'scatter':
      return dots(unbroken(chart, series, x, y).flat());
    case 'line':
    case 'area': {
      const runs = unbroken(chart, series, x, y).map(thinned);
      const areas =
        chart.kind === 'line'
          ? []
          : [
              svg('path', {
                class: 'chart-area',
                d: runs.map((run) => area(run, y.at(0))).join(''),
              }),
            ];
      // A point between two gaps makes no line.
      const isDotted = chart.x.places.length <= DOTTED;
      const dotted = isDotted ? runs : runs.filter((run) => run.length === 1);
      const line = svg('path', { class: 'chart-line', d: runs.map(path).join('') });
      return [...areas, line, ...dots(dotted.flat())];
    }
  }
}

/** Returns the points between the gaps. Where many points share a pixel, so do many gaps: those are
 * not to be seen. */
function unbroken(chart: Chart, series: Series, x: Scale, y: Scale): Point[][] {
  const { places } = chart.x;
  const isDense = places.length > DENSE;
  const runs: Point[][] = [];
  let isBroken = true;
  series.values.forEach((value, index) => {
    if (value === null) {
      isBroken = true;
      return;
    }
    const point: Point = [x.at(places[index] ?? 0), y.at(value)];
    const before = runs.at(-1)?.at(-1);
    const isNear = isDense && before !== undefined && point[0] - before[0] < 1;
    if (isBroken && !isNear) runs.push([]);
    isBroken = false;
    runs.at(-1)?.push(point);
  });
  return runs;
}

/** Returns of the points in one column of pixels the first, the lowest, the highest and the last,
 * which look the same. */
function thinned(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  let column: Point[] = [];
  const keep = (): void => {
    const low = least(column, ([, y]) => y);
    const high = greatest(column, ([, y]) => y);
    const ends = new Set([column[0], low, high, column.at(-1)]);
    if (column.length <= 4) kept.push(...column);
    else kept.push(...column.filter((point) => ends.has(point)));
    column = [];
  };
  for (const point of points) {
    const [first] = column;
    if (first !== undefined && Math.round(first[0]) !== Math.round(point[0])) keep();
    column.push(point);
  }
  keep();
  return kept;
}

function path(points: readonly Point[]): string {
  return `M${points.map((point) => point.map(rounded).join(' ')).join('L')}`;
}

function area(points: readonly Point[], base: number): string {
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  return `${path(points)}L${rounded(last)} ${rounded(base)}L${rounded(first)} ${rounded(base)}Z`;
}

function dots(points: readonly Point[]): SVGElement[] {
  if (points.length > MAX_DOTS) {
    return [svg('path', { class: 'chart-dots', d: dotsPath(distinct(points, 2)) })];
  }
  return points.map(([cx, cy]) =>
    svg('circle', { class: 'chart-dot', cx: rounded(cx), cy: rounded(cy), r: 3 }),
  );
}

/** The bars of all series stand side by side in each category. Of those that share a pixel the
 * highest and the lowest are drawn. */
function bars(chart: Chart, series: Series, index: number, x: Scale, y: Scale): SVGElement[] {
  const room = x.step * 0.8;
  const width = Math.max(1, room / chart.series.length);
  const base = y.at(0);
  const spans = new Map<number, { top: number; bottom: number }>();
  series.values.forEach((value, place) => {
    if (value === null) return;
    const exact = x.at(place) - room / 2 + index * width;
    const left = x.step < 1 ? Math.round(exact) : exact;
    const span = spans.get(left) ?? { top: base, bottom: base };
    const end = y.at(value);
    spans.set(left, { top: Math.min(span.top, end), bottom: Math.max(span.bottom, end) });
  });
  return Array.from(spans, ([left, { top, bottom }]) =>
    svg('rect', {
      class: 'chart-bar',
      x: rounded(left),
      y: rounded(top),
      width: rounded(Math.max(1, width - 1)),
      height: rounded(bottom - top),
    }),
  );
}
