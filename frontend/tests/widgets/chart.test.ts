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
    expect(all('.chart-drawing .chart-series--1 .chart-line').length).toBe(1);
    expect(all('.chart-drawing .chart-series--2 .chart-line').length).toBe(2);
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
  ])('draws one value, none, and very different ones', (x, values) => {
    draw({ x, series: [{ name: 'One', values }] });
    expect(document.body.innerHTML).not.toContain('NaN');
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
