"""The figures of each configuration, and the table of all configurations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from tests.bench.stream import Dialect

Subject = str
"""`Runstream`, `SDK typed` or `SDK bytes`, with the transport if it is not the default."""


@dataclass(frozen=True)
class Case:
    """One configuration: the number of simultaneous runs, and the deltas and pace of each."""

    dialect: Dialect
    threads: int
    deltas: int
    per_second: float
    """0 means back to back."""


@dataclass
class Measured:
    """The figures of one subject in one case. Latencies are in nanoseconds."""

    wall_s: float
    cpu_s: float
    latencies: list[int]
    firsts_ms: list[float]
    snapshots: int = 0
    idle_kb: float | None = None
    active_kb: float | None = None


@dataclass
class Report:
    rows: list[tuple[Case, Subject, Measured]] = field(default_factory=list)

    def add(self, case: Case, subject: Subject, measured: Measured) -> None:
        self.rows.append((case, subject, measured))

    def text(self) -> str:
        """Returns one table for each upstream and pace."""
        groups: dict[tuple[Dialect, float, int], list[tuple[Case, Subject, Measured]]] = {}
        for row in self.rows:
            case = row[0]
            groups.setdefault((case.dialect, case.per_second, case.deltas), []).append(row)
        return "\n\n".join(
            _table(f"{dialect}, {_pace(per_second)}, {deltas:,} deltas a run", rows)
            for (dialect, per_second, deltas), rows in groups.items()
        )


def table(title: str, rows: Sequence[Sequence[str]], left: int) -> str:
    """Returns an aligned table. The first row is the head; the column `left` is left-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join([title, "", *(_line(row, widths, left) for row in rows)])


def quantile_ms(nanoseconds: Sequence[int], share: float) -> str:
    """Returns a percentile of sorted latencies."""
    return _ms(nanoseconds[min(int(len(nanoseconds) * share), len(nanoseconds) - 1)] / 1e6)


_HEAD: Final = (
    "threads",
    "subject",
    "deltas/s",
    "CPU s/10k",
    "of typed",
    "p50 ms",
    "p99 ms",
    "first ms",
    "max ms",
    "idle KB",
    "active KB",
)


def _table(title: str, rows: Sequence[tuple[Case, Subject, Measured]]) -> str:
    typed = {
        case.threads: _cpu_per_10k(case, measured)
        for case, subject, measured in rows
        if subject == "SDK typed"
    }
    return table(title, [_HEAD, *(_cells(*row, typed.get(row[0].threads)) for row in rows)], left=1)


def _cells(
    case: Case, subject: Subject, measured: Measured, typed: float | None
) -> tuple[str, ...]:
    cpu = _cpu_per_10k(case, measured)
    latencies = sorted(measured.latencies)
    return (
        str(case.threads),
        subject + (f" ({measured.snapshots} snapshots)" if measured.snapshots else ""),
        f"{case.threads * case.deltas / measured.wall_s:,.0f}",
        f"{cpu:.2f}",
        f"{cpu / typed:.0%}" if typed else "",
        quantile_ms(latencies, 0.5),
        quantile_ms(latencies, 0.99),
        f"{median(measured.firsts_ms):.1f}",
        f"{max(measured.firsts_ms):.1f}",
        _kb(measured.idle_kb),
        _kb(measured.active_kb),
    )


def _line(cells: Iterable[str], widths: Sequence[int], left: int) -> str:
    padded = [
        cell.ljust(width) if place == left else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _cpu_per_10k(case: Case, measured: Measured) -> float:
    return measured.cpu_s / (case.threads * case.deltas) * 10_000


def _ms(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _kb(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _pace(per_second: float) -> str:
    return f"{per_second:g} deltas a second" if per_second else "back to back"
