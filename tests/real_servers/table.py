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
    """Cases by servers, then a note for all that is explained or has failed."""
    notes: list[str] = []
    head = ["case", *(f"{column.name} {column.version}" for column in columns)]
    lines = [head, ["---"] * len(head)]
    for name in columns[0].results:
        lines.append([name, *(_cell(column, name, notes) for column in columns)])
    rows = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return rows + "".join(f"\n{number}. {note}" for number, note in enumerate(notes, 1)) + "\n"


def _cell(column: Column, name: str, notes: list[str]) -> str:
    result = column.results[name]
    if result.verdict == "ok":
        return "ok"
    note = " ".join(f"{column.name}, {name}: {result.told}".split())
    notes.append(note.replace("|", "\\|"))
    return f"{result.verdict} ({len(notes)})"
