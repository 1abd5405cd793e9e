/** Draws places over the outline of the world as SVG. Colours are those of map.css. */

import {
  type GeoPermissibleObjects,
  geoCentroid,
  geoEqualEarth,
  geoGraticule10,
  geoPath,
} from 'd3-geo';
import { svg } from '../../base/dom.ts';
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
    ...places.lines.map(({ positions }) =>
      draw('map-line', { type: 'LineString', coordinates: positions.map((each) => [...each]) }),
    ),
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
  const taken: Box[] = [];
  const seen = places.points.flatMap(({ name, position }) => {
    const at = project(position);
    return at === null ? [] : [{ name, x: at[0], y: at[1] }];
  });
  for (const { x, y } of seen) taken.push({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 });
  const labels = seen.flatMap(({ name, x, y }) => {
    const box = labelBoxes(name, x, y).find(
      (each) =>
        each.left >= 0 && each.right <= width && !taken.some((other) => overlap(each, other)),
    );
    if (box === undefined) return [];
    taken.push(box);
    return [svg('text', { class: 'map-label', x: box.left, y: box.bottom - 4 }, name)];
  });
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

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}
