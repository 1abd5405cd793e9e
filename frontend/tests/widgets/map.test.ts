import { afterEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/protocol.ts';
import widget from '../../src/widgets/map.ts';
import { PROPS } from '../frames.ts';

const OSLO = { name: 'Oslo', latitude: 59.9, longitude: 10.75, text: 'Norway' };
const SUVA = { name: 'Suva', latitude: -18.1, longitude: 178.4, text: null };
const APIA = { name: 'Apia', latitude: -13.8, longitude: -171.8, text: null };
const LINE = {
  name: 'Oslo to Apia',
  points: [
    [59.9, 10.75],
    [-13.8, -171.8],
  ],
};

function draw(output: JsonValue) {
  const element = widget({ ...PROPS, output });
  document.body.append(element);
  const all = (selector: string) => [...element.querySelectorAll<HTMLElement>(selector)];
  const point = (index: number) =>
    ['cx', 'cy'].map((name) => Number(all('.map-point')[index]!.getAttribute(name)));
  return { element, all, point };
}

afterEach(() => document.body.replaceChildren());

describe('the map widget', () => {
  it('shows points with their names, and lines between them', () => {
    const { all } = draw({ title: 'Trip', points: [OSLO, APIA], lines: [LINE] });
    expect(all('.map-label').map((label) => label.textContent)).toEqual(['Oslo', 'Apia']);
    expect(all('.map-line').length).toBe(1);
    expect(all('.map-plot')[0]!.getAttribute('aria-label')).toContain('Trip: Oslo, Apia, 1 line.');
    expect(document.body.innerHTML).not.toMatch(/NaN|Infinity/);
  });

  it('shows a single place with what lies around it', () => {
    const { point } = draw({ points: [OSLO] });
    expect(point(0)).toEqual([320, 170]);
    expect(document.body.innerHTML).not.toMatch(/NaN|Infinity/);
  });

  it('keeps neighbours across the date line together', () => {
    const { point } = draw({ points: [SUVA, APIA] });
    expect(point(0)[0]!).toBeLessThan(point(1)[0]!);
  });

  it('is enlarged, moved and put back by keys and buttons', () => {
    const { all, point } = draw({ points: [OSLO, APIA] });
    const whole = point(0);
    const [enlarge, , reset] = all('button') as HTMLButtonElement[];
    expect(reset!.disabled).toBe(true);
    enlarge!.click();
    expect(point(0)).not.toEqual(whole);
    const key = new KeyboardEvent('keydown', { key: 'ArrowRight', cancelable: true });
    all('.map-plot')[0]!.dispatchEvent(key);
    expect(key.defaultPrevented).toBe(true);
    reset!.click();
    expect(point(0)).toEqual(whole);
  });

  it('draws very many places as one shape, and says which are named', () => {
    const points = Array.from({ length: 10_000 }, (_, n) => ({
      ...{ name: `P${n}`, latitude: (n % 170) - 85, longitude: (n % 359) - 179 },
    }));
    const lines = Array.from({ length: 1_000 }, () => LINE);
    const { all } = draw({ points, lines });
    expect(all('.map-drawing *').length).toBeLessThan(400);
    expect(all('.map-points')[0]!.getAttribute('d')!.length).toBeLessThan(200_000);
    expect(all('.map-label')[0]!.textContent).toBe('P0');
    expect(all('.widget-note')[0]!.textContent).toContain('first 300 places are named');
  });

  it('lists the places', () => {
    const { all } = draw({ points: [OSLO] });
    const [details] = all('details') as HTMLDetailsElement[];
    details!.open = true;
    details!.dispatchEvent(new Event('toggle'));
    expect(all('td').map((cell) => cell.textContent)).toEqual(['Oslo', 'Norway', '59.9', '10.75']);
  });

  it.each([
    [{}, 'neither points nor lines'],
    [{ points: Array.from({ length: 50_001 }, () => OSLO) }, 'More than 50000'],
    [{ points: [{ ...OSLO, latitude: 95 }] }, '95 is no latitude'],
    [{ points: [{ ...OSLO, longitude: null }] }, 'null is no longitude'],
    [{ lines: [{ name: 'x', points: [[1, 2]] }] }, 'fewer than two points'],
  ])('says what it cannot show', (output, reason) => {
    expect(() => draw(output as JsonValue)).toThrow(reason);
  });
});
