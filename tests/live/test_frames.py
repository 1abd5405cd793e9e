import random
import tracemalloc
from sys import getsizeof

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.events import StreamedDelta, delta_frame
from backend.domain.ids import new_item_id
from backend.live.frames import KEEP_FRAMES, Frames


def filled(count: int, keep: int) -> Frames:
    frames = Frames(keep=keep)
    for number in range(1, count + 1):
        frames.append(f"frame {number}")
    return frames


@given(count=st.integers(0, 60), keep=st.integers(1, 10), after=st.integers(-2, 65))
def test_a_replay_has_every_frame_after_the_last_one_seen(
    count: int, keep: int, after: int
) -> None:
    replay = filled(count, keep).between(after, count)
    if replay is not None:
        assert list(replay) == [f"frame {n}" for n in range(after + 1, count + 1)]


@given(count=st.integers(0, 60), keep=st.integers(1, 10))
def test_the_last_frames_are_kept_and_memory_is_bounded(count: int, keep: int) -> None:
    frames = filled(count, keep)
    replay = frames.between(max(0, count - keep), count)
    assert replay is not None
    assert len(replay) == min(count, keep)
    assert sum(frames.between(n, count) is not None for n in range(count + 1)) <= 2 * keep


@given(sizes=st.lists(st.integers(0, 3000), max_size=60), keep_bytes=st.integers(1, 5000))
def test_large_frames_are_dropped_early_and_the_others_have_no_gap(
    sizes: list[int], keep_bytes: int
) -> None:
    log = Frames(keep=1000, keep_bytes=keep_bytes)
    # Digits at random take at least half of their memory when they are compressed.
    digits = random.Random(7)
    frames = [digits.randbytes(size).hex() for size in sizes]
    for frame in frames:
        log.append(frame)
    kept = max(
        (replay for n in range(len(frames)) if (replay := log.between(n, len(frames)))),
        key=len,
        default=[],
    )
    assert list(kept) == frames[len(frames) - len(kept) :]
    assert sum(map(len, kept)) < 2 * 2 * keep_bytes
    last = sum(map(getsizeof, frames[-3:]))
    assert len(kept) >= min(3, len(frames)) or last > keep_bytes


def test_a_long_answer_is_kept_whole_and_takes_little_memory() -> None:
    """All that a reader may still ask for of 50 deltas a second, in a tenth of their size."""
    item_id, random_bytes = new_item_id(), random.Random(7).randbytes
    frames = Frames()
    sent = [
        delta_frame(StreamedDelta(seq, item_id, "text", 0, 9 * seq, f" {random_bytes(4).hex()}"))
        for seq in range(1, KEEP_FRAMES + 1)
    ]
    tracemalloc.start()
    for frame in sent:
        frames.append(frame)
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert list(frames.between(0, KEEP_FRAMES) or ()) == sent
    assert used < sum(map(getsizeof, sent)) / 4


@given(count=st.integers(1, 60), last=st.integers(0, 60), after=st.integers(0, 60))
def test_the_replay_may_end_before_the_last_frame(count: int, last: int, after: int) -> None:
    replay = filled(count, keep=100).between(after, last)
    if after <= last <= count:
        assert replay == [f"frame {number}" for number in range(after + 1, last + 1)]
    else:
        assert replay is None


def test_numbering_continues_from_the_given_number() -> None:
    frames = Frames(seq=41)
    frames.append("frame 42")
    assert frames.between(41, 42) == ["frame 42"]
    assert frames.between(42, 42) == []
    assert frames.between(40, 42) is None
