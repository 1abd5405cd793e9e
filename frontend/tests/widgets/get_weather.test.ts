import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/protocol.ts';
import widget from '../../src/widgets/get_weather.ts';
import { skyIcon, skyOf } from '../../src/widgets/weather/icon.ts';
import { widgets } from '../../src/widgets/widget.ts';
import { PROPS } from '../frames.ts';

const DAY = {
  date: '2026-11-25',
  weather_code: 61,
  conditions: 'Slight rain',
  temperature_min: 1.2,
  temperature_max: 4.8,
  precipitation: 2.1,
  precipitation_probability: 70,
  wind_speed_max: 20.1,
};
const REPORT = {
  location: {
    name: 'Oslo',
    country: 'Norway',
    latitude: 59.91,
    longitude: 10.75,
    timezone: 'Europe/Oslo',
  },
  units: { temperature: '°C', wind_speed: 'km/h', precipitation: 'mm' },
  sample: false,
  notice: null,
  source: 'Open-Meteo',
  current: {
    time: '2026-11-24T13:00',
    temperature: 3.1,
    weather_code: 3,
    conditions: 'Overcast',
    wind_speed: 12,
  },
  days: [DAY, { ...DAY, date: '2026-11-26', weather_code: 71, conditions: 'Slight snowfall' }],
} satisfies JsonValue;

const draw = (output: JsonValue) => widget({ ...PROPS, name: 'get_weather', output });
const texts = (element: Element, selector: string) =>
  [...element.querySelectorAll(selector)].map((found) => found.textContent);

describe('the weather widget', () => {
  it('is found by the name of the function', () => {
    expect(widgets.has('get_weather')).toBe(true);
    expect(widgets.has('report')).toBe(false);
  });

  it('shows the place, the weather now and each day with its unit', () => {
    const element = draw(REPORT);
    expect(element.getAttribute('aria-label')).toBe('Weather in Oslo, Norway');
    expect(texts(element, '.weather-temperature')).toEqual(['3 °C']);
    expect(texts(element, '.weather-conditions')).toEqual([
      'Overcast',
      'Slight rain',
      'Slight snowfall',
    ]);
    expect(texts(element, '.weather-high')).toEqual(['5 °C', '5 °C']);
    expect(texts(element, '.weather-details')[0]).toBe(
      'Precipitation 2.1 mm (70\u202f%)Wind 20 km/h',
    );
    expect(element.querySelectorAll('svg.weather-icon')).toHaveLength(3);
    expect(element.textContent).not.toContain('Sample data');
  });

  it('writes dates as the reader does, and the same day in every time zone', () => {
    const format = new Intl.DateTimeFormat(undefined, {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      timeZone: 'UTC',
    });
    const [time] = draw(REPORT).querySelectorAll('.weather-day time');
    expect(time!.getAttribute('datetime')).toBe('2026-11-25');
    expect(time!.textContent).toBe(format.format(Date.UTC(2026, 10, 25)));
  });

  it('gives the whole room to a single day', () => {
    const element = draw({ ...REPORT, current: null, days: [DAY] });
    expect(texts(element, '.weather-hero .weather-conditions')).toEqual(['Slight rain']);
    expect(element.querySelector('.weather-days')).toBeNull();
  });

  it('labels sample data and says why', () => {
    const element = draw({ ...REPORT, sample: true, notice: 'Open-Meteo cannot be reached.' });
    expect(texts(element, '.weather-sample')).toEqual(['Sample data']);
    expect(texts(element, '.weather-notice')).toEqual(['Open-Meteo cannot be reached.']);
  });

  it('does without any number', () => {
    const nothing = {
      weather_code: null,
      conditions: 'Unknown',
      temperature_min: null,
      temperature_max: null,
      precipitation: null,
      precipitation_probability: null,
      wind_speed_max: null,
    };
    const element = draw({
      ...REPORT,
      location: { name: 'Oslo', region: null, country: null, latitude: null },
      current: {
        time: null,
        temperature: null,
        weather_code: null,
        conditions: 'Unknown',
        wind_speed: null,
      },
      days: [{ date: '2026-11-25', ...nothing }],
    });
    expect(element.textContent).not.toMatch(/null|NaN|undefined/);
  });

  it.each([
    ['nothing', null],
    ['text', 'sunny'],
    ['a list', []],
    ['no place', { ...REPORT, location: {} }],
    ['a place that is no text', { ...REPORT, location: { name: 1 } }],
    ['no units', { ...REPORT, units: null }],
    ['no sample mark', { ...REPORT, sample: 'yes' }],
    ['no days', { ...REPORT, days: 'many' }],
    ['no time at all', { ...REPORT, days: [], current: null }],
    ['a day without date', { ...REPORT, days: [{ ...DAY, date: 'tomorrow' }] }],
    ['a date that is none', { ...REPORT, days: [{ ...DAY, date: '2026-13-45' }] }],
    ['a temperature in words', { ...REPORT, days: [{ ...DAY, temperature_max: 'hot' }] }],
  ] as [string, JsonValue][])('throws on %s', (_, output) => {
    expect(() => draw(output)).toThrow(TypeError);
  });

  it('draws every WMO code', () => {
    const codes = [0, 1, 2, 3, 45, 48, 51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 71, 73, 75, 77];
    for (const code of [...codes, 80, 81, 82, 85, 86, 95, 96, 99]) {
      expect(skyOf(code)).not.toBe('unknown');
      expect(skyIcon(skyOf(code)).childElementCount).toBeGreaterThan(0);
    }
    expect(skyOf(7)).toBe('unknown');
    expect(skyOf(null)).toBe('unknown');
  });
});
