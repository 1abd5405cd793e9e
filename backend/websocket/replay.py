"""What a reader of a thread is sent next: the events it lacks, or a snapshot. No I/O."""

from collections.abc import Sequence

from backend.domain.ids import ItemId
from backend.domain.items import Item, UserMessage
from backend.domain.transcript import Transcript
from backend.live.thread_log import ThreadLog
from backend.watching.steps import Showing
from backend.watching.watch import Watch
from backend.websocket.messages import Snapshot

ENOUGH_CHARS = 256_000
"""Of items as JSON, with which a snapshot of the end of a thread begins no earlier."""
MAX_LAST = 1000
_UNWATCHED = Watch()


def resume_point(after: str | None, epoch: str) -> int | None:
    """Returns the number in `epoch:number`, or None if a snapshot is needed."""
    of, _, number = (after or "").partition(":")
    # ASCII first: isdigit() alone also takes digits that int() refuses.
    known = of == epoch and number.isascii() and number.isdigit()
    return int(number) if known and len(number) < 16 else None


def items_wanted(last: str | None) -> int | None:
    """Returns how many items a snapshot may end at, or None if it is to be whole."""
    known = last is not None and last.isascii() and last.isdigit() and len(last) < 6
    return min(max(int(last), 1), MAX_LAST) if known and last else None


def frames_after(
    live: ThreadLog, sent: int | None, watch: Watch = _UNWATCHED, last: int | None = None
) -> tuple[Sequence[str], int]:
    """Returns the next frames for a reader that was sent event `sent`, and their last number.

    They are one snapshot if `sent` is None or the events after it cannot be replayed: of the last
    items, if `last` says how many are enough.
    """
    frames = None if sent is None else live.frames_after(sent)
    if frames is None or sent is None:
        with watch.during(Showing("opened" if sent is None else "behind")):
            now = snapshot(live, last)
            return (now.model_dump_json(),), now.seq
    return frames, sent + len(frames)


def snapshot(live: ThreadLog, last: int | None = None) -> Snapshot:
    """The thread as readers may see it, whole or the end of it: at least `last` items, or less if they
    are large, from a user message on."""
    transcript = live.shown
    items = transcript.items if last is None else _end(transcript, last)
    before = items[0].id if len(items) < transcript.length_of_path else transcript.before
    runs, forks = tuple(transcript.runs.values()), transcript.forks
    if before is not None:
        places: set[ItemId | None] = {item.id for item in items}
        runs = tuple(run for run in runs if run.parent_id in places)
        places.add(items[0].parent_id)
        forks = tuple(fork for fork in forks if fork.parent_id in places)
    return Snapshot(
        seq=transcript.seq,
        thread=transcript.present_thread,
        items=items,
        runs=runs,
        forks=forks,
        active_run=transcript.active_run,
        before=before,
    )


def _end(transcript: Transcript, last: int) -> tuple[Item, ...]:
    """The last items, as whole turns: so many, or so many characters, and whatever the last turn is."""
    items: list[Item] = []
    chars = 0
    for item in transcript.backwards():
        items.append(item)
        chars += len(item.model_dump_json())
        if isinstance(item, UserMessage) and (len(items) >= last or chars >= ENOUGH_CHARS):
            break
    return tuple(reversed(items))


def beginning(live: ThreadLog) -> Snapshot:
    """The thread before its first event."""
    thread = live.thread.model_copy(update={"head_id": None})
    return Snapshot(seq=0, thread=thread, items=(), runs=())
