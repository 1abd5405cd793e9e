import { afterEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/protocol.ts';
import widget from '../../src/widgets/chart.ts';
import { PROPS } from '../frames.ts';

const CHART = {
  kind: 'line',
  title: 'Sales',
  x: { label: 'Month', unit: null, values: ['2026-01-01', '2026-03-01', '2026-02-01'] },
  y: { label: null, unit: '€' },
  series: [
    { name: 'North', values: [1200, 900, 1500.5] },
    { name: 'South', values: [800, -700, null] },
  ],
};

function draw(output: JsonValue) {
  const element = widget({ ...PROPS, output });
  document.body.append(element);
  const all = (selector: string) => [...element.querySelectorAll<HTMLElement>(selector)];
  const plot = all('.chart-plot')[0]!;
  const press = (key: string) => {
    plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    return all('.chart-readout')[0]!.textContent;
  };
  return { element, all, plot, press };
}

afterEach(() => document.body.replaceChildren());

describe('the chart widget', () => {
  it('draws each series in the order of the x axis, with gaps', () => {
    const { all } = draw(CHART);
    expect(all('.chart-key').map((key) => key.textContent)).toEqual(['North', 'South']);
    const runs = all('.chart-drawing .chart-line').map(
      (line) => line.getAttribute('d')!.split('M').length - 1,
    );
    expect(runs).toEqual([1, 2]);
    expect(all('.chart-drawing .chart-series--2 .chart-dot').length).toBe(2);
    const left = all('.chart-drawing .chart-series--1 .chart-dot').map((dot) =>
      Number(dot.getAttribute('cx')),
    );
    expect(left).toEqual(left.toSorted((a, b) => a - b));
  });

  it('reads the values with the arrow keys', () => {
    const { plot, press } = draw(CHART);
    expect(plot.getAttribute('aria-label')).toContain('Sales: line chart, 2 series, 3 values');
    expect(press('ArrowRight')).toBe('Jan 2026: North 1200 €, South 800 €');
    expect(press('ArrowRight')).toBe('Feb 2026: North 1500.5 €, South –');
    expect(press('End')).toBe('Mar 2026: North 900 €, South \u2212700 €');
    expect(press('Home')).toContain('Jan 2026');
  });

  it('has all values in a table, made when it is opened', () => {
    const { all } = draw(CHART);
    const [details] = all('details') as HTMLDetailsElement[];
    expect(all('td')).toEqual([]);
    details!.open = true;
    details!.dispatchEvent(new Event('toggle'));
    expect(
      all('td')
        .map((cell) => cell.textContent)
        .slice(0, 6),
    ).toEqual([...['2026-01-01', '1200', '800'], ...['2026-02-01', '1500.5', '–']]);
  });

  it.each(['bar', 'area', 'scatter'])('draws a %s chart', (kind) => {
    const { all } = draw({ ...CHART, kind });
    const shape = { bar: '.chart-bar', area: '.chart-area', scatter: '.chart-dot' }[kind]!;
    expect(all(`.chart-drawing .chart-series--1 ${shape}`).length).toBe(kind === 'area' ? 1 : 3);
    expect(document.body.innerHTML).not.toContain('NaN');
  });

  it.each([
    [{ values: [5] }, [7]],
    [{ values: ['a'] }, [0]],
    [{ values: ['2026-01-01T10:30'] }, [null]],
    [{ values: [0, 1e9] }, [1e-9, -1e12]],
    [{ values: [1, 2, 3] }, [1e308, -1e308, 1e-308]],
    [{ values: [-1e308, 0, 1.7e308] }, [5e-324, 0, 0]],
    [{ values: [1.7e308] }, [1.7e308]],
  ])('draws one value, none, and very different ones', (x, values) => {
    for (const kind of ['line', 'bar', 'area', 'scatter']) {
      const { all } = draw({ kind, x, series: [{ name: 'One', values }] });
      expect(document.body.innerHTML).not.toMatch(/NaN|Infinity|∞/);
      for (const tick of all('.chart-tick')) expect(tick.textContent!.length).toBeLessThan(25);
    }
  });

  it.each(['line', 'bar', 'area', 'scatter'])(
    'draws of very many values in a %s chart what the pixels can show',
    (kind) => {
      const values = Array.from({ length: 100_000 }, (_, n) =>
        n % 7 === 0 ? null : n === 50_000 ? 9_999 : Math.sin(n / 1_000) * 100 + (n % 13),
      );
      const x = { values: values.map((_, n) => n) };
      const { all, press } = draw({ kind, x, series: [{ name: 'Many', values }] });
      const shapes = all('.chart-drawing .chart-series--1 *');
      expect(shapes.length).toBeLessThan(800);
      const size = shapes.reduce((sum, shape) => sum + shape.outerHTML.length, 0);
      expect(size).toBeLessThan(400_000);
      expect(press('End')).toContain('99,999');
    },
  );

  it('draws the highest and the lowest of many values', () => {
    const values = Array.from({ length: 100_000 }, (_, n) => (n === 50_000 ? 1_000 : n % 10));
    const x = { values: values.map((_, n) => n) };
    const { all } = draw({ x, series: [{ name: 'Many', values }] });
    const line = all('.chart-drawing .chart-line')[0]!.getAttribute('d')!;
    const heights = line.split('L').map((point) => Number(point.split(' ')[1]));
    expect(Math.min(...heights)).toBe(12);
    expect(heights.filter((y) => y < 100).length).toBe(1);
  });

  it.each([
    [null, 'is not an object'],
    [{ ...CHART, kind: 'pie' }, 'no kind of chart called pie'],
    [{ ...CHART, series: [] }, 'no series'],
    [{ ...CHART, series: [{ name: 'One', values: [1] }] }, 'One has 1 values for 3'],
    [{ ...CHART, series: [{ name: 'One', values: [1, 2, 'x'] }] }, 'One is not a number'],
  ])('says what it cannot draw', (output, reason) => {
    expect(() => draw(output as JsonValue)).toThrow(reason);
  });
});
