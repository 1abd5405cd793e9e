"""A thread that is open here: its state, its log, whoever listens, and the one lock."""

import asyncio
from typing import Protocol

from backend.domain.events import (
    ItemAdded,
    ItemAnnotated,
    ItemDelta,
    ItemDone,
    ItemUpdated,
    RunFinished,
    RunStarted,
    StreamedDelta,
    Thread,
    ThreadEvent,
    ThreadUpdated,
    delta_frame,
)
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import OPEN_STATUSES, DeltaField, Item, Run
from backend.domain.transcript import Transcript
from backend.live.log import EventLog


class Recorder(Protocol):
    """Takes what must be stored; writes it soon, in order, in batches."""

    def record_thread(self, owner: OwnerId, thread: Thread, seq: int) -> None: ...
    def record_item(self, thread_id: ThreadId, item: Item) -> None: ...
    def record_run(self, run: Run) -> None: ...
    def record_delta(self, thread_id: ThreadId, delta: StreamedDelta) -> None: ...


class LiveThread:
    """One per thread and process. Every event of the thread passes `emit`, in order."""

    def __init__(self, owner: OwnerId, transcript: Transcript, recorder: Recorder) -> None:
        assert transcript.thread is not None
        self.id = transcript.thread.id
        self.owner = owner
        self.transcript = transcript
        self.log = EventLog(transcript.seq)
        self.lock = asyncio.Lock()
        """Held while a command changes the thread."""
        self.deleted = False
        """Nobody may see it; tell the listeners with `wake_all`."""
        self._recorder = recorder
        self._listeners: set[asyncio.Event] = set()

    @property
    def thread(self) -> Thread:
        """As it stands, its head included."""
        assert self.transcript.thread is not None
        return self.transcript.thread.model_copy(update={"head_id": self.transcript.head_id})

    @property
    def active_run(self) -> Run | None:
        return self.transcript.active_run

    @property
    def idle(self) -> bool:
        """Nobody listens and nothing runs: it may be forgotten."""
        return not self._listeners and self.active_run is None and not self.lock.locked()

    def listen(self, wake: asyncio.Event) -> None:
        """Have `wake` set at every event from now on."""
        self._listeners.add(wake)

    def unlisten(self, wake: asyncio.Event) -> None:
        self._listeners.discard(wake)

    def wake_all(self) -> None:
        for wake in self._listeners:
            wake.set()

    def take_path(self, transcript: Transcript) -> None:
        """Go on from another path. Its `seq` is the next: the log starts after it, and every
        listener, having nothing to be replayed from, asks for a snapshot."""
        self.transcript = transcript
        self.log = EventLog(transcript.seq)
        self.wake_all()

    def emit(self, event: ThreadEvent) -> None:
        """Number the event, encode it once, reduce it, hand it to store and listeners.

        An event that cannot be encoded changes nothing.
        """
        numbered = event.model_copy(update={"seq": self.transcript.seq + 1})
        frame = numbered.model_dump_json()
        self.transcript.apply(numbered)
        self._record(numbered)
        self._publish(frame)

    def emit_delta(self, item_id: ItemId, field: DeltaField, delta: str, index: int = 0) -> None:
        """Append to a field at its present end."""
        event = StreamedDelta(
            seq=self.transcript.seq + 1,
            item_id=item_id,
            field=field,
            index=index,
            offset=self.transcript.length(item_id, field, index),
            delta=delta,
        )
        frame = delta_frame(event)
        self.transcript.apply(event)
        self._recorder.record_delta(self.id, event)
        self._publish(frame)

    def open_items(self, run_id: RunId) -> tuple[Item, ...]:
        """Items of the run that are not done."""
        return tuple(
            item for item in self.transcript.items_of(run_id) if item.status in OPEN_STATUSES
        )

    def _publish(self, frame: str) -> None:
        self.log.append(frame)
        self.wake_all()

    def _record(self, event: ThreadEvent) -> None:
        match event:
            case ItemDelta():
                raise AssertionError("goes through emit_delta")
            case ItemAdded() | ItemUpdated() | ItemDone():
                self._recorder.record_item(self.id, event.item)
            case ItemAnnotated():
                self._recorder.record_item(self.id, self.transcript.item(event.item_id))
            case RunStarted() | RunFinished():
                self._recorder.record_run(event.run)
            case ThreadUpdated():
                pass
        self._recorder.record_thread(self.owner, self.thread, event.seq)
