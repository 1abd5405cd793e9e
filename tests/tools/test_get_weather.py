"""The weather: the exact requests to Open-Meteo, and the result of each of its answers."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
import respx

from backend.config.settings import Settings
from backend.domain.parts import value_of
from backend.tools.function import ToolContext
from backend.tools.functions.get_weather import get_weather
from backend.tools.toolbox import FunctionResult, Toolbox
from backend.tools.weather.report import CONDITIONS, WeatherReport

GEOCODING = "https://geocoding-api.open-meteo.com/v1/search"
FORECAST = "https://api.open-meteo.com/v1/forecast"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TODAY, TOMORROW = "2026-11-24", "2026-11-25"

OSLO = {
    "id": 3143244,
    "name": "Oslo",
    "latitude": 59.91273,
    "longitude": 10.74609,
    "elevation": 26.0,
    "feature_code": "PPLC",
    "country_code": "NO",
    "timezone": "Europe/Oslo",
    "population": 580000,
    "country": "Norway",
    "admin1": "Oslo",
}


def forecast_body(*days: str, **changes: Any) -> dict[str, Any]:
    count = len(days)
    return {
        "latitude": 59.9,
        "longitude": 10.75,
        "generationtime_ms": 0.1,
        "utc_offset_seconds": 3600,
        "timezone": "Europe/Oslo",
        "timezone_abbreviation": "GMT+1",
        "elevation": 26.0,
        "daily_units": {"time": "iso8601", "temperature_2m_min": "°C"},
        "daily": {
            "time": list(days),
            "weather_code": [61] * count,
            "temperature_2m_min": [1.2] * count,
            "temperature_2m_max": [4.8] * count,
            "precipitation_sum": [2.1] * count,
            "precipitation_probability_max": [70] * count,
            "wind_speed_10m_max": [20.1] * count,
        }
        | changes,
    }


@pytest.fixture
async def toolbox() -> AsyncIterator[Toolbox]:
    toolbox = Toolbox([get_weather], Settings())
    yield toolbox
    await toolbox.close()


def context_of(toolbox: Toolbox, timezone: str = "UTC", now: datetime = NOW) -> ToolContext:
    return toolbox.context("thread_1", "run_1", timezone, now=now)


async def ask(toolbox: Toolbox, location: str, *dates: str) -> FunctionResult:
    arguments = json.dumps({"location": location, "dates": dates})
    return await toolbox.call(get_weather, arguments, context_of(toolbox))


async def report_of(toolbox: Toolbox, location: str, *dates: str) -> WeatherReport:
    result = await ask(toolbox, location, *dates)
    assert result.error is None
    return WeatherReport.model_validate_json(json.dumps(value_of(result.outputs)))


async def test_tomorrow_in_oslo_is_asked_for_and_told_exactly(
    toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    places = httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    forecast = httpx2_mock.get(FORECAST).respond(json=forecast_body(TOMORROW))

    result = await ask(toolbox, "Oslo", TOMORROW)

    assert dict(places.calls.last.request.url.params) == {
        "name": "Oslo",
        "count": "10",
        "language": "en",
        "format": "json",
    }
    assert dict(forecast.calls.last.request.url.params) == {
        "latitude": "59.91273",
        "longitude": "10.74609",
        "daily": "weather_code,temperature_2m_min,temperature_2m_max,precipitation_sum,"
        "precipitation_probability_max,wind_speed_10m_max",
        "start_date": TOMORROW,
        "end_date": TOMORROW,
        "timezone": "auto",
    }
    assert value_of(result.outputs) == {
        "location": {
            "name": "Oslo",
            "region": "Oslo",
            "country": "Norway",
            "latitude": 59.91273,
            "longitude": 10.74609,
            "timezone": "Europe/Oslo",
        },
        "units": {"temperature": "°C", "wind_speed": "km/h", "precipitation": "mm"},
        "sample": False,
        "notice": None,
        "source": "Open-Meteo",
        "current": None,
        "days": [
            {
                "date": TOMORROW,
                "weather_code": 61,
                "conditions": "Slight rain",
                "temperature_min": 1.2,
                "temperature_max": 4.8,
                "precipitation": 2.1,
                "precipitation_probability": 70.0,
                "wind_speed_max": 20.1,
            }
        ],
    }


async def test_no_date_means_today_with_what_it_is_like_now(
    toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    current = {
        "time": "2026-11-24T13:00",
        "interval": 900,
        "temperature_2m": 3.1,
        "weather_code": 3,
        "wind_speed_10m": 12.0,
    }
    forecast = httpx2_mock.get(FORECAST).respond(json=forecast_body(TODAY) | {"current": current})

    result = await ask(toolbox, "Oslo")

    params = forecast.calls.last.request.url.params
    assert params["current"] == "temperature_2m,weather_code,wind_speed_10m"
    assert params["start_date"] == params["end_date"] == TODAY
    report = value_of(result.outputs)
    assert isinstance(report, dict)
    assert report["current"] == {
        "time": "2026-11-24T13:00",
        "temperature": 3.1,
        "weather_code": 3,
        "conditions": "Overcast",
        "wind_speed": 12.0,
    }


async def test_today_is_the_visitors(toolbox: Toolbox, httpx2_mock: respx.Router) -> None:
    httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    forecast = httpx2_mock.get(FORECAST).respond(json=forecast_body(TOMORROW))

    context = context_of(toolbox, "Pacific/Auckland", now=NOW)
    result = await toolbox.call(get_weather, '{"location": "Oslo", "dates": []}', context)

    assert result.error is None
    assert forecast.calls.last.request.url.params["start_date"] == TOMORROW


async def test_several_dates_are_one_request_and_only_they_are_told(
    toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    week = [f"2026-11-{day}" for day in range(25, 29)]
    forecast = httpx2_mock.get(FORECAST).respond(json=forecast_body(*week))

    report = await report_of(toolbox, "Oslo", "2026-11-28", TOMORROW, TOMORROW)

    assert forecast.call_count == 1
    params = forecast.calls.last.request.url.params
    assert (params["start_date"], params["end_date"]) == (TOMORROW, "2026-11-28")
    assert [day.date.isoformat() for day in report.days] == [TOMORROW, "2026-11-28"]


async def test_values_the_service_does_not_have_are_null(
    toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    body = forecast_body(TOMORROW, weather_code=[None], precipitation_probability_max=[None])
    httpx2_mock.get(FORECAST).respond(json=body)

    report = await report_of(toolbox, "Oslo", TOMORROW)

    assert report.days[0].weather_code is None
    assert report.days[0].conditions == "Unknown"
    assert report.days[0].precipitation_probability is None


@pytest.mark.parametrize(
    ("asked", "region"),
    [
        ("Paris", "Île-de-France"),
        ("Paris, France", "Île-de-France"),
        ("Paris, TEXAS", "Texas"),
        ("Paris, Texas, United States", "Texas"),
        ("Paris,us", "Texas"),
        ("Paris, Atlantis", "Île-de-France"),
    ],
)
async def test_what_follows_a_comma_chooses_among_places_of_one_name(
    asked: str, region: str, toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    france = {"name": "Paris", "latitude": 48.85, "longitude": 2.35, "country": "France"}
    texas = {"name": "Paris", "latitude": 33.66, "longitude": -95.56, "country": "United States"}
    results = [
        france | {"admin1": "Île-de-France", "country_code": "FR"},
        texas | {"admin1": "Texas", "country_code": "US"},
    ]
    places = httpx2_mock.get(GEOCODING).respond(json={"results": results})
    httpx2_mock.get(FORECAST).respond(json=forecast_body(TOMORROW))

    report = await report_of(toolbox, asked, TOMORROW)

    assert places.calls.last.request.url.params["name"] == "Paris"
    assert report.location.region == region


async def test_an_unknown_place_is_an_error_with_what_to_try(
    toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.get(GEOCODING).respond(json={"generationtime_ms": 0.5})

    result = await ask(toolbox, "Qwertyville", TOMORROW)

    assert result.error == (
        "No place called 'Qwertyville' was found. Try the English spelling, a larger town nearby, "
        "or the name with its country."
    )


@pytest.mark.parametrize("dates", [["2026-11-23"], ["2026-12-10"], [TODAY, "2027-11-24"]])
async def test_dates_without_a_forecast_are_refused_before_anyone_is_asked(
    dates: list[str], toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    result = await ask(toolbox, "Oslo", *dates)

    assert result.error == (
        f"No forecast for {dates[-1]}. Today is 2026-11-24; forecasts reach from today to "
        "2026-12-09."
    )
    assert not httpx2_mock.calls


async def test_a_blank_place_is_refused(toolbox: Toolbox) -> None:
    assert "location is empty" in ((await ask(toolbox, " , ", TOMORROW)).error or "")


async def test_a_refusal_of_the_service_reaches_the_model(
    toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    reason = "Parameter 'end_date' is out of allowed range from 2026-08-23 to 2026-12-08"
    httpx2_mock.get(FORECAST).respond(400, json={"error": True, "reason": reason})

    result = await ask(toolbox, "Oslo", "2026-12-09")

    assert result.error == f"Open-Meteo refused the request: {reason}"


@pytest.mark.parametrize(
    ("failure", "notice"),
    [
        ({"side_effect": httpx2.ConnectError("gone")}, "Open-Meteo could not be reached."),
        ({"side_effect": httpx2.ReadTimeout("gone")}, "Open-Meteo did not answer within 5 s."),
        ({"side_effect": httpx2.RemoteProtocolError("gone")}, "Open-Meteo could not be reached."),
        ({"status_code": 503}, "Open-Meteo answered with HTTP 503."),
        ({"status_code": 429}, "Open-Meteo answered with HTTP 429."),
        ({"status_code": 302}, "Open-Meteo answered with HTTP 302."),
        ({"text": "<html>Sign in</html>"}, "Open-Meteo sent an answer that makes no sense."),
        ({"json": []}, "Open-Meteo sent an answer that makes no sense."),
    ],
    ids=str,
)
@pytest.mark.parametrize("broken", ["geocoding", "forecast"])
async def test_a_service_out_of_reach_gives_sample_data_that_says_so(
    failure: dict[str, Any],
    notice: str,
    broken: str,
    toolbox: Toolbox,
    httpx2_mock: respx.Router,
) -> None:
    places = httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    route = places if broken == "geocoding" else httpx2_mock.get(FORECAST)
    if "side_effect" in failure:
        route.mock(side_effect=failure["side_effect"])
    else:
        route.respond(**failure)

    report = await report_of(toolbox, "oslo", TODAY, TOMORROW)

    assert report.sample
    assert report.notice == f"This is invented sample data, not a forecast. {notice}"
    assert report.source == "Sample data"
    assert report.location.name == "Oslo"
    assert report.location.country == (None if broken == "geocoding" else "Norway")
    assert [day.date.isoformat() for day in report.days] == [TODAY, TOMORROW]
    assert report.current is not None


@pytest.mark.parametrize(
    "changes", [{"wind_speed_10m_max": []}, {"time": ["2026-12-01"]}], ids=["short", "other day"]
)
async def test_columns_that_do_not_fit_count_as_a_bad_answer(
    changes: dict[str, Any], toolbox: Toolbox, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.get(GEOCODING).respond(json={"results": [OSLO]})
    httpx2_mock.get(FORECAST).respond(json=forecast_body(TOMORROW, **changes))

    assert (await report_of(toolbox, "Oslo", TOMORROW)).sample


async def test_the_setting_sample_asks_nobody(httpx2_mock: respx.Router) -> None:
    toolbox = Toolbox([get_weather], Settings(weather_source="sample"))
    report = await report_of(toolbox, "new york")
    await toolbox.close()

    assert report.sample
    assert "WEATHER_SOURCE=sample" in (report.notice or "")
    assert report.location.name == "New York"
    assert not httpx2_mock.calls


async def test_sample_weather_is_the_same_each_time_and_plausible() -> None:
    toolbox = Toolbox([get_weather], Settings(weather_source="sample"))
    dates = [(date(2026, 11, 24) + timedelta(days=number)).isoformat() for number in range(16)]
    places = ("Oslo", "Lima", "Paris", "Rome", "New York", "Bergen", "Kyoto", "Nairobi")
    reports = [await report_of(toolbox, place, *dates) for place in places]
    again = await report_of(toolbox, "OSLO", dates[3])
    with_country = await report_of(toolbox, "Lima, Peru", dates[3])
    await toolbox.close()

    assert again.days[0] == reports[0].days[3]
    for day in (*reports[1].days, *with_country.days):
        assert (day.temperature_min or 0) > 10, "Lima knows no frost"
    days = [day for report in reports for day in report.days]
    for day in days:
        assert day.temperature_min is not None
        assert day.temperature_max is not None
        assert day.precipitation is not None
        assert -35 < day.temperature_min < day.temperature_max < 45
        assert CONDITIONS[day.weather_code or 0] == day.conditions
        assert (day.precipitation > 0) == ((day.weather_code or 0) > 50)
        assert "now" not in day.conditions or day.temperature_max <= 2
        assert 0 <= (day.precipitation_probability or 0) <= 100
    assert len({day.conditions for day in days}) > 5
