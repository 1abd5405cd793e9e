"""Searches the places of the time zone database, which is in the public domain.

https://www.iana.org/time-zones: about 440 places, at least one in each country. They come with the
`tzdata` package, so nothing is asked of anybody.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from pydantic import Field

from backend.tools.function import ToolError, function
from backend.tools.shapes import Line, Map, Point

EARTH_RADIUS_KM: Final = 6371.0

_ZONES: Final = files("tzdata").joinpath("zoneinfo")
_ALIASES: Final = {
    "uk": "britain",
    "united kingdom": "britain",
    "great britain": "britain",
    "england": "britain",
    "usa": "united states",
    "us": "united states",
}

_COORDINATES = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    country: str
    zone: str
    latitude: float
    longitude: float


@function(repeatable=True, widget="map")
def search_places(
    query: Annotated[
        str,
        "A place, a country or a continent in English: 'Oslo', 'Japan', 'Africa'.",
        Field(max_length=100),
    ],
    distance_from: Annotated[
        str | None, "A place to measure the distance from, or null.", Field(max_length=100)
    ] = None,
    limit: Annotated[
        int, "How many at most; the nearest first if there is a distance.", Field(ge=1, le=100)
    ] = 25,
) -> Map:
    """Find places of the world and show them to the user on a map.

    Only some 440 places are known: those that stand for a time zone, such as capitals.
    """
    origin = _origin(distance_from) if distance_from else None
    found = [place for place in _places() if _fits(place, query) and place != origin]
    if not found:
        raise ToolError(
            f"No place fits {query!r}. Only places that stand for a time zone are known; try the "
            "country, or a larger city."
        )
    if origin is not None:
        found.sort(key=lambda place: _distance_km(origin, place))
    shown = found[:limit]
    points = [_point(place, origin) for place in shown]
    lines = () if origin is None else tuple(_line(origin, place) for place in shown)
    if origin is not None:
        points.insert(0, _point(origin, None))
    return Map(
        title=f"Places: {query}" if origin is None else f"From {origin.name} to {query}",
        points=tuple(points),
        lines=lines,
        note=f"{len(shown)} of {len(found)} places." if len(shown) < len(found) else None,
    )


@cache
def _places() -> tuple[Place, ...]:
    countries = dict(_rows("iso3166.tab"))
    return tuple(
        Place(
            zone.rsplit("/", 1)[1].replace("_", " "), countries[code], zone, *_degrees(coordinates)
        )
        for code, coordinates, zone in _rows("zone.tab")
    )


def _rows(name: str) -> list[list[str]]:
    """Returns the first columns of a table; the last of three may be followed by a comment."""
    lines = _ZONES.joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[:3] for line in lines if line and not line.startswith("#")]


def _degrees(coordinates: str) -> tuple[float, float]:
    """Returns latitude and longitude of ISO 6709 text, `+5955+01045`."""
    found = _COORDINATES.fullmatch(coordinates)
    assert found is not None, coordinates
    degrees = []
    for sign, whole, minutes, seconds in (found.groups()[:4], found.groups()[4:]):
        value = int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600
        degrees.append(round(-value if sign == "-" else value, 4))
    return degrees[0], degrees[1]


def _fits(place: Place, query: str) -> bool:
    asked = _folded(query)
    asked = _ALIASES.get(asked, asked)
    names = (place.name, place.country, place.zone.split("/", 1)[0])
    return any(re.search(rf"\b{re.escape(asked)}\b", _folded(name)) for name in names)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.split(",")[0])
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold().strip()


def _origin(name: str) -> Place:
    for place in _places():
        if _folded(place.name) == _folded(name):
            return place
    raise ToolError(f"The place {name!r} is not known. Try the capital of its country.")


def _distance_km(one: Place, other: Place) -> float:
    """The haversine formula."""
    latitudes = math.radians(one.latitude), math.radians(other.latitude)
    north = math.sin((latitudes[1] - latitudes[0]) / 2) ** 2
    east = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return (
        2
        * EARTH_RADIUS_KM
        * math.asin(math.sqrt(north + math.cos(latitudes[0]) * math.cos(latitudes[1]) * east))
    )


def _point(place: Place, origin: Place | None) -> Point:
    text = place.country
    if origin is not None:
        text += f", {_distance_km(origin, place):,.0f} km"
    return Point(name=place.name, latitude=place.latitude, longitude=place.longitude, text=text)


def _line(origin: Place, place: Place) -> Line:
    ends = ((origin.latitude, origin.longitude), (place.latitude, place.longitude))
    return Line(name=f"{origin.name} to {place.name}", points=ends)
