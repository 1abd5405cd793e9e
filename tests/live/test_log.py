from sys import getsizeof

from hypothesis import given
from hypothesis import strategies as st

from backend.live.log import EventLog


def filled(count: int, keep: int) -> EventLog:
    log = EventLog(keep=keep)
    for number in range(1, count + 1):
        log.append(f"frame {number}")
    return log


@given(count=st.integers(0, 60), keep=st.integers(1, 10), after=st.integers(-2, 65))
def test_what_the_log_replays_is_what_came_after_without_a_hole(
    count: int, keep: int, after: int
) -> None:
    replay = filled(count, keep).after(after)
    if replay is not None:
        assert list(replay) == [f"frame {n}" for n in range(after + 1, count + 1)]


@given(count=st.integers(0, 60), keep=st.integers(1, 10))
def test_the_last_frames_are_always_there_and_memory_is_bounded(count: int, keep: int) -> None:
    log = filled(count, keep)
    replay = log.after(max(0, count - keep))
    assert replay is not None
    assert len(replay) == min(count, keep)
    assert len(log.after(log.seq - 1) or [1]) == 1
    assert sum(log.after(n) is not None for n in range(count + 1)) <= 2 * keep


@given(sizes=st.lists(st.integers(0, 3000), max_size=60), keep_bytes=st.integers(1, 5000))
def test_large_frames_go_early_and_what_is_left_is_still_without_a_hole(
    sizes: list[int], keep_bytes: int
) -> None:
    log = EventLog(keep=1000, keep_bytes=keep_bytes)
    frames = [f"{number}".ljust(size, ".") for number, size in enumerate(sizes)]
    for frame in frames:
        log.append(frame)
    assert log.seq == len(frames)
    kept = max(
        (replay for n in range(len(frames)) if (replay := log.after(n))), key=len, default=[]
    )
    assert list(kept) == frames[len(frames) - len(kept) :]
    assert sum(map(getsizeof, kept)) < 2 * keep_bytes
    last = sum(map(getsizeof, frames[-3:]))
    assert len(kept) >= min(3, len(frames)) or last > keep_bytes


def test_a_number_from_the_future_cannot_be_replayed() -> None:
    assert filled(3, 10).after(4) is None
    assert filled(3, 10).after(3) == []


def test_a_log_goes_on_from_the_number_it_was_given() -> None:
    log = EventLog(seq=41)
    log.append("frame 42")
    assert log.seq == 42
    assert log.after(41) == ["frame 42"]
    assert log.after(40) is None
