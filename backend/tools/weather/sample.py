"""Invented weather for when the service cannot be reached, always marked as such.

The same place and date have the same weather on every machine.
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
WET_CODES = (51, 61, 80, 61, 63, 81, 95)
SNOW_CODES = (85, 71, 73)

LATITUDES = {
    "amsterdam": 52,
    "athens": 38,
    "bangkok": 14,
    "barcelona": 41,
    "bergen": 60,
    "berlin": 53,
    "bogota": 5,
    "buenos aires": -35,
    "cairo": 30,
    "cape town": -34,
    "chicago": 42,
    "copenhagen": 56,
    "delhi": 29,
    "dublin": 53,
    "helsinki": 60,
    "hong kong": 22,
    "istanbul": 41,
    "jakarta": -6,
    "kyoto": 35,
    "lagos": 6,
    "lima": -12,
    "lisbon": 39,
    "london": 52,
    "los angeles": 34,
    "madrid": 40,
    "melbourne": -38,
    "mexico city": 19,
    "moscow": 56,
    "mumbai": 19,
    "nairobi": -1,
    "new york": 41,
    "oslo": 60,
    "paris": 49,
    "prague": 50,
    "reykjavik": 64,
    "rio de janeiro": -23,
    "rome": 42,
    "san francisco": 38,
    "santiago": -33,
    "seoul": 38,
    "shanghai": 31,
    "singapore": 1,
    "stockholm": 59,
    "sydney": -34,
    "tokyo": 36,
    "toronto": 44,
    "tromsø": 70,
    "vienna": 48,
    "warsaw": 52,
    "zurich": 47,
}
"""Latitudes of places that people like to try, so that there is no frost in Lima."""


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
    latitude = _latitude(location)
    distance = abs(latitude)
    season = math.cos(2 * math.pi * (day.timetuple().tm_yday - 200) / 365.25)
    usual = 28 - 0.37 * distance + 0.18 * distance * (season if latitude > 0 else -season)
    moment = f"{location.name.casefold()} {day.isoformat()}"
    middle = usual + 6 * (_fraction(moment, "warmth") - 0.5)
    spread = 2 + 2.5 * _fraction(moment, "spread")
    coldest, warmest = middle - spread, middle + spread
    wetness = _fraction(moment, "wetness")
    wet = wetness > 0.6
    codes = DRY_CODES if not wet else SNOW_CODES if warmest < 2 else WET_CODES
    # The wetter the day, the later in the list, so that a drizzle does not bring 12 mm.
    pick = (wetness - 0.6) / 0.4 if wet else _fraction(moment, "code")
    code = codes[int(pick * len(codes))]
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
    """Returns the present weather on the day's curve, which is warmest at three in the afternoon."""
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


def _latitude(location: Location) -> float:
    """Returns a plausible latitude: the known one, else any."""
    if location.latitude is not None:
        return location.latitude
    name = location.name.casefold()
    known = LATITUDES.get(name.partition(",")[0].strip())
    return known if known is not None else -35 + 95 * _fraction(name, "latitude")


def _fraction(text: str, salt: str) -> float:
    """Returns a number in [0, 1), evenly distributed over texts."""
    digest = hashlib.sha256(f"{salt}:{text}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
