"""Draws a CSV file of the conversation as a chart."""

import csv
import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Final

from backend.tools.function import ThreadFile, ToolContext, ToolError, function
from backend.tools.shapes import Axis, Chart, ChartKind, Series, XAxis

MAX_ROWS: Final = 200_000
MAX_VALUES: Final = 2_000
"""Of all series together: more than a page has pixels for."""
MAX_SERIES: Final = 8
MAX_LABEL_CHARS: Final = 200
"""Of a column's name, in which a unit is looked for: that takes time as the square of its length."""

_UNIT = re.compile(r"(.+?)\s*[(\[]([^)\]]+)[)\]]")
_SIGNS = str.maketrans("", "", "€$£%\u202f\u00a0 '")


@function(repeatable=True, widget="chart")
def chart_csv(
    context: ToolContext,
    file: Annotated[
        str | None, "Name of a CSV file of the conversation; the newest if null."
    ] = None,
    x: Annotated[str | None, "Column of the x axis; the first if null."] = None,
    y: Annotated[list[str] | None, "Columns to draw; all with numbers if null."] = None,
    kind: Annotated[ChartKind, "line and area for what goes on, bar for categories."] = "line",
) -> Chart:
    """Draw columns of a CSV file of the conversation as a chart, which the user sees."""
    table = _find(context, file)
    context.progress(None, f"Reading {table.name}")
    names, rows, decimal = _read(table)
    across = names.index(_column(names, x)) if x else 0
    asked = [names.index(_column(names, name)) for name in y or ()]
    drawn = asked or [
        place
        for place in range(len(names))
        if place != across and _is_numeric([row[place] for row in rows], decimal)
    ]
    if not drawn:
        raise ToolError(f"No column of {table.name} holds numbers. Its columns: {_list(names)}.")
    drawn = drawn[:MAX_SERIES]
    step = max(1, -(-len(rows) * len(drawn) // MAX_VALUES))
    shown = rows[::step]
    labels = [_label(names[place]) for place in drawn]
    units = {unit for _, unit in labels}
    label, unit = _label(names[across])
    return Chart(
        kind=kind,
        title=table.name,
        x=XAxis(label=label, unit=unit, values=_across([row[across] for row in shown], decimal)),
        y=Axis(
            label=labels[0][0] if len(labels) == 1 else None,
            unit=units.pop() if len(units) == 1 else None,
        ),
        series=tuple(
            Series(
                name=name if len(units) < 2 or unit is None else f"{name} ({unit})",
                values=tuple(_number(row[place], decimal) for row in shown),
            )
            for place, (name, unit) in zip(drawn, labels, strict=True)
        ),
        note=None if step == 1 else f"Each {step}th of {len(rows):,} rows.",
    )


def _find(context: ToolContext, name: str | None) -> ThreadFile:
    tables = [file for file in context.files if file.name.lower().endswith((".csv", ".tsv"))]
    if name is None:
        if not tables:
            raise ToolError(
                "There is no CSV file in this conversation. Ask the user to attach one."
            )
        return tables[-1]
    return context.file(name)


def _read(file: ThreadFile) -> tuple[list[str], list[list[str]], str]:
    """Returns the names of the columns, the rows filled up to them, and the decimal separator."""
    text = file.read_text()
    head = text[:4096]
    delimiter = max(",;\t|", key=head.split("\n", 1)[0].count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        lines = list(islice((line for line in reader if any(line)), MAX_ROWS + 1))
    except csv.Error as error:
        raise ToolError(f"{file.name} cannot be read as CSV: {error}.") from error
    if len(lines) < 2:
        raise ToolError(f"{file.name} has no rows below its first line.")
    names = [name.strip() or f"Column {place}" for place, name in enumerate(lines[0], 1)]
    width = len(names)
    rows = [(line + [""] * width)[:width] for line in lines[1:]]
    return names, rows, "," if delimiter == ";" and "." not in head else "."


def _column(names: Sequence[str], wanted: str) -> str:
    for name in names:
        if wanted.casefold() in (name.casefold(), _label(name)[0].casefold()):
            return name
    raise ToolError(f"There is no column {wanted!r}. Its columns: {_list(names)}.")


def _label(name: str) -> tuple[str, str | None]:
    """Returns `Height (m)` as label and unit."""
    found = _UNIT.fullmatch(name) if len(name) <= MAX_LABEL_CHARS else None
    return (found[1], found[2]) if found else (name, None)


def _number(text: str, decimal: str) -> float | None:
    plain = text.translate(_SIGNS)
    plain = plain.replace(".", "").replace(",", ".") if decimal == "," else plain.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        return None


def _is_numeric(cells: Sequence[str], decimal: str) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_number(cell, decimal) is not None for cell in filled)


def _across(
    cells: Sequence[str], decimal: str
) -> tuple[float, ...] | tuple[date | datetime, ...] | tuple[str, ...]:
    if _is_numeric(cells, decimal) and all(cells):
        return tuple(_number(cell, decimal) or 0.0 for cell in cells)
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return tuple(read(cell.strip()) for cell in cells)
        except ValueError:
            continue
    return tuple(cells)


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)
