/** Draws a chart of some width as SVG. Colours and strokes are those of chart.css. */

import { svg } from '../../base/dom.ts';
import { withUnit } from '../shared/format.ts';
import type { Chart, Series } from './data.ts';
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
const CHAR = 7;
/** Fewer points are drawn as such, too. */
const DOTTED = 30;

export function drawChart(chart: Chart, width: number): Drawing {
  const bottom = HEIGHT - BOTTOM;
  const y = verticalScale(chart, TOP, bottom);
  const widest = Math.max(...y.ticks.map(({ label }) => label.length));
  const left = widest * CHAR + 16;
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
    ...x.ticks.map(({ at, label }) =>
      svg('text', { class: 'chart-tick', x: at, y: bottom + 18, 'text-anchor': 'middle' }, label),
    ),
    svg(
      'text',
      { class: 'chart-axis', x: (left + right) / 2, y: HEIGHT - 6, 'text-anchor': 'middle' },
      withUnit(chart.x.label, chart.x.unit),
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
    nearest(pixel) {
      let best = 0;
      chart.x.places.forEach((place, index) => {
        const known = x.at(chart.x.places[best] ?? 0);
        if (Math.abs(x.at(place) - pixel) < Math.abs(known - pixel)) best = index;
      });
      return best;
    },
  };
}

function shapes(chart: Chart, series: Series, index: number, x: Scale, y: Scale): SVGElement[] {
  switch (chart.kind) {
    case 'bar':
      return bars(chart, series, index, x, y);
    case 'scatter':
      return dots(chart, series, x, y);
    case 'line':
    case 'area': {
      const runs = unbroken(chart, series, x, y);
      const lines = runs.map((points) => svg('path', { class: 'chart-line', d: path(points) }));
      const areas = chart.kind === 'line' ? [] : runs.map((points) => area(points, y.at(0)));
      // A point between two gaps makes no line.
      const isDotted = chart.x.places.length <= DOTTED || runs.some((run) => run.length === 1);
      return [...areas, ...lines, ...(isDotted ? dots(chart, series, x, y) : [])];
    }
  }
}

type Point = readonly [x: number, y: number];

/** Returns the points between the gaps. */
function unbroken(chart: Chart, series: Series, x: Scale, y: Scale): Point[][] {
  const runs: Point[][] = [[]];
  series.values.forEach((value, index) => {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push([x.at(chart.x.places[index] ?? 0), y.at(value)]);
  });
  return runs.filter((run) => run.length > 0);
}

function path(points: readonly Point[]): string {
  return `M${points.map((point) => point.map(rounded).join(' ')).join('L')}`;
}

function area(points: readonly Point[], base: number): SVGElement {
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0];
  return svg('path', {
    class: 'chart-area',
    d: `${path(points)}L${rounded(last)} ${rounded(base)}L${rounded(first)} ${rounded(base)}Z`,
  });
}

function dots(chart: Chart, series: Series, x: Scale, y: Scale): SVGElement[] {
  return unbroken(chart, series, x, y)
    .flat()
    .map(([cx, cy]) =>
      svg('circle', { class: 'chart-dot', cx: rounded(cx), cy: rounded(cy), r: 3 }),
    );
}

/** The bars of all series stand side by side in each category. */
function bars(chart: Chart, series: Series, index: number, x: Scale, y: Scale): SVGElement[] {
  const room = x.step * 0.8;
  const width = Math.max(1, room / chart.series.length);
  const base = y.at(0);
  return series.values.flatMap((value, place) => {
    if (value === null) return [];
    const left = x.at(place) - room / 2 + index * width;
    const top = Math.min(base, y.at(value));
    return [
      svg('rect', {
        class: 'chart-bar',
        x: rounded(left),
        y: rounded(top),
        width: rounded(Math.max(1, width - 1)),
        height: rounded(Math.abs(base - y.at(value))),
      }),
    ];
  });
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
