import { locale } from '../strings/locale.ts';
import './weather/weather.css';
import { h, svg } from '../base/dom.ts';
import { linkTo } from '../base/links.ts';
import { t } from '../strings/widgets.ts';
import { firstText, titled } from './shared/preview.ts';
import { skyIcon, skyOf } from './weather/icon.ts';
import {
  type CurrentWeather,
  parseWeatherReport,
  type Units,
  type WeatherDay,
  type WeatherReport,
} from './weather/report.ts';
import type { WidgetProps } from './widget.ts';

export const preview = titled((args) => {
  const place = firstText(args, 'location');
  return place === null ? null : t.weather.of(place);
});

/** The weather at one place: now, if the report has it, and day by day. */
export default function widget({ output }: WidgetProps): HTMLElement {
  const report = parseWeatherReport(output);
  const place = placeName(report);
  const [day] = report.days;
  const single = report.current === null && report.days.length === 1 && day !== undefined;
  return h(
    'div',
    { class: 'weather', role: 'group', 'aria-label': t.weather.of(place) },
    h(
      'header',
      { class: 'weather-header' },
      h(
        'p',
        { class: 'weather-place' },
        h('strong', { class: 'weather-name' }, report.location.name),
        region(report),
      ),
      report.sample && h('strong', { class: 'weather-sample' }, t.weather.sample),
    ),
    report.current !== null && currentWeather(report.current, report.units),
    single && onlyDay(day, report.units),
    !single && report.days.length > 0 && days(report, place),
    footer(report),
  );
}

function placeName({ location }: WeatherReport): string {
  return location.country === null ? location.name : `${location.name}, ${location.country}`;
}

function region({ location }: WeatherReport): HTMLElement | null {
  const parts = [location.region, location.country].filter(
    (part) => part !== null && part !== '' && part !== location.name,
  );
  return parts.length === 0 ? null : h('span', { class: 'weather-region' }, parts.join(', '));
}

function currentWeather(now: CurrentWeather, units: Units): HTMLElement {
  return h(
    'div',
    { class: 'weather-hero' },
    skyIcon(skyOf(now.weatherCode)),
    h('p', { class: 'weather-temperature' }, temperature(now.temperature, units)),
    h(
      'p',
      { class: 'weather-summary' },
      h('span', { class: 'weather-conditions' }, now.conditions),
      h('span', {}, t.weather.now, now.time !== null && clock(now.time)),
      now.windSpeed !== null &&
        h('span', {}, t.weather.wind(amount(now.windSpeed, units.windSpeed))),
    ),
  );
}

/** A report of one day has room for large figures. */
function onlyDay(day: WeatherDay, units: Units): HTMLElement {
  return h(
    'div',
    { class: 'weather-hero' },
    skyIcon(skyOf(day.weatherCode)),
    h(
      'p',
      { class: 'weather-temperature' },
      temperature(day.temperatureMax, units),
      h('span', { class: 'weather-low' }, low(day, units)),
    ),
    h(
      'p',
      { class: 'weather-summary' },
      h('span', { class: 'weather-conditions' }, day.conditions),
      calendarDate(day.date, { weekday: 'long', day: 'numeric', month: 'long' }),
      ...details(day, units, true),
    ),
  );
}

function days(report: WeatherReport, place: string): HTMLElement {
  const span = temperatureSpan(report.days);
  return h(
    'div',
    { class: 'weather-days', role: 'group', tabindex: 0, 'aria-label': t.weather.days(place) },
    h(
      'ol',
      { class: 'weather-row' },
      ...report.days.map((day) =>
        h(
          'li',
          { class: 'weather-day' },
          h(
            'p',
            { class: 'weather-date' },
            calendarDate(day.date, { weekday: 'short', day: 'numeric', month: 'short' }),
          ),
          skyIcon(skyOf(day.weatherCode)),
          h('p', { class: 'weather-conditions' }, day.conditions),
          h(
            'p',
            { class: 'weather-range' },
            h('span', { class: 'weather-high' }, temperature(day.temperatureMax, report.units)),
            h('span', { class: 'weather-low' }, low(day, report.units)),
          ),
          rangeBar(day, span),
          h('p', { class: 'weather-details' }, ...details(day, report.units)),
        ),
      ),
    ),
  );
}

