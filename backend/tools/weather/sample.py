"""Invented weather, for where the service cannot be reached. Always marked as such.

The same place and date give the same weather, on every machine.
"""

import hashlib
import math
from collections.abc import Sequence
from datetime import date, datetime

from backend.tools.weather.report import (
    CurrentWeather,
    Location,
    WeatherDay,
    WeatherReport,
    conditions_of,
)

SOURCE = "Sample data"

DRY_CODES = (0, 1, 1, 2, 2, 3, 3, 45)
WET_CODES = (51, 61, 61, 63, 80, 81, 95)
SNOW_CODES = (71, 73, 85)


def sample_report(
    location: Location, dates: Sequence[date], now: datetime, notice: str
) -> WeatherReport:
    days = tuple(_day(location, day) for day in dates)
    today = next((day for day in days if day.date == now.date()), None)
    return WeatherReport(
        location=location,
        sample=True,
        notice=notice,
        source=SOURCE,
        current=_current(today, now) if today else None,
        days=days,
    )


def _day(location: Location, day: date) -> WeatherDay:
    place = location.name.casefold()
    climate = _fraction(place, "climate")
    mean = -2 + 26 * climate
    swing = 12 * (1 - climate)
    season = math.cos(2 * math.pi * (day.timetuple().tm_yday - 200) / 365.25)
    if location.latitude is not None and location.latitude < 0:
        season = -season
    moment = f"{place} {day.isoformat()}"
    middle = mean + swing * season + 6 * (_fraction(moment, "warmth") - 0.5)
    spread = 2 + 4 * _fraction(moment, "spread")
    coldest, warmest = middle - spread, middle + spread
    wetness = _fraction(moment, "wetness")
    wet = wetness > 0.6
    codes = DRY_CODES if not wet else SNOW_CODES if warmest < 2 else WET_CODES
    code = codes[int(_fraction(moment, "code") * len(codes))]
    return WeatherDay(
        date=day,
        weather_code=code,
        conditions=conditions_of(code),
        temperature_min=round(coldest, 1),
        temperature_max=round(warmest, 1),
        precipitation=round(0.2 + 30 * (wetness - 0.6), 1) if wet else 0.0,
        precipitation_probability=5 * round(20 * (wetness if wet else wetness / 3)),
        wind_speed_max=round(4 + 34 * _fraction(moment, "wind") ** 2, 1),
    )


def _current(today: WeatherDay, now: datetime) -> CurrentWeather:
    """On the day's curve, warmest at three in the afternoon."""
    assert today.temperature_min is not None
    assert today.temperature_max is not None
    assert today.wind_speed_max is not None
    hour = now.hour + now.minute / 60
    warmth = (1 + math.cos(2 * math.pi * (hour - 15) / 24)) / 2
    span = today.temperature_max - today.temperature_min
    return CurrentWeather(
        time=now.strftime("%Y-%m-%dT%H:%M"),
        temperature=round(today.temperature_min + span * warmth, 1),
        weather_code=today.weather_code,
        conditions=today.conditions,
        wind_speed=round(today.wind_speed_max * 0.6, 1),
    )


def _fraction(text: str, salt: str) -> float:
    """From 0 up to 1, evenly spread."""
    digest = hashlib.sha256(f"{salt}:{text}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
