/** The output of `get_weather`, validated. Throws on anything else. */

import { t } from '../../strings/widgets.ts';
import { type Fields, numberOrNull, record, text, textOrNull } from '../shared/read.ts';

export interface Location {
  readonly name: string;
  readonly region: string | null;
  readonly country: string | null;
}

export interface Units {
  readonly temperature: string;
  readonly windSpeed: string;
  readonly precipitation: string;
}

export interface CurrentWeather {
  /** `YYYY-MM-DDTHH:MM` at the place. */
  readonly time: string | null;
  readonly temperature: number | null;
  readonly weatherCode: number | null;
  readonly conditions: string;
  readonly windSpeed: number | null;
}

export interface WeatherDay {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly weatherCode: number | null;
  readonly conditions: string;
  readonly temperatureMin: number | null;
  readonly temperatureMax: number | null;
  readonly precipitation: number | null;
  readonly precipitationProbability: number | null;
  readonly windSpeedMax: number | null;
}

export interface WeatherReport {
  readonly location: Location;
  readonly units: Units;
  readonly sample: boolean;
  readonly notice: string | null;
  readonly source: string | null;
  readonly current: CurrentWeather | null;
  readonly days: readonly WeatherDay[];
}

export function parseWeatherReport(value: unknown): WeatherReport {
  const report = record(value, 'report');
  const location = record(report['location'], 'location');
  const units = record(report['units'], 'units');
  const days = report['days'];
  if (!Array.isArray(days)) throw new TypeError(t.wrong.noList('days'));
  if (typeof report['sample'] !== 'boolean') throw new TypeError(t.wrong.noBoolean('sample'));
  const current = report['current'] ?? null;
  if (days.length === 0 && current === null) throw new TypeError(t.wrong.noWeather);
  return {
    location: {
      name: text(location, 'name'),
      region: textOrNull(location, 'region'),
      country: textOrNull(location, 'country'),
    },
    units: {
      temperature: text(units, 'temperature'),
      windSpeed: text(units, 'wind_speed'),
      precipitation: text(units, 'precipitation'),
    },
    sample: report['sample'],
    notice: textOrNull(report, 'notice'),
    source: textOrNull(report, 'source'),
    current: current === null ? null : parseCurrent(record(current, 'current')),
    days: days.map((day: unknown) => parseDay(record(day, 'day'))),
  };
}

function parseCurrent(current: Fields): CurrentWeather {
  return {
    time: textOrNull(current, 'time'),
    temperature: numberOrNull(current, 'temperature'),
    weatherCode: numberOrNull(current, 'weather_code'),
    conditions: text(current, 'conditions'),
    windSpeed: numberOrNull(current, 'wind_speed'),
  };
}

function parseDay(day: Fields): WeatherDay {
  const date = text(day, 'date');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date))) {
    throw new TypeError(t.wrong.noDate('date'));
  }
  return {
    date,
    weatherCode: numberOrNull(day, 'weather_code'),
    conditions: text(day, 'conditions'),
    temperatureMin: numberOrNull(day, 'temperature_min'),
    temperatureMax: numberOrNull(day, 'temperature_max'),
    precipitation: numberOrNull(day, 'precipitation'),
    precipitationProbability: numberOrNull(day, 'precipitation_probability'),
    windSpeedMax: numberOrNull(day, 'wind_speed_max'),
  };
}
