"""Weather, now and up to 16 days ahead, from Open-Meteo."""

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from backend.tools.function import ToolContext, ToolError, function
from backend.tools.weather.open_meteo import (
    FORECAST_DAYS,
    WeatherRefused,
    WeatherUnavailable,
    find_place,
    forecast,
)
from backend.tools.weather.report import Location, WeatherReport
from backend.tools.weather.sample import sample_report

logger = logging.getLogger(__name__)

SAMPLE_NOTICE = "This is invented sample data, not a forecast."


@function(repeatable=True)
async def get_weather(
    location: Annotated[
        str, "City or town, in English, with the country where unclear, e.g. 'Paris, France'."
    ],
    dates: Annotated[
        list[date],
        "Dates as YYYY-MM-DD, from today up to 15 days ahead. Empty means today.",
    ],
    context: ToolContext,
) -> WeatherReport:
    """Get the weather forecast of one place for one or more dates.

    With today among the dates the current conditions are included. Call it once per place.
    """
    place = location.strip()
    if not place.strip(" ,"):
        raise ToolError("The location is empty. Give the name of a city or town.")
    asked = sorted(set(dates)) or [context.today]
    _check(asked, context.today)
    if context.settings.weather_source == "sample":
        notice = f"{SAMPLE_NOTICE} The server is set to WEATHER_SOURCE=sample."
        return sample_report(_unlocated(place), asked, context.now, notice)
    found: Location | None = _unlocated(place)
    try:
        found = await find_place(context.http, place)
        if found is None:
            raise ToolError(
                f"No place called {place!r} was found. Try the English spelling, a larger town "
                "nearby, or the name with its country."
            )
        return await forecast(context.http, found, asked, with_current=context.today in asked)
    except WeatherRefused as error:
        raise ToolError(f"Open-Meteo refused the request: {error}") from error
    except WeatherUnavailable as error:
        logger.warning("Weather is sample data: %s", error)
        notice = f"{SAMPLE_NOTICE} {error}."
        return sample_report(found or _unlocated(place), asked, context.now, notice)


def _check(dates: Sequence[date], today: date) -> None:
    last = today + timedelta(days=FORECAST_DAYS - 1)
    wrong = [day.isoformat() for day in dates if not today <= day <= last]
    if wrong:
        raise ToolError(
            f"No forecast for {', '.join(wrong)}. Today is {today}; forecasts reach from today to "
            f"{last}."
        )


def _unlocated(place: str) -> Location:
    """Returns a location of which only the name is known."""
    return Location(name=place.title() if place.islower() else place)
