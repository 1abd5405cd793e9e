/** The output of a function with `widget="map"`: `Map` of backend/tools/shapes.py. */

import { t } from '../../strings/widgets.ts';
import { list, numberOrNull, record, text, textOrNull } from '../shared/read.ts';

/** Longitude and latitude in degrees, as GeoJSON has them. */
export type Position = readonly [longitude: number, latitude: number];

export interface Point {
  readonly name: string;
  readonly text: string | null;
  readonly position: Position;
}

export interface Line {
  readonly name: string;
  readonly positions: readonly Position[];
}

export interface Places {
  readonly title: string | null;
  readonly note: string | null;
  readonly points: readonly Point[];
  readonly lines: readonly Line[];
}

/** More would take seconds to draw. */
const MAX_POSITIONS = 50_000;

/** Throws on anything else. */
export function parsePlaces(output: unknown): Places {
  const fields = record(output, t.wrong.theMap);
  const points = list(fields, 'points').map(parsePoint);
  const lines = list(fields, 'lines').map(parseLine);
  const positions = lines.reduce((sum, line) => sum + line.positions.length, points.length);
  if (positions === 0) throw new TypeError(t.wrong.noPlaces);
  if (positions > MAX_POSITIONS) throw new TypeError(t.wrong.moreThan.places(MAX_POSITIONS));
  return { title: textOrNull(fields, 'title'), note: textOrNull(fields, 'note'), points, lines };
}

function parsePoint(value: unknown): Point {
  const fields = record(value, t.wrong.aPoint);
  return {
    name: text(fields, 'name'),
    text: textOrNull(fields, 'text'),
    position: position(numberOrNull(fields, 'latitude'), numberOrNull(fields, 'longitude')),
  };
}

function parseLine(value: unknown): Line {
  const fields = record(value, t.wrong.aLine);
  const positions = list(fields, 'points').map((each) => {
    if (!Array.isArray(each)) throw new TypeError(t.wrong.noPair);
    return position(each[0], each[1]);
  });
  if (positions.length < 2) throw new TypeError(t.wrong.line);
  return { name: text(fields, 'name'), positions };
}

function position(latitude: unknown, longitude: unknown): Position {
  if (typeof latitude !== 'number' || Math.abs(latitude) > 90) {
    throw new TypeError(t.wrong.latitude(String(latitude)));
  }
  if (typeof longitude !== 'number' || Math.abs(longitude) > 180) {
    throw new TypeError(t.wrong.longitude(String(longitude)));
  }
  return [longitude, latitude];
}
