/** The outline of the world: Natural Earth, which is in the public domain, at 1:110 million, from the
 * package world-atlas. */

import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json';

const topology = world as unknown as Topology<{
  countries: GeometryCollection;
  land: GeometryCollection;
}>;

export const land = feature(topology, topology.objects.land);

/** The lines between two countries, each once. */
export const borders = mesh(topology, topology.objects.countries, (one, other) => one !== other);
