import { svg } from '../../base/dom.ts';

export type Sky =
  | 'clear'
  | 'partly-cloudy'
  | 'overcast'
  | 'fog'
  | 'drizzle'
  | 'rain'
  | 'snow'
  | 'showers'
  | 'snow-showers'
  | 'thunder'
  | 'unknown';

/** WMO weather interpretation codes as in https://open-meteo.com/en/docs */
export function skyOf(code: number | null): Sky {
  if (code === null) return 'unknown';
  if (code === 0 || code === 1) return 'clear';
  if (code === 2) return 'partly-cloudy';
  if (code === 3) return 'overcast';
  if (code === 45 || code === 48) return 'fog';
  if (code >= 51 && code <= 57) return 'drizzle';
  if (code >= 61 && code <= 67) return 'rain';
  if (code >= 71 && code <= 77) return 'snow';
  if (code >= 80 && code <= 82) return 'showers';
  if (code === 85 || code === 86) return 'snow-showers';
  if (code >= 95 && code <= 99) return 'thunder';
  return 'unknown';
}

/** Decorative: the conditions are given in words beside it. */
export function skyIcon(sky: Sky): SVGSVGElement {
  return svg(
    'svg',
    { class: `weather-icon weather-icon--${sky}`, viewBox: '0 0 64 64', 'aria-hidden': 'true' },
    ...DRAWINGS[sky](),
  );
}

const DRAWINGS: Readonly<Record<Sky, () => readonly SVGElement[]>> = {
  clear: () => sun(32, 32, 12),
  'partly-cloudy': () => [...sun(41, 24, 9), cloud(0, 6)],
  overcast: () => [cloud(8, -6, 'weather-cloud weather-cloud--back'), cloud(-2, 4)],
  fog: () => [cloud(0, -6), ...mist()],
  drizzle: () => [cloud(0, -6), ...drops([22, 32, 42], 4)],
  rain: () => [cloud(0, -6), ...drops([18, 27, 36, 45], 9)],
  snow: () => [cloud(0, -6), ...flakes()],
  showers: () => [...sun(43, 19, 8), cloud(0, -3), ...drops([21, 32, 43], 9, 3)],
  'snow-showers': () => [...sun(43, 19, 8), cloud(0, -6), ...flakes()],
  thunder: () => [cloud(0, -6), bolt(), ...drops([19, 45], 8)],
  unknown: () => [cloud(0, 2, 'weather-cloud weather-cloud--unknown')],
};

function sun(x: number, y: number, radius: number): SVGElement[] {
  const rays = Array.from({ length: 8 }, (_, index) => {
    const angle = (index * Math.PI) / 4;
    const at = (distance: number) => ({
      x: round(x + Math.cos(angle) * distance),
      y: round(y + Math.sin(angle) * distance),
    });
    const [from, to] = [at(radius + 4), at(radius + 8)];
    return svg('line', { class: 'weather-ray', x1: from.x, y1: from.y, x2: to.x, y2: to.y });
  });
  return [svg('circle', { class: 'weather-sun', cx: x, cy: y, r: radius }), ...rays];
}

function cloud(x: number, y: number, className = 'weather-cloud'): SVGElement {
  return svg('path', {
    class: className,
    transform: `translate(${x} ${y})`,
    d: 'M19 48a10 10 0 0 1-1.2-19.9A14 14 0 0 1 44.6 25 11.6 11.6 0 0 1 46 48Z',
  });
}

function drops(columns: readonly number[], length: number, lower = 0): SVGElement[] {
  return columns.map((x, index) => {
    const y = 47 + lower + (index % 2) * 3;
    return svg('line', { class: 'weather-drop', x1: x, y1: y, x2: x - length / 3, y2: y + length });
  });
}

function flakes(): SVGElement[] {
  return [
    [20, 49],
    [32, 47],
    [44, 49],
    [26, 58],
    [38, 58],
  ].map(([cx, cy]) => svg('circle', { class: 'weather-flake', cx, cy, r: 2.4 }));
}

function mist(): SVGElement[] {
  return [
    [14, 50, 48],
    [22, 57, 38],
  ].map(([x = 0, y = 0, x2 = 0]) =>
    svg('line', { class: 'weather-mist', x1: x, y1: y, x2: x + x2 - 10, y2: y }),
  );
}

function bolt(): SVGElement {
  return svg('path', { class: 'weather-bolt', d: 'M34 40 25 52h7l-3 10 11-13h-7l4-9Z' });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
