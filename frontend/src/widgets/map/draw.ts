/** Draws places over the outline of the world as SVG. Colours are those of map.css. */

import { range } from 'd3-array';
import {
  type GeoPermissibleObjects,
  geoCentroid,
  geoEqualEarth,
  geoGraticule10,
  geoPath,
} from 'd3-geo';
import { svg } from '../../base/dom.ts';
import { distinct, dotsPath, type Point } from '../shared/points.ts';
import type { Places, Position } from './data.ts';
import { borders, land } from './world.ts';

export interface MapView {
  /** How much larger than all that is to be seen. */
  readonly zoom: number;
  /** Pixels by which it was dragged, at that size. */
  readonly shift: readonly [x: number, y: number];
}

export const HEIGHT = 340;
const MARGIN = 48;
/** A single place is shown with what lies around it: the outline has no more detail. */
const MAX_SCALE = 900;
const CHAR = 6.5;
/** More points are one shape, and only the first of them have names. */
export const MAX_SHAPES = 300;

export function drawMap(places: Places, width: number, view: MapView): SVGSVGElement {
  const shown = extent(places);
  const centre = geoCentroid(shown);
  const projection = geoEqualEarth().rotate([-centre[0], 0]);
  projection.fitExtent(
    [
      [MARGIN, MARGIN],
      [width - MARGIN, HEIGHT - MARGIN],
    ],
    shown,
  );
  // A single place fits at any scale.
  const isFitted = projection.scale() < MAX_SCALE;
  const middle = isFitted ? projection.invert?.([width / 2, HEIGHT / 2]) : centre;
  projection.scale((isFitted ? projection.scale() : MAX_SCALE) * view.zoom).translate([0, 0]);
  const [x, y] = projection(middle ?? centre) ?? [0, 0];
  projection.translate([width / 2 - x + view.shift[0], HEIGHT / 2 - y + view.shift[1]]).clipExtent([
    [-10, -10],
    [width + 10, HEIGHT + 10],
  ]);
  const path = geoPath(projection);
  const draw = (name: string, shape: GeoPermissibleObjects) =>
    svg('path', { class: name, d: path(shape) ?? '' });
  return svg(
    'svg',
    { class: 'map-drawing', viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': true },
    draw('map-sea', { type: 'Sphere' }),
    draw('map-graticule', geoGraticule10()),
    draw('map-land', land),
    draw('map-borders', borders),
    ...drawLines(places.lines, draw),
    ...points(places, (position) => projection([...position]), width),
  );
}

function extent({ points, lines }: Places): GeoPermissibleObjects {
  const positions = [
    ...points.map(({ position }) => position),
    ...lines.flatMap((line) => line.positions),
  ];
  return { type: 'MultiPoint', coordinates: positions.map((each) => [...each]) };
}

/** Many lines are one shape. */
function drawLines(
  lines: Places['lines'],
  draw: (name: string, shape: GeoPermissibleObjects) => SVGElement,
): SVGElement[] {
  const coordinates = lines.map(({ positions }) => positions.map((each) => [...each]));
  if (lines.length > MAX_SHAPES)
    return [draw('map-line', { type: 'MultiLineString', coordinates })];
  return coordinates.map((each) => draw('map-line', { type: 'LineString', coordinates: each }));
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Each point, and its name where no other one is in the way. */
function points(
  places: Places,
  project: (position: Position) => [number, number] | null,
  width: number,
): SVGElement[] {
  const taken = createTaken();
  const seen = places.points.flatMap(({ name, position }) => {
    const at = project(position);
    return at === null ? [] : [{ name, x: at[0], y: at[1] }];
  });
  const spots = distinct(
    seen.map(({ x, y }): Point => [x, y]),
    2,
  );
  for (const [x, y] of spots) {
    taken.add({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 });
  }
  const isIn = ({ left, right }: Box): boolean => left >= 0 && right <= width;
  const labels = seen.slice(0, MAX_SHAPES).flatMap(({ name, x, y }) => {
    const box = labelBoxes(name, x, y).find((each) => isIn(each) && !taken.has(each));
    if (box === undefined) return [];
    taken.add(box);
    return [svg('text', { class: 'map-label', x: box.left, y: box.bottom - 4 }, name)];
  });
  if (seen.length > MAX_SHAPES) {
    return [svg('path', { class: 'map-points', d: dotsPath(spots) }), ...labels];
  }
  const dots = seen.map(({ name, x, y }) =>
    svg('circle', { class: 'map-point', cx: x, cy: y, r: 4 }, svg('title', {}, name)),
  );
  return [...dots, ...labels];
}

/** To the right of the point, to the left, above and below it. */
function labelBoxes(name: string, x: number, y: number): Box[] {
  const length = name.length * CHAR + 4;
  const beside = { top: y - 8, bottom: y + 8 };
  return [
    { ...beside, left: x + 7, right: x + 7 + length },
    { ...beside, left: x - 7 - length, right: x - 7 },
    { left: x - length / 2, right: x + length / 2, top: y - 22, bottom: y - 6 },
    { left: x - length / 2, right: x + length / 2, top: y + 6, bottom: y + 22 },
  ];
}

interface Taken {
  add(box: Box): void;
  has(box: Box): boolean;
}

/** What of the drawing is taken, in squares of some pixels: to ask costs the same however many boxes
 * there are. */
function createTaken(): Taken {
  const taken = new Set<string>();
  return {
    add: (box) => {
      for (const square of squares(box)) taken.add(square);
    },
    has: (box) => squares(box).some((square) => taken.has(square)),
  };
}

const SQUARE = 4;

function squares({ left, right, top, bottom }: Box): string[] {
  const columns = range(Math.floor(left / SQUARE), Math.ceil(right / SQUARE));
  const rows = range(Math.floor(top / SQUARE), Math.ceil(bottom / SQUARE));
  return columns.flatMap((column) => rows.map((row) => `${column} ${row}`));
}
