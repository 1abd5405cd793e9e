import './shared/frame.css';
import './chart/chart.css';
import { h, listen, setText, svg } from '../base/dom.ts';
import { t } from '../strings/widgets.ts';
import { type Chart, parseChart } from './chart/data.ts';
import { type Drawing, drawChart } from './chart/draw.ts';
import { formatNumber, isoText, withUnit } from './shared/format.ts';
import { firstText, titled } from './shared/preview.ts';
import { onWidth } from './shared/width.ts';
import { createTableView } from './table/view.ts';
import type { WidgetProps } from './widget.ts';

export const preview = titled((args) => firstText(args, 'title', 'file', 'name'));

/** Lines, bars, areas or points, with the values under the pointer or the arrow keys in words, and
 * all of them in a table. */
export default function widget({ output }: WidgetProps): HTMLElement {
  const chart = parseChart(output);
  const label = chart.title ?? t.chart.of(chart.series.map(({ name }) => name).join(', '));
  const readout = h('p', { class: 'chart-readout', 'aria-live': 'polite' });
  const plot = h('div', {
    class: 'chart-plot',
    tabindex: 0,
    role: 'group',
    'aria-roledescription': t.chart.role,
    'aria-label': t.chart.plot(label, summary(chart)),
  });
  let drawing: Drawing | null = null;
  let marked: number | null = null;

  const mark = (index: number | null): void => {
    marked = index;
    drawing?.mark(index);
    setText(readout, index === null ? hint(chart) : valuesAt(chart, index));
  };
  listen(plot, 'pointermove', (event) => {
    if (drawing === null) return;
    mark(drawing.nearest(event.clientX - plot.getBoundingClientRect().left));
  });
  listen(plot, 'pointerleave', () => mark(null));
  listen(plot, 'blur', () => mark(null));
  listen(plot, 'keydown', (event) => {
    const next = moved(event.key, marked, chart.x.places.length - 1);
    if (next === null) return;
    event.preventDefault();
    mark(next);
  });
  mark(null);
  onWidth(plot, (width) => {
    drawing = drawChart(chart, width);
    drawing.mark(marked);
    plot.replaceChildren(drawing.element);
  });

  return h(
    'figure',
    { class: 'widget chart' },
    h(
      'figcaption',
      { class: 'widget-caption' },
      chart.title !== null && h('strong', { class: 'widget-title' }, chart.title),
      withUnit(chart.y.label, chart.y.unit) !== '' &&
        h('span', { class: 'chart-axis-label' }, withUnit(chart.y.label, chart.y.unit)),
    ),
    chart.series.length > 1 && legend(chart),
    plot,
    readout,
    chart.note !== null && h('p', { class: 'widget-note' }, chart.note),
    valuesTable(chart, label),
  );
}

function legend({ series, kind }: Chart): HTMLElement {
  return h(
    'ul',
    { class: 'chart-legend' },
    ...series.map(({ name }, index) =>
      h('li', { class: `chart-key chart-series--${index + 1}` }, sample(kind), name),
    ),
  );
}

/** How a series is drawn. */
function sample(kind: Chart['kind']): SVGElement {
  const shape =
    kind === 'bar'
      ? svg('rect', { class: 'chart-bar', x: 4, width: 16, height: 12 })
      : kind === 'scatter'
        ? svg('circle', { class: 'chart-dot', cx: 12, cy: 6, r: 4 })
        : svg('path', { class: 'chart-line', d: 'M0 6H24' });
  return svg('svg', { viewBox: '0 0 24 12', 'aria-hidden': true }, shape);
}

function summary({ kind, series, x }: Chart): string {
  return t.chart.summary(kind, series.length, x.places.length, ...extremes(x));
}

function hint({ x }: Chart): string {
  return extremes(x).join(' – ');
}

function extremes({ places, labelAt }: Chart['x']): [string, string] {
  return [labelAt(0), labelAt(places.length - 1)];
}

function valuesAt({ series, x, y }: Chart, index: number): string {
  const values = series.map(({ name, values }) => {
    const value = values[index] ?? null;
    const text = value === null ? '–' : formatNumber(value) + (y.unit === null ? '' : ` ${y.unit}`);
    return series.length === 1 ? text : `${name} ${text}`;
  });
  return `${x.labelAt(index)}: ${values.join(', ')}`;
}

/** Returns the index that a key leads to; null for a key that leads nowhere. */
function moved(key: string, from: number | null, last: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return from === null ? 0 : Math.min(from + 1, last);
    case 'ArrowLeft':
      return from === null ? last : Math.max(from - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

function valuesTable(chart: Chart, label: string): HTMLElement {
  const { x, y, series } = chart;
  const details = h('details', { class: 'widget-more' }, h('summary', {}, t.chart.values));
  listen(details, 'toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const columns = [
      { label: withUnit(x.label, x.unit) || t.chart.place, unit: null },
      ...series.map(({ name }) => ({ label: withUnit(name, y.unit), unit: null })),
    ];
    const rows = x.places.map((place, index) => [
      x.kind === 'number' ? place : x.kind === 'date' ? isoText(place) : x.labelAt(index),
      ...series.map((each) => each.values[index] ?? null),
    ]);
    details.append(createTableView({ title: label, columns, rows, note: null }));
  });
  return details;
}
