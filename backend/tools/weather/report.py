"""The weather report, which `get_weather` returns and the weather widget draws."""

from datetime import date

from backend.domain.frozen_model import FrozenModel


class Location(FrozenModel):
    name: str
    region: str | None = None
    """State, county or the like."""
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    timezone: str | None = None
    """IANA name of the zone in which the report's times are local."""


class Units(FrozenModel):
    temperature: str = "°C"
    wind_speed: str = "km/h"
    precipitation: str = "mm"


class CurrentWeather(FrozenModel):
    time: str | None = None
    """`YYYY-MM-DDTHH:MM` in the place's time zone; in sample data, in the visitor's."""
    temperature: float | None = None
    weather_code: int | None = None
    conditions: str
    wind_speed: float | None = None


class WeatherDay(FrozenModel):
    date: date
    weather_code: int | None = None
    conditions: str
    temperature_min: float | None = None
    temperature_max: float | None = None
    precipitation: float | None = None
    precipitation_probability: float | None = None
    """Per cent."""
    wind_speed_max: float | None = None


class WeatherReport(FrozenModel):
    location: Location
    units: Units = Units()
    sample: bool
    """Whether the weather is invented, since no service was asked or none answered."""
    notice: str | None = None
    source: str
    current: CurrentWeather | None = None
    """Only if today was asked for."""
    days: tuple[WeatherDay, ...]


CONDITIONS = {
    0: "Clear sky",
    1: "Mainly clear",
    2: "Partly cloudy",
    3: "Overcast",
    45: "Fog",
    48: "Depositing rime fog",
    51: "Light drizzle",
    53: "Moderate drizzle",
    55: "Dense drizzle",
    56: "Light freezing drizzle",
    57: "Dense freezing drizzle",
    61: "Slight rain",
    63: "Moderate rain",
    65: "Heavy rain",
    66: "Light freezing rain",
    67: "Heavy freezing rain",
    71: "Slight snowfall",
    73: "Moderate snowfall",
    75: "Heavy snowfall",
    77: "Snow grains",
    80: "Slight rain showers",
    81: "Moderate rain showers",
    82: "Violent rain showers",
    85: "Slight snow showers",
    86: "Heavy snow showers",
    95: "Thunderstorm",
    96: "Thunderstorm with slight hail",
    99: "Thunderstorm with heavy hail",
}
"""WMO weather interpretation codes as Open-Meteo uses them: https://open-meteo.com/en/docs"""


def conditions_of(weather_code: int | None) -> str:
    return CONDITIONS.get(weather_code, "Unknown") if weather_code is not None else "Unknown"
