"""A client of Open-Meteo, which gives forecasts without a key.

https://open-meteo.com/en/docs and https://open-meteo.com/en/docs/geocoding-api
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from backend.tools.weather.report import (
    CurrentWeather,
    Location,
    WeatherDay,
    WeatherReport,
    conditions_of,
)

SOURCE = "Open-Meteo"
GEOCODING_URL = "https://geocoding-api.open-meteo.com/v1/search"
FORECAST_URL = "https://api.open-meteo.com/v1/forecast"
FORECAST_DAYS = 16
"""Including today."""
TIMEOUT_S = 5.0

Answer = TypeVar("Answer", bound=BaseModel)


class WeatherUnavailable(Exception):
    """The service could not be reached, or its answer made no sense. The message says which."""


class WeatherRefused(Exception):
    """The service refused the request. The message is its reason."""


class _Place(BaseModel):
    name: str
    latitude: float
    longitude: float
    timezone: str | None = None
    country: str | None = None
    country_code: str | None = None
    admin1: str | None = None
    admin2: str | None = None


class _Places(BaseModel):
    results: list[_Place] = []
    """Missing from the answer if nothing was found."""


class _Current(BaseModel):
    time: str | None = None
    temperature_2m: float | None = None
    weather_code: int | None = None
    wind_speed_10m: float | None = None


class _Daily(BaseModel):
    """Columns of the same length. A value that the weather models lack is null."""

    time: list[date]
    weather_code: list[int | None]
    temperature_2m_min: list[float | None]
    temperature_2m_max: list[float | None]
    precipitation_sum: list[float | None]
    precipitation_probability_max: list[float | None]
    wind_speed_10m_max: list[float | None]


class _Forecast(BaseModel):
    timezone: str | None = None
    current: _Current | None = None
    daily: _Daily


class _Refusal(BaseModel):
    reason: str


async def find_place(http: httpx2.AsyncClient, text: str) -> Location | None:
    """Returns the place that `text` most likely means (`Paris` or `Paris, Texas`), or None.

    Raises `WeatherUnavailable`, `WeatherRefused`.
    """
    name, *hints = (part.strip() for part in text.split(","))
    places = await _get(
        http,
        GEOCODING_URL,
        {"name": name, "count": 10, "language": "en", "format": "json"},
        _Places,
    )
    if not places.results:
        return None
    place = next((place for place in places.results if _matches(place, hints)), places.results[0])
    return Location(
        name=place.name,
        region=place.admin1,
        country=place.country,
        latitude=place.latitude,
        longitude=place.longitude,
        timezone=place.timezone,
    )


async def forecast(
    http: httpx2.AsyncClient, location: Location, dates: Sequence[date], *, with_current: bool
) -> WeatherReport:
    """Returns the report for `dates`, which are sorted.

    Raises `WeatherUnavailable` and `WeatherRefused`.
    """
    asked: dict[str, str | int | float | None] = {
        "latitude": location.latitude,
        "longitude": location.longitude,
        "daily": ",".join(name for name in _Daily.model_fields if name != "time"),
        "start_date": dates[0].isoformat(),
        "end_date": dates[-1].isoformat(),
        "timezone": "auto",
    }
    if with_current:
        asked["current"] = ",".join(name for name in _Current.model_fields if name != "time")
    answer = await _get(http, FORECAST_URL, asked, _Forecast)
    days = {day.date: day for day in _days(answer.daily)}
    if not days.keys() >= set(dates):
        raise WeatherUnavailable("Open-Meteo left out some of the days")
    return WeatherReport(
        location=location.model_copy(update={"timezone": answer.timezone or location.timezone}),
        sample=False,
        source=SOURCE,
        current=_current(answer.current) if with_current and answer.current else None,
        days=tuple(days[day] for day in dates),
    )


def _matches(place: _Place, hints: Sequence[str]) -> bool:
    known = {
        value.casefold()
        for value in (place.country, place.country_code, place.admin1, place.admin2)
        if value
    }
    return all(hint.casefold() in known for hint in hints)


def _days(daily: _Daily) -> list[WeatherDay]:
    try:
        return [
            WeatherDay(
                date=day,
                weather_code=daily.weather_code[at],
                conditions=conditions_of(daily.weather_code[at]),
                temperature_min=daily.temperature_2m_min[at],
                temperature_max=daily.temperature_2m_max[at],
                precipitation=daily.precipitation_sum[at],
                precipitation_probability=daily.precipitation_probability_max[at],
                wind_speed_max=daily.wind_speed_10m_max[at],
            )
            for at, day in enumerate(daily.time)
        ]
    except IndexError:
        raise WeatherUnavailable("Open-Meteo sent columns of different lengths") from None


def _current(current: _Current) -> CurrentWeather:
    return CurrentWeather(
        time=current.time,
        temperature=current.temperature_2m,
        weather_code=current.weather_code,
        conditions=conditions_of(current.weather_code),
        wind_speed=current.wind_speed_10m,
    )


async def _get(
    http: httpx2.AsyncClient,
    url: str,
    params: Mapping[str, str | int | float | None],
    kind: type[Answer],
) -> Answer:
    try:
        response = await http.get(url, params=params, timeout=TIMEOUT_S)
    except httpx2.TimeoutException:
        raise WeatherUnavailable(f"Open-Meteo did not answer within {TIMEOUT_S:g} s") from None
    except httpx2.HTTPError as error:
        raise WeatherUnavailable("Open-Meteo could not be reached") from error
    if response.status_code == 400:
        try:
            raise WeatherRefused(_Refusal.model_validate_json(response.content).reason)
        except ValidationError:
            pass
    if response.status_code != 200:
        raise WeatherUnavailable(f"Open-Meteo answered with HTTP {response.status_code}")
    try:
        return kind.model_validate_json(response.content)
    except ValidationError:
        raise WeatherUnavailable("Open-Meteo sent an answer that makes no sense") from None
