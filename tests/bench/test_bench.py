import subprocess
import sys

import psutil
import pytest

from tests.bench.result import Case, Measured, Report
from tests.paths import ROOT
from tests.patience import PATIENCE_S

COMMAND = (sys.executable, "-m", "tests.bench", "--quick", "--deltas", "50", "--threads", "2")
SEVERAL_SERVERS = 5
OTHERS = "--upstream assistants --upstream chat_completions --paced-deltas 0"


@pytest.mark.thorough
def test_the_bench_loses_nothing_and_prints_its_tables() -> None:
    options = (
        "--upstream responses --idle 5 --streaming 3 --idle-s 0.2 --paced-deltas 20 --lengths 2,20"
        " --parked 3 --mcp-servers 0 --mcp-calls 0"
    )
    done = subprocess.run(
        [*COMMAND, *options.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SEVERAL_SERVERS * PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "responses, back to back, 50 deltas a run" in done.stdout
    assert "responses, 50 deltas a second, 20 deltas a run" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    for subject in ("Runstream", "typed", "bytes"):
        assert [row[0] for row in rows if subject in row[1:3]] == ["2", "2"]
    assert [row[0] for row in rows if "idle" in row[1:2] or "idle," in row] == ["5", "5"]
    assert [row[0] for row in rows if "streaming" in row[1:2]] == ["3"]
    assert [row[0] for row in rows if "waiting" in row[1:2]] == ["3"]
    assert [row[0] for row in rows if row and row[0] in ("2", "20") and len(row) == 5] == [
        "2",
        "20",
    ]


@pytest.mark.thorough
def test_the_bench_watches_mcp_servers_at_rest_and_calls_them_beside_the_sdk() -> None:
    others = ("--threads", "", "--idle", "0", "--lengths", "", "--parked", "0", "--idle-s", "0.2")
    done = subprocess.run(
        [*COMMAND[:4], *others, "--mcp-servers", "1", "--mcp-calls", "10"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SEVERAL_SERVERS * PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    kinds = ("none", "stdio", "http")
    assert [tuple(row[:2]) for row in rows if len(row) > 1 and row[1] in kinds] == [
        ("0", "none"),
        ("1", "stdio"),
        ("1", "http"),
    ]
    assert [tuple(row[:3]) for row in rows if row and row[0] in kinds] == [
        ("stdio", "SDK", "10"),
        ("stdio", "Runstream", "10"),
        ("http", "SDK", "10"),
        ("http", "Runstream", "10"),
    ]


@pytest.mark.thorough
def test_a_terminated_bench_leaves_no_process() -> None:
    with subprocess.Popen(
        [*COMMAND, *OTHERS.split()],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as bench:
        assert bench.stderr is not None
        # For each API one for Runstream, and one each for the SDK's typed events and its bytes: by
        # the fifth, both APIs have been read by Runstream and as typed events.
        assert bench.stderr.read(5) == b"....."
        children = psutil.Process(bench.pid).children(recursive=True)
        assert len(children) >= 2
        bench.terminate()
        bench.stderr.read()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert alive == []


def test_the_table_shows_cpu_per_ten_thousand_deltas_and_its_share_of_the_typed_sdk() -> None:
    case = Case("responses", threads=10, deltas=1000, per_second=0)
    report = Report()
    report.add(case, "Runstream", Measured(2.0, 0.5, [1_000_000] * 99 + [9_000_000], [3.0, 5.0]))
    report.add(case, "SDK typed", Measured(4.0, 2.0, [2_000_000], [1.0]))
    [ours] = [line.split() for line in report.text().splitlines() if "Runstream" in line]
    assert ours == ["10", "Runstream", "5,000", "0.50", "25%", "1.00", "9.00", "4.0", "5.0"]
