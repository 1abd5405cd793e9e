"""What a reader of a thread is sent next: the events it lacks, or a snapshot. No I/O."""

from collections.abc import Sequence

from backend.live.thread_log import ThreadLog
from backend.watching.steps import Showing
from backend.watching.watch import Watch
from backend.websocket.messages import Snapshot

_UNWATCHED = Watch()


def resume_point(after: str | None, epoch: str) -> int | None:
    """Returns the number in `epoch:number`, or None if a snapshot is needed."""
    of, _, number = (after or "").partition(":")
    # ASCII first: isdigit() alone also takes digits that int() refuses.
    known = of == epoch and number.isascii() and number.isdigit()
    return int(number) if known and len(number) < 16 else None


def frames_after(
    live: ThreadLog, sent: int | None, watch: Watch = _UNWATCHED
) -> tuple[Sequence[str], int]:
    """Returns the next frames for a reader that was sent event `sent`, and their last number.

    They are one snapshot if `sent` is None or the events after it cannot be replayed.
    """
    frames = None if sent is None else live.frames_after(sent)
    if frames is None or sent is None:
        with watch.during(Showing("opened" if sent is None else "behind")):
            now = snapshot(live)
            return (now.model_dump_json(),), now.seq
    return frames, sent + len(frames)


def snapshot(live: ThreadLog) -> Snapshot:
    """The thread as readers may see it."""
    transcript = live.shown
    return Snapshot(
        seq=transcript.seq,
        thread=transcript.present_thread,
        items=transcript.items,
        runs=tuple(transcript.runs.values()),
        forks=transcript.forks,
        active_run=transcript.active_run,
    )


def beginning(live: ThreadLog) -> Snapshot:
    """The thread before its first event."""
    thread = live.thread.model_copy(update={"head_id": None})
    return Snapshot(seq=0, thread=thread, items=(), runs=())
