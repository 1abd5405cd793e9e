/** Points of a drawing, in pixels. */

export type Point = readonly [x: number, y: number];

/** Returns one point of those that lie within the same few pixels, so that the number of them has a
 * bound whatever there is to draw. */
export function distinct(points: readonly Point[], size: number): Point[] {
  const found = new Map<string, Point>();
  for (const [x, y] of points) {
    found.set(`${Math.round(x / size)} ${Math.round(y / size)}`, [x, y]);
  }
  return [...found.values()];
}

/** Returns the path of strokes without length, which round ends make dots of. */
export function dotsPath(points: readonly Point[]): string {
  return points.map(([x, y]) => `M${rounded(x)} ${rounded(y)}h0`).join('');
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
