"""What became of each case with each server, as a table in markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "explained", "FAILED"]


@dataclass(frozen=True)
class Result:
    verdict: Verdict
    told: str = ""
    """Why it is explained, or how it failed."""
    seen: str = ""
    """What the visitor was told then."""


@dataclass(frozen=True)
class Column:
    """One server."""

    name: str
    version: str
    results: dict[str, Result]


def as_markdown(columns: Sequence[Column]) -> str:
    """Returns cases by servers, then a numbered note for each reason."""
    notes: dict[str, int] = {}
    head = ["case", *(f"{column.name} {column.version}" for column in columns)]
    lines = [head, ["---"] * len(head)]
    for name in columns[0].results:
        lines.append([name, *(_cell(column, name, notes) for column in columns)])
    rows = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return rows + "\n" + "".join(f"{number}. {note}\n" for note, number in notes.items())


def _cell(column: Column, name: str, notes: dict[str, int]) -> str:
    result = column.results[name]
    if result.verdict == "ok":
        return "ok"
    note = " ".join(result.told.split())
    return f"{result.verdict} ({notes.setdefault(note, len(notes) + 1)})"
