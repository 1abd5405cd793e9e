"""The outputs of `get_weather` in words: each place, each day, nothing but what they say."""

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import ValidationError

from backend.tools.weather.report import Units, WeatherDay, WeatherReport
from backend.upstreams.demo import answers, returned
from backend.upstreams.events import ToolCall


def tell(answered: Sequence[tuple[ToolCall, str]], today: date) -> str:
    """One paragraph per call, in order, then what to know of the source."""
    paragraphs: list[str] = []
    notices: dict[str, None] = {}
    sources: dict[str, None] = {}
    for call, text in answered:
        try:
            report = WeatherReport.model_validate_json(text)
        except ValidationError:
            paragraphs.append(returned.output(call, text))
            continue
        paragraphs.append(_place(report, today))
        if report.sample:
            notices[report.notice or "This is sample data, not a forecast."] = None
        else:
            sources[report.source] = None
    paragraphs += [f"> **Sample data.** {notice}" for notice in notices]
    told_by = answers.SIGNATURE
    if sources:
        told_by = f"*Source: {', '.join(sources)}.* {told_by}"
    return "\n\n".join([*paragraphs, told_by])


def _place(report: WeatherReport, today: date) -> str:
    location = report.location
    name = (
        f"**{location.name}, {location.country}**" if location.country else f"**{location.name}**"
    )
    lines = [_day(day, report.units, today) for day in report.days]
    current = report.current
    if current is not None:
        now = f"now {current.conditions.lower()}"
        if current.temperature is not None:
            now += f" at {_whole(current.temperature)} {report.units.temperature}"
        name = f"{name}, {now}"
    if len(lines) == 1:
        return f"{name}: {lines[0]}."
    return "\n".join([f"{name}:", "", *(f"- {line}" for line in lines)])


def _day(day: WeatherDay, units: Units, today: date) -> str:
    facts = [day.conditions.lower()]
    low, high = day.temperature_min, day.temperature_max
    if low is not None and high is not None:
        facts.append(f"{_whole(low)} to {_whole(high)} {units.temperature}")
    if day.precipitation:
        chance = day.precipitation_probability
        facts.append(
            f"{day.precipitation:g} {units.precipitation} of precipitation"
            + (f" ({chance:.0f} % likely)" if chance is not None else "")
        )
    if day.wind_speed_max is not None:
        facts.append(f"wind up to {_whole(day.wind_speed_max)} {units.wind_speed}")
    return f"{_when(day.date, today)}: {', '.join(facts)}"


def _when(day: date, today: date) -> str:
    written = f"{day:%A} {day.day} {day:%B}"
    if day == today:
        return f"today, {written}"
    return f"tomorrow, {written}" if day == today + timedelta(days=1) else written


def _whole(number: float) -> str:
    return f"{round(number)}".replace("-", "−")
