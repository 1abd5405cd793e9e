"""Charts in Office files: their titles, and a row for each category with the value of each series."""

from collections.abc import Iterator
from typing import Any, Final

_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"

_CATEGORIES: Final = (f"{_C}cat", f"{_C}xVal")
_VALUES: Final = (f"{_C}val", f"{_C}yVal")


def lines(chart: Any) -> Iterator[str]:
    """Yields what a chart shows, by its XML."""
    for title in chart.iter(f"{_C}title"):
        rich = "".join(each.text or "" for each in title.iter(f"{_A}t"))
        yield rich or " ".join(_points(title).values())
    rows: dict[str, list[str]] = {}
    names = list[str]()
    for series in chart.iter(f"{_C}ser"):
        name = series.find(f"{_C}tx")
        names.append("" if name is None else _name(name))
        categories = _first(series, _CATEGORIES)
        values = _first(series, _VALUES)
        for place in categories | values:
            row = rows.setdefault(categories.get(place, str(int(place) + 1)), [])
            row += [""] * (len(names) - 1 - len(row))
            row.append(values.get(place, ""))
    if any(names):
        yield " | ".join(["", *names])
    for category, cells in rows.items():
        yield " | ".join([category, *cells])


def _name(element: Any) -> str:
    direct = element.find(f"{_C}v")
    return (direct.text or "") if direct is not None else " ".join(_points(element).values())


def _first(series: Any, tags: tuple[str, ...]) -> dict[str, str]:
    found = (series.find(tag) for tag in tags)
    return next((_points(each) for each in found if each is not None), {})


def _points(element: Any) -> dict[str, str]:
    """The values that were stored with a reference, by their places; all levels of a category."""
    points: dict[str, list[str]] = {}
    for point in element.iter(f"{_C}pt"):
        value = point.find(f"{_C}v")
        if value is not None and value.text:
            points.setdefault(point.get("idx", "0"), []).insert(0, value.text)
    return {place: " ".join(values) for place, values in points.items()}
