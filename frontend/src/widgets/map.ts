import './shared/frame.css';
import './map/map.css';
import { h, listen } from '../base/dom.ts';
import { t } from '../strings/widgets.ts';
import { iconButton } from '../ui/button.ts';
import { type Places, parsePlaces } from './map/data.ts';
import { drawMap, MAX_SHAPES, type MapView } from './map/draw.ts';
import { firstText, titled } from './shared/preview.ts';
import { onWidth } from './shared/width.ts';
import { createTableView } from './table/view.ts';
import type { WidgetProps } from './widget.ts';

const WHOLE: MapView = { zoom: 1, shift: [0, 0] };
const STEP = 60;
const MAX_ZOOM = 16;

export const preview = titled((args) => firstText(args, 'title', 'query', 'place', 'name'));

/** Points and lines over the outline of the world. Buttons and keys enlarge and move it; a table
 * lists the places. */
export default function widget({ output }: WidgetProps): HTMLElement {
  const places = parsePlaces(output);
  const label = places.title ?? t.map.map;
  const plot = h('div', {
    class: 'map-plot',
    tabindex: 0,
    role: 'group',
    'aria-roledescription': t.map.role,
    'aria-label': t.map.plot(label, summary(places)),
  });
  let width = 0;
  let view = WHOLE;

  const draw = (): void => plot.replaceChildren(drawMap(places, width, view));
  const look = (next: MapView): void => {
    view = next;
    reset.disabled = view === WHOLE;
    draw();
  };
  const zoomBy = (factor: number): void => {
    const zoom = Math.min(Math.max(view.zoom * factor, 0.5), MAX_ZOOM);
    const ratio = zoom / view.zoom;
    look({ zoom, shift: [view.shift[0] * ratio, view.shift[1] * ratio] });
  };
  const move = (x: number, y: number): void =>
    look({ ...view, shift: [view.shift[0] + x, view.shift[1] + y] });

  const enlarge = iconButton('plus', t.map.enlarge, { kind: 'small' });
  const reduce = iconButton('minus', t.map.reduce, { kind: 'small' });
  const reset = iconButton('again', t.map.showAll, { kind: 'small', disabled: true });
  listen(enlarge, 'click', () => zoomBy(1.6));
  listen(reduce, 'click', () => zoomBy(1 / 1.6));
  listen(reset, 'click', () => {
    look(WHOLE);
    plot.focus({ preventScroll: true });
  });
  listen(plot, 'keydown', (event) => {
    const act = KEYS[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(move, zoomBy);
  });
  bindDrag(plot, move);
  onWidth(plot, (next) => {
    width = next;
    draw();
  });

  return h(
    'figure',
    { class: 'widget map' },
    h(
      'figcaption',
      { class: 'widget-caption' },
      h('strong', { class: 'widget-title' }, label),
      h('span', { class: 'map-buttons' }, enlarge, reduce, reset),
    ),
    plot,
    places.points.length > MAX_SHAPES && h('p', { class: 'widget-note' }, t.map.named(MAX_SHAPES)),
    places.note !== null && h('p', { class: 'widget-note' }, places.note),
    listed(places, label),
    h('p', { class: 'widget-note' }, t.map.outline),
  );
}

type Key = (move: (x: number, y: number) => void, zoomBy: (factor: number) => void) => void;

const KEYS: Readonly<Record<string, Key>> = {
  ArrowLeft: (move) => move(STEP, 0),
  ArrowRight: (move) => move(-STEP, 0),
  ArrowUp: (move) => move(0, STEP),
  ArrowDown: (move) => move(0, -STEP),
  '+': (_, zoomBy) => zoomBy(1.6),
  '=': (_, zoomBy) => zoomBy(1.6),
  '-': (_, zoomBy) => zoomBy(1 / 1.6),
};

/** A mouse drags the map; a finger scrolls the chat. */
function bindDrag(plot: HTMLElement, move: (x: number, y: number) => void): void {
  let last: { x: number; y: number } | null = null;
  listen(plot, 'pointerdown', (event) => {
    if (event.pointerType !== 'mouse' || event.button !== 0) return;
    last = { x: event.clientX, y: event.clientY };
    plot.setPointerCapture(event.pointerId);
  });
  listen(plot, 'pointermove', (event) => {
    if (last === null) return;
    move(event.clientX - last.x, event.clientY - last.y);
    last = { x: event.clientX, y: event.clientY };
  });
  listen(plot, 'lostpointercapture', () => {
    last = null;
  });
}

function summary({ points, lines }: Places): string {
  const names = points.slice(0, 5).map(({ name }) => name);
  return t.map.summary(names.join(', '), points.length - names.length, lines.length);
}

function listed({ points }: Places, label: string): HTMLElement | null {
  if (points.length === 0) return null;
  const details = h('details', { class: 'widget-more' }, h('summary', {}, t.map.list));
  listen(details, 'toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const columns = [t.map.place, t.map.about, t.map.latitude, t.map.longitude].map((name) => ({
      label: name,
      unit: null,
    }));
    const rows = points.map(({ name, text, position }) => [name, text, position[1], position[0]]);
    details.append(createTableView({ title: label, columns, rows, note: null }));
  });
  return details;
}
