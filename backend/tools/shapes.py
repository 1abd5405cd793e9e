"""What the page's widgets show: functions with `widget="chart"` and so on return one of these.

A dict of the same form does as well. What a widget cannot make sense of is shown as JSON.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import Field, model_validator

from backend.domain.frozen_model import FrozenModel

ChartKind = Literal["line", "bar", "area", "scatter"]


class Axis(FrozenModel):
    label: str | None = None
    unit: str | None = None


class XAxis(Axis):
    values: tuple[float | date | datetime | str, ...]
    """All numbers, all dates (or ISO 8601 texts of dates), or categories."""


class Series(FrozenModel):
    name: str
    values: tuple[float | None, ...]
    """One for each value of the x axis; None leaves a gap."""


class Chart(FrozenModel):
    """For `widget="chart"`."""

    kind: ChartKind = "line"
    title: str | None = None
    x: XAxis
    y: Axis = Axis()
    series: tuple[Series, ...] = Field(min_length=1)
    note: str | None = None

    @model_validator(mode="after")
    def _is_aligned(self) -> "Chart":
        for series in self.series:
            if len(series.values) != len(self.x.values):
                raise ValueError(
                    f"Series {series.name!r} has {len(series.values)} values for "
                    f"{len(self.x.values)} of the x axis"
                )
        return self


class Column(FrozenModel):
    label: str
    unit: str | None = None


class Table(FrozenModel):
    """For `widget="table"`. A list of dicts does as well: their keys are the columns."""

    title: str | None = None
    columns: tuple[Column | str, ...] = Field(min_length=1)
    rows: tuple[tuple[bool | float | str | None, ...], ...]
    note: str | None = None


class Point(FrozenModel):
    name: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    text: str | None = None
    """What to know about it, shown with its name."""


class Line(FrozenModel):
    name: str
    points: tuple[tuple[float, float], ...] = Field(min_length=2)
    """Latitude and longitude of each, joined by the shortest way over the globe."""


class Map(FrozenModel):
    """For `widget="map"`."""

    title: str | None = None
    points: tuple[Point, ...] = ()
    lines: tuple[Line, ...] = ()
    note: str | None = None
