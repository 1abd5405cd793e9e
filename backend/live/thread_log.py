"""The one door to an open thread: every event passes `ThreadLog.append`.

An event is encoded, numbered, stored or journaled, and then shown to the readers:

- One that cannot be encoded changes nothing.
- Text for one field that comes within one turn of the event loop is one delta, however many pieces
  it came in: a reader that lags behind is sent fewer frames, not later ones.
- Deltas and items may be shown before they are stored; a crash then costs at most 100 ms of text.
- The end of a run, or that it waits for somebody, and all that follows it, is shown once it is
  stored. Until then readers see the thread as it was before, in snapshots too.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from backend.domain.errors import Elsewhere
from backend.domain.events import (
    ItemAdded,
    ItemAnnotated,
    ItemDelta,
    ItemDone,
    ItemUpdated,
    RunFinished,
    RunRated,
    RunStarted,
    RunUpdated,
    StreamedDelta,
    Thread,
    ThreadEvent,
    ThreadUpdated,
    delta_frame,
)
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import OPEN_STATUSES, DeltaField, Item, Run, ToolCallBase
from backend.domain.transcript import Stretch, Transcript
from backend.live.frames import Frames


class Recorder(Protocol):
    """Stores what it is given soon, in order, in batches."""

    def record_thread(self, owner: OwnerId, thread: Thread, seq: int) -> None: ...
    def record_item(self, thread_id: ThreadId, item: Item) -> None: ...
    def record_run(self, run: Run) -> None: ...
    def record_delta(self, thread_id: ThreadId, delta: StreamedDelta) -> None: ...
    def record_state(
        self,
        thread_id: ThreadId,
        run_id: RunId,
        state: FrozenModel,
        rounds: Mapping[int, FrozenModel],
    ) -> None: ...
    def after_storing(self, thread_id: ThreadId, callback: Callable[[], None]) -> None: ...


def _next_turn(callback: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(callback)


class ThreadLog:
    """An open thread. There is one per thread and process."""

    def __init__(
        self,
        owner: OwnerId,
        transcript: Transcript,
        recorder: Recorder,
        frames: Callable[[int], Frames] = Frames,
        soon: Callable[[Callable[[], None]], object] = _next_turn,
    ) -> None:
        """`soon` calls what it is given in the next turn of the event loop."""
        self.id = transcript.present_thread.id
        self.owner = owner
        self._transcript = transcript
        self.lock = asyncio.Lock()
        """Held while a command changes the thread."""
        self.filling = asyncio.Lock()
        """Held while the older part of its path is read."""
        self.deleted = False
        """Nobody may see it; tell the readers with `wake_all`."""
        self._moved: Elsewhere | None = None
        self.closing = False
        """Once it has moved: whether its sockets are closed, so that they find another process."""
        self._recorder = recorder
        self._new_frames = frames
        self._frames = frames(transcript.seq)
        self._held_from: Transcript | None = None
        """The thread before the first event that is held back."""
        self._held_until = 0
        """Number of the event that must be stored before anything more is shown."""
        self._readers: set[asyncio.Event] = set()
        self._soon = soon
        self._grown: list[str] = []
        """Text of this turn that is no event yet."""
        self._growing: tuple[ItemId, DeltaField, int] | None = None
        """Where it belongs."""

    @property
    def transcript(self) -> Transcript:
        """The thread with everything that was appended; its `seq` is the number of the last event."""
        self._join()
        return self._transcript

    @property
    def thread(self) -> Thread:
        return self.transcript.present_thread

    @property
    def active_run(self) -> Run | None:
        return self.transcript.active_run

    @property
    def idle(self) -> bool:
        """Nobody reads it and nothing runs: it may be forgotten."""
        run = self.active_run
        works = run is not None and not (run.is_parked and not self.holds)
        return not (self._readers or works or self._held_from or self._is_changing)

    @property
    def holds(self) -> bool:
        """Whether a call of the parked run was kept open by who asks in its middle."""
        run = self.active_run
        return run is not None and any(
            isinstance(item, ToolCallBase)
            and item.status == "awaiting_approval"
            and item.required_action is not None
            and item.required_action.held
            for item in self.open_items(run.id)
        )

    @property
    def _is_changing(self) -> bool:
        return self.lock.locked() or self.filling.locked()

    @property
    def moved(self) -> bool:
        """Whether its home is elsewhere by now: this is no thread any more."""
        return self._moved is not None

    def leave(self, there: Elsewhere, *, closing: bool = False) -> None:
        """From now on what is appended is neither stored nor told."""
        self._moved, self.closing = there, closing
        self.wake_all()

    def check_here(self) -> None:
        """Raises `Elsewhere` once it has moved. A command asks as late as it can."""
        if self._moved is not None:
            raise self._moved

    def fill(self, older: Stretch) -> None:
        """Add what comes before the part of the path that is here. Readers need not be told."""
        for transcript in filter(None, (self.transcript, self._held_from)):
            transcript.prepend(older)

    def open_items(self, run_id: RunId) -> tuple[Item, ...]:
        """Items of the run that are not done."""
        return tuple(
            item for item in self.transcript.items_of(run_id) if item.status in OPEN_STATUSES
        )

    # Writing

    def append(self, event: ThreadEvent, *, stored: bool = False) -> None:
        """Add an event. Raises `Gap` if it does not fit, having changed nothing.

        `stored` says that a command's transaction has stored what it changes.
        """
        numbered = event.model_copy(update={"seq": self.transcript.seq + 1})
        frame = numbered.model_dump_json()
        if _is_a_promise(numbered):
            self._hold_back(numbered.seq)
        self.transcript.apply(numbered)
        if not stored and not self.moved:
            self._record(numbered)
        self._show(frame)

    def record_state(
        self, run_id: RunId, state: FrozenModel, rounds: Mapping[int, FrozenModel]
    ) -> None:
        """Have stored what is needed to continue the run, with the rounds that changed."""
        if not self.moved:
            self._recorder.record_state(self.id, run_id, state, rounds)

    def append_delta(self, item_id: ItemId, field: DeltaField, delta: str, index: int = 0) -> None:
        """Append text to a field of an item. Raises `Gap` if there is no such field."""
        if not delta.isascii():
            # Raises for text that cannot be encoded.
            delta.encode()
        place = item_id, field, index
        if place != self._growing:
            self.transcript.length(*place)
            self._growing = place
            self._soon(self._join)
            if self._held_from is None:
                # They come to it in the next turn as well, after it is joined.
                self.wake_all()
        self._grown.append(delta)

    def _join(self) -> None:
        """Make one event of the text that came since the last one."""
        if self._growing is None:
            return
        item_id, field, index = self._growing
        transcript, delta = self._transcript, "".join(self._grown)
        self._growing, self._grown = None, []
        event = StreamedDelta(
            seq=transcript.seq + 1,
            item_id=item_id,
            field=field,
            index=index,
            offset=transcript.length(item_id, field, index),
            delta=delta,
        )
        transcript.apply(event)
        if not self.moved:
            self._recorder.record_delta(self.id, event)
        self._show(delta_frame(event))

    def replace(self, transcript: Transcript) -> None:
        """Continue from another path, which is stored already.

        The replay cache starts after it, so that every reader gets a snapshot.
        """
        transcript.seq = self.transcript.seq + 1
        self._transcript = transcript
        self._frames = self._new_frames(transcript.seq)
        self._held_from = None
        self.wake_all()

    def _record(self, event: ThreadEvent) -> None:
        match event:
            case ItemDelta():
                raise AssertionError("goes through append_delta")
            case ItemAdded() | ItemUpdated() | ItemDone():
                self._recorder.record_item(self.id, event.item)
            case ItemAnnotated():
                self._recorder.record_item(self.id, self.transcript.item(event.item_id))
            case RunStarted() | RunUpdated() | RunFinished():
                self._recorder.record_run(event.run)
            case ThreadUpdated():
                pass
            case RunRated():
                pass  # Stored before it is told.
        self._recorder.record_thread(self.owner, self.thread, event.seq)
        if _is_a_promise(event):
            self._recorder.after_storing(self.id, partial(self._release, event.seq))

    def _hold_back(self, seq: int) -> None:
        if self._held_from is None:
            self._held_from = self.transcript.copy()
        self._held_until = seq

    def _release(self, seq: int) -> None:
        if self._held_from is not None and seq >= self._held_until:
            self._held_from = None
            self.wake_all()

    def _show(self, frame: str) -> None:
        self._frames.append(frame)
        if self._held_from is None:
            self.wake_all()

    # Reading

    @property
    def shown(self) -> Transcript:
        """The thread as readers may see it."""
        return self.transcript if self._held_from is None else self._held_from

    def frames_after(self, seq: int) -> Sequence[str] | None:
        """What follows event `seq`; None if that is too long ago, or was never shown."""
        return self._frames.between(seq, self.shown.seq)

    def listen(self, wake: asyncio.Event) -> None:
        """Have `wake` set whenever there is something new to read."""
        self._readers.add(wake)

    def unlisten(self, wake: asyncio.Event) -> None:
        self._readers.discard(wake)

    def wake_all(self) -> None:
        for wake in self._readers:
            wake.set()


def _is_a_promise(event: ThreadEvent) -> bool:
    """Returns whether what the event says must still hold after a crash."""
    return isinstance(event, RunFinished) or (isinstance(event, RunUpdated) and event.run.is_parked)