function details(day: WeatherDay, units: Units, spelled = false): HTMLElement[] {
  const wind = day.windSpeedMax;
  return [
    precipitation(day, units, spelled),
    wind === null ? null : h('span', {}, t.weather.wind(amount(wind, units.windSpeed))),
  ].filter((line) => line !== null);
}

/** The amount and its probability. In a narrow column an icon labels it for sighted readers. */
function precipitation(day: WeatherDay, units: Units, spelled: boolean): HTMLElement | null {
  const chance =
    day.precipitationProbability === null
      ? null
      : `${number(day.precipitationProbability, 0)}\u202f%`;
  const fallen =
    day.precipitation === null ? null : amount(day.precipitation, units.precipitation, 1);
  if (fallen === null && chance === null) return null;
  return h(
    'span',
    {},
    h('span', { class: !spelled && 'visually-hidden' }, t.weather.precipitation),
    fallen === null ? chance : chance === null ? fallen : `${fallen} (${chance})`,
  );
}

function footer(report: WeatherReport): HTMLElement | null {
  if (report.sample) {
    return h('p', { class: 'weather-notice' }, report.notice ?? t.weather.invented);
  }
  const attribution =
    report.source === 'Open-Meteo'
      ? linkTo('https://open-meteo.com/', ['Open-Meteo'])
      : report.source;
  if (attribution === null && report.notice === null) return null;
  return h(
    'footer',
    { class: 'weather-footer' },
    report.notice !== null && h('span', {}, report.notice),
    attribution !== null && h('span', {}, t.weather.by, attribution),
  );
}

interface Span {
  readonly low: number;
  readonly high: number;
}

function temperatureSpan(days: readonly WeatherDay[]): Span | null {
  const all = days.flatMap((day) =>
    [day.temperatureMin, day.temperatureMax].filter((value) => value !== null),
  );
  if (all.length === 0) return null;
  return { low: Math.min(...all), high: Math.max(...all) };
}

/** Shows where the day lies between the lowest and the highest temperature of the row. */
function rangeBar(day: WeatherDay, span: Span | null): SVGElement | null {
  if (span === null || day.temperatureMin === null || day.temperatureMax === null) return null;
  const scale = 100 / Math.max(span.high - span.low, 1);
  const from = Math.min((day.temperatureMin - span.low) * scale, 92);
  const width = Math.max((day.temperatureMax - day.temperatureMin) * scale, 8);
  return svg(
    'svg',
    {
      class: 'weather-bar',
      viewBox: '0 0 100 6',
      preserveAspectRatio: 'none',
      'aria-hidden': true,
    },
    svg('rect', { class: 'weather-bar-all', width: 100, height: 6, rx: 3 }),
    svg('rect', { class: 'weather-bar-day', x: from, width, height: 6, rx: 3 }),
  );
}

function temperature(value: number | null, units: Units): string {
  return value === null ? '–' : `${number(value, 0)} ${units.temperature}`;
}

function low(day: WeatherDay, units: Units): HTMLElement | null {
  if (day.temperatureMin === null) return null;
  return h(
    'span',
    {},
    h('span', { class: 'visually-hidden' }, t.weather.down),
    temperature(day.temperatureMin, units),
  );
}

function amount(value: number, unit: string, digits = 0): string {
  return `${number(value, digits)} ${unit}`;
}

/** Formats a number for the reader's locale, rounded as Python rounds and never "-0". */
function number(value: number, digits: number): string {
  const format = new Intl.NumberFormat(locale, {
    maximumFractionDigits: digits,
    signDisplay: 'negative',
    roundingMode: 'halfEven',
  });
  return format.format(value).replace('-', '\u2212');
}

/** Formats a calendar day without a time zone: it is the same everywhere. */
function calendarDate(date: string, options: Intl.DateTimeFormatOptions): HTMLElement {
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  return h('time', { datetime: date, lang: locale }, format.format(new Date(`${date}T00:00:00Z`)));
}

/** Formats the local time of the place. */
function clock(time: string): HTMLElement | null {
  const moment = new Date(`${time}Z`);
  if (Number.isNaN(moment.getTime())) return null;
  const format = new Intl.DateTimeFormat(locale, {
    hour: 'numeric',
    minute: '2-digit',
    timeZone: 'UTC',
  });
  return h('time', { datetime: time }, `, ${format.format(moment)}`);
}
