"""A sample of `make every-await`: servers that end in the middle of a run, and their successors."""

import signal
from pathlib import Path

import pytest

from tests.runs.survival import survive
from tests.runs.worlds import WORLDS


@pytest.mark.parametrize(
    ("world", "place"),
    [("demo", 5), ("demo-booking", 8), ("responses", 17), ("responses", 28), ("assistants", 22)],
)
async def test_a_killed_server_loses_nothing_of_a_run_and_repeats_nothing(
    tmp_path: Path, world: str, place: int
) -> None:
    assert await survive(tmp_path, WORLDS[world], place, signal.SIGKILL)


@pytest.mark.parametrize(
    ("world", "place"), [("demo-booking", 9), ("demo-asking", 14), ("responses", 24)]
)
async def test_nor_of_a_run_that_waits_for_somebody(tmp_path: Path, world: str, place: int) -> None:
    assert await survive(tmp_path, WORLDS[world], place, signal.SIGKILL, asks=True)


@pytest.mark.parametrize(("world", "place"), [("demo", 9), ("responses", 20), ("assistants", 25)])
async def test_a_server_that_is_told_to_stop_leaves_the_run_to_the_next_one(
    tmp_path: Path, world: str, place: int
) -> None:
    assert await survive(tmp_path, WORLDS[world], place, signal.SIGTERM)
