"""Whatever happens to a thread and its readers, every reader ends with the state of the log."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from pydantic_core import to_jsonable_python

from backend.domain.action import Action, Resolution
from backend.domain.annotations import FileCitation, UrlCitation
from backend.domain.events import (
    ItemAdded,
    ItemAnnotated,
    ItemDone,
    ItemUpdated,
    RunFinished,
    RunStarted,
    RunUpdated,
    StreamedDelta,
    Thread,
    ThreadUpdated,
)
from backend.domain.ids import FileId, ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import (
    LIST_FIELDS,
    PARKED,
    TERMINAL_STATUSES,
    AssistantMessage,
    CodeInterpreterCall,
    DeltaField,
    FileSearchCall,
    FileSearchResult,
    Fork,
    FunctionCall,
    Item,
    McpCall,
    Reasoning,
    Run,
    UserMessage,
)
from backend.domain.parts import FilePart, ImagePart, TextPart
from backend.domain.transcript import Gap, Stretch, Transcript, utf16_length
from backend.live.frames import Frames
from backend.live.thread_log import ThreadLog
from backend.websocket.messages import SERVER_MESSAGE, Ack, Error, Hello, Pong, Snapshot
from backend.websocket.replay import frames_after, resume_point, snapshot
from tests.reducer import browser_states, items_of

CASES = int(os.environ.get("EVENT_LOG_CASES", "60"))
"""Number of random cases. For a longer run: `EVENT_LOG_CASES=5000 pytest tests/live/test_event_log.py`."""
SETTINGS = settings(
    max_examples=CASES,
    stateful_step_count=20,
    suppress_health_check=list(HealthCheck),
)
LAST = None, 1, 4
"""How many items of the end are enough for each reader."""
READERS = len(LAST)
KEEP_FRAMES, KEEP_BYTES = 3, 4000
"""The log is so short that readers fall behind."""

TEXT = st.text(
    st.one_of(st.sampled_from('ab\n"\\é☔😀𝒳\u2028\u0000'), st.characters(codec="utf-8")),
    max_size=8,
)
GROWING: dict[type[Item], tuple[DeltaField, ...]] = {
    AssistantMessage: ("text", "refusal"),
    Reasoning: ("summary",),
    FunctionCall: ("arguments",),
    McpCall: ("arguments",),
    CodeInterpreterCall: ("code", "logs"),
}


FILE = FilePart(file_id=FileId("file_1"), name="table.csv")


class Storing:
    """A recorder that stores when the test tells it to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def after_storing(self, thread_id: ThreadId, callback: Callable[[], None]) -> None:
        self.waiting.append(callback)

    def store(self) -> None:
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()

    def record_thread(self, owner: OwnerId, thread: Thread, seq: int) -> None: ...
    def record_item(self, thread_id: ThreadId, item: Item) -> None: ...
    def record_run(self, run: Run) -> None: ...
    def record_delta(self, thread_id: ThreadId, delta: StreamedDelta) -> None: ...
    def record_state(self, *_: object) -> None: ...


def asked(question: str, expires_at: int) -> Action:
    return Action(
        kind="question",
        tool="f",
        message=question,
        form={},
        arguments="{}",
        asked_at=1,
        expires_at=expires_at,
        within=True,
    )


@dataclass
class Reader:
    """A client and what the server knows about it. It resumes as the page and the script client do."""

    transcript: Transcript = field(default_factory=Transcript)
    epoch: str | None = None
    """The epoch of the transcript, or None after a gap."""
    server_epoch: str = ""
    frames: list[str] = field(default_factory=list)
    """All frames that it received."""
    sent: int | None = None
    """The number of the last event that the server sent."""
    last: int | None = None
    """How many items at the end of the path are enough for it."""

    def connect(self, live: ThreadLog, epoch: str, after: str | None) -> None:
        self.sent = resume_point(after, epoch)
        self.take(Hello(epoch=epoch, thread_id=live.id, upstream="demo").model_dump_json())

    @property
    def after(self) -> str | None:
        return self.epoch and f"{self.epoch}:{self.transcript.seq}"

    def take(self, frame: str) -> None:
        """Reduce a frame. Raises `Gap`."""
        self.frames.append(frame)
        received = SERVER_MESSAGE.validate_json(frame)
        if isinstance(received, Hello):
            self.server_epoch = received.epoch
        elif isinstance(received, Snapshot):
            self.epoch = self.server_epoch
            self.transcript = Transcript.of(
                received.seq,
                received.thread,
                received.items,
                received.runs,
                received.forks,
                received.before,
            )
        else:
            assert not isinstance(received, Ack | Error | Pong)
            if self.epoch != self.server_epoch:
                raise Gap("the snapshot was lost")
            self.transcript.apply(received)


class EventLogMachine(RuleBasedStateMachine):
    """One thread with three readers. Appends the frames and the true state of each case to `cases`."""

    cases: list[tuple[list[str], Snapshot]]

    @initialize()
    def open(self) -> None:
        thread = Thread(id=ThreadId("thread_1"), title="T", created_at=1, updated_at=1)
        self.number = 0
        self.begun: dict[ItemId, type[Item]] = {}
        """The unfinished items of the active run."""
        self.grown: dict[tuple[ItemId, DeltaField], int] = {}
        """Where fields have grown that may grow on there."""
        self.tree: dict[ItemId, Item] = {}
        self.children: dict[ItemId | None, list[ItemId]] = {}
        self.epoch = "e0"
        self.recorder = Storing()
        self.stored_ends: set[RunId] = set()
        self.waits: set[float | None] = set()
        """The expiries of parked runs, of which no two are the same."""
        self.stored_waits: set[float | None] = set()
        self.live = self.opened(Transcript(thread=thread))
        self.readers = [Reader(last=last) for last in LAST]
        for reader in self.readers:
            reader.connect(self.live, self.epoch, None)

    # Changes of the thread

    @rule(data=st.data(), count=st.integers(1, 12))
    def go_on(self, data: st.DataObject, count: int) -> None:
        for _ in range(count):
            run = self.live.active_run
            steps = [self.begin] * 2 + [self.finish, self.park] if run else [self.say]
            if run is not None and run.is_parked:
                steps = [self.wake] * 3 + [self.finish]
            elif self.begun:
                # Mostly text, as in real runs.
                steps += [self.change, self.cite, *[self.grow] * 8]
            elif self.tree and not self.live.active_run:
                steps += [self.say, self.retry, self.switch]
            data.draw(st.sampled_from(steps))(data)
            if data.draw(st.booleans(), label="a turn ends"):
                self.turn()
            for reader in self.readers:
                if data.draw(st.booleans(), label="reads"):
                    self.read(reader, data)

    def say(self, data: st.DataObject) -> None:
        """Send a message at the head, or edit an earlier one."""
        said = [item for item in self.live.transcript.items if isinstance(item, UserMessage)]
        replaced = data.draw(st.sampled_from([None, *said]), label="edited")
        parent_id = replaced.parent_id if replaced else self.live.transcript.head_id
        item_id, text = ItemId(self.new("item")), data.draw(TEXT)
        self.add(UserMessage(id=item_id, parent_id=parent_id, created_at=1, text=text))
        self.start(item_id)
        thread = self.live.thread.model_copy(update={"title": text, "head_id": item_id})
        self.live.append(ThreadUpdated(thread=thread))

    def retry(self, data: st.DataObject) -> None:
        """Cut the path after some item and continue from there."""
        head = data.draw(st.sampled_from(self.live.transcript.items), label="from")
        thread = self.live.thread.model_copy(update={"head_id": head.id})
        self.live.append(ThreadUpdated(thread=thread))
        self.start(head.id)

    def switch(self, data: st.DataObject) -> None:
        """Switch to another path. The log starts again, so every reader gets a snapshot."""
        at: ItemId | None = data.draw(st.sampled_from([*self.tree]), label="through")
        while children := self.children.get(at):
            at = children[-1]
        path: list[Item] = []
        while at is not None:
            path.insert(0, self.tree[at])
            at = self.tree[at].parent_id
        places = {item.id for item in path}
        was = self.live.transcript
        runs = [run for run in was.runs.values() if run.parent_id in places]
        self.store()
        self.live.replace(
            Transcript.of(was.seq + 1, self.live.thread, path, runs, self.forks(path))
        )

    def begin(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from([*GROWING, FileSearchCall]), label="kind")
        fields = {"name": "f"} if kind in (FunctionCall, McpCall) else {}
        head = self.live.transcript.head_id
        run = self.live.active_run
        assert run is not None
        item_id = ItemId(self.new("item"))
        self.add(kind(id=item_id, parent_id=head, run_id=run.id, created_at=1, **fields))
        self.begun[item_id] = kind

    def grow(self, data: st.DataObject) -> None:
        growing = self.unfinished(*GROWING)
        if not growing:
            return
        item_id = data.draw(st.sampled_from(growing), label="item")
        name = data.draw(st.sampled_from(GROWING[self.begun[item_id]]), label="field")
        last = self.grown.get((item_id, name))
        places = [last or 0]
        if name in LIST_FIELDS and (last is None or data.draw(st.booleans(), label="elsewhere")):
            # Otherwise nothing is read: reading joins the deltas, and growing must work without that.
            match self.live.transcript.item(item_id):
                case AssistantMessage(content=content):
                    texts = [n for n, part in enumerate(content) if part.type == "text"]
                    places = [*texts, len(content)]
                case Reasoning(summary=summary):
                    places = [*range(len(summary) + 1)]
                case CodeInterpreterCall(outputs=outputs):
                    logs = [n for n, output in enumerate(outputs) if output.type == "logs"]
                    places = [*logs, len(outputs)]
                case _:
                    pass
        index = data.draw(st.sampled_from(places), label="index")
        self.live.append_delta(item_id, name, data.draw(TEXT.filter(bool)), index)
        self.grown[item_id, name] = index

    def cite(self, data: st.DataObject) -> None:
        messages = self.unfinished(AssistantMessage)
        if not messages:
            return
        item_id = data.draw(st.sampled_from(messages), label="item")
        item = self.live.transcript.item(item_id)
        assert isinstance(item, AssistantMessage)
        texts = [n for n, part in enumerate(item.content) if part.type == "text"]
        index = data.draw(st.sampled_from([*texts, len(item.content)]), label="index")
        text = item.content[index] if index < len(item.content) else TextPart()
        assert isinstance(text, TextPart)
        end, quote = utf16_length(text.text), data.draw(TEXT)
        url = UrlCitation(start=0, end=end, url="https://example.com", title=quote)
        file = FileCitation(start=end, end=end, file_id="file_1", quote=quote)
        citation = data.draw(st.sampled_from([url, file]))
        self.live.append(ItemAnnotated(item_id=item_id, index=index, annotation=citation))

    def change(self, data: st.DataObject) -> None:
        """Replace an item, changed or not, perhaps by its final state."""
        item = self.live.transcript.item(data.draw(st.sampled_from([*self.begun]), label="item"))
        final, text = data.draw(st.booleans(), label="final"), data.draw(TEXT)
        changes: dict[str, Any] = {"status": "completed" if final else "running"}
        match item:
            case AssistantMessage():
                made = data.draw(st.sampled_from([ImagePart(url=text), FILE, TextPart(text=text)]))
                keep = data.draw(st.integers(0, len(item.content)), label="parts kept")
                changes["content"] = (*item.content[:keep], made)
            case FunctionCall():
                changes |= {"arguments": text, "output": {"said": [text]}}
            case CodeInterpreterCall():
                changes["outputs"] = (*item.outputs, ImagePart(url=text))
            case FileSearchCall():
                result = FileSearchResult(file_id="file_1", text=text)
                changes |= {"queries": (text,), "results": (*item.results, result)}
            case _:
                pass
        if final:
            del self.begun[item.id]
        self.grown = {}
        changed = item.model_copy(update=changes)
        self.live.append(ItemDone(item=changed) if final else ItemUpdated(item=changed))

    def park(self, data: st.DataObject) -> None:
        """Wait for somebody; nothing of the run happens meanwhile."""
        run = self.live.active_run
        assert run is not None
        self.number += 1
        self.waits.add(self.number)
        self.ask(data.draw(TEXT.filter(bool)))
        parked = run.model_copy(update={"status": PARKED, "expires_at": self.number})
        self.live.append(RunUpdated(run=parked))

    def wake(self, data: st.DataObject) -> None:
        run = self.live.active_run
        assert run is not None
        self.ask(None)
        changes = {"status": "in_progress", "expires_at": None}
        self.live.append(RunUpdated(run=run.model_copy(update=changes)))

    def ask(self, question: str | None) -> None:
        """The calls under way ask something in their middle, or get the answer."""
        for item_id, kind in self.begun.items():
            item = self.live.transcript.item(item_id)
            if kind is not FunctionCall or not isinstance(item, FunctionCall):
                continue
            before = item.required_action
            if question is not None:
                action = asked(question, self.number)
                action = before.followed_by(action) if before is not None else action
            elif before is not None:
                resolution = Resolution(decision="answer", by="script", at=2, answer={"a": 1})
                action = before.model_copy(update={"resolution": resolution})
            else:
                continue
            status = "awaiting_approval" if question is not None else "running"
            changes = {"status": status, "required_action": action}
            self.live.append(ItemUpdated(item=item.model_copy(update=changes)))

    def finish(self, data: st.DataObject) -> None:
        run = self.live.active_run
        assert run is not None
        open_items = self.live.open_items(run.id)
        assert {item.id for item in open_items} == self.begun.keys()
        for item in open_items:
            self.live.append(ItemDone(item=item.model_copy(update={"status": "incomplete"})))
        status = data.draw(st.sampled_from(sorted(TERMINAL_STATUSES)))
        self.live.append(RunFinished(run=run.model_copy(update={"status": status})))
        self.begun.clear()
        self.check_the_path()

    # Changes of the readers

    def read(self, reader: Reader, data: st.DataObject) -> None:
        """Deliver some of the due frames. Now and then one is lost or comes twice."""
        if reader.sent == self.live.shown.seq:
            return
        frames, at = frames_after(self.live, reader.sent, last=reader.last)
        count = data.draw(st.integers(1, len(frames)), label="frames")
        # A snapshot is one frame and arrives as a whole.
        reader.sent = at if count == len(frames) else (reader.sent or 0) + count
        due = list(frames[:count])
        fault = data.draw(st.sampled_from([*" " * 14, "lost", "twice"]), label="fault")
        place = data.draw(st.integers(0, count - 1), label="at") if fault != " " else 0
        due[place : place + 1] = due[place : place + 1] * {"lost": 0, "twice": 2}.get(fault, 1)
        for frame in due:
            try:
                reader.take(frame)
            except Gap:
                reader.epoch = None
                reader.connect(self.live, self.epoch, None)
                return
        runs = reader.transcript.runs.values()
        assert {run.id for run in runs if run.status in TERMINAL_STATUSES} <= self.stored_ends
        assert {run.expires_at for run in runs if run.is_parked} <= self.stored_waits

    @rule(which=st.integers(0, READERS - 1), forget=st.integers(0, 3))
    def cut(self, which: int, forget: int) -> None:
        """Cut a socket. Frames that were sent but did not arrive are lost."""
        reader = self.readers[which]
        reader.connect(self.live, self.epoch, None if forget == 0 else reader.after)

    @rule(data=st.data(), chance=st.integers(0, 3))
    def restart(self, data: st.DataObject, chance: int) -> None:
        """Restart the server: another epoch, and the stored state, which may lag a little behind."""
        if chance:
            return
        self.store()
        self.epoch = self.new("e")
        was = self.live.transcript
        seq = data.draw(st.integers(max(0, was.seq - 3), was.seq), label="seq")
        self.live = self.opened(
            Transcript.of(seq, was.thread, was.items, was.runs.values(), was.forks)
        )
        for reader in self.readers:
            reader.connect(self.live, self.epoch, reader.after)

    # Changes of the store

    @rule()
    def store(self) -> None:
        """Store everything recorded. Before that, no reader learns that a run has ended or waits."""
        runs = self.live.transcript.runs.values()
        self.stored_ends |= {run.id for run in runs if run.status in TERMINAL_STATUSES}
        self.stored_waits |= self.waits
        self.recorder.store()

    def turn(self) -> None:
        """Let the event loop come round."""
        due, self.due[:] = [*self.due], []
        for callback in due:
            callback()

    # The end

    def teardown(self) -> None:
        self.store()
        self.check_the_path()
        log = self.live.transcript
        for reader in self.readers:
            reader.connect(self.live, self.epoch, reader.after)
            while reader.sent != self.live.shown.seq:
                frames, reader.sent = frames_after(self.live, reader.sent, last=reader.last)
                for frame in frames:
                    reader.take(frame)
            mine = reader.transcript
            self.read_older(reader)
            assert mine.items == log.items
            assert mine.forks == log.forks
            assert [*mine.runs.values()] == [*log.runs.values()]
            assert (mine.seq, mine.active_run) == (log.seq, log.active_run)
            assert mine.thread is not None
            assert mine.thread.title == self.live.thread.title
            self.cases.append((reader.frames, snapshot(self.live)))

    def read_older(self, reader: Reader) -> None:
        """Read the older items that a reader lacks, a turn at a time."""
        log, mine = self.live.transcript, reader.transcript
        while mine.before is not None:
            places = [item.id for item in log.items]
            end = places.index(mine.before)
            start = max(n for n in range(end) if n == 0 or isinstance(log.items[n], UserMessage))
            items = log.items[start:end]
            ids = {item.id for item in items}
            page = Stretch(
                items,
                tuple(run for run in log.runs.values() if run.parent_id in ids),
                tuple(fork for fork in log.forks if fork.parent_id in {i.parent_id for i in items}),
                items[0].id if start > 0 else None,
            )
            told = {"type": "older", "to": mine.before, **to_jsonable_python(page._asdict())}
            reader.frames.append(json.dumps(told))
            mine.prepend(page)

    def check_the_path(self) -> None:
        parent_id = None
        path = self.live.transcript.items
        for item in path:
            assert item.parent_id == parent_id
            parent_id = item.id
            self.tree[item.id] = item
        assert self.live.transcript.forks == self.forks(path)

    # Helpers

    def new(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}_{self.number}"

    def opened(self, transcript: Transcript) -> ThreadLog:
        self.due: list[Callable[[], None]] = []
        return ThreadLog(
            OwnerId("owner_1"), transcript, self.recorder, short_frames, self.due.append
        )

    def add(self, item: Item) -> None:
        self.live.append(ItemAdded(item=item))
        self.tree[item.id] = item
        self.children.setdefault(item.parent_id, []).append(item.id)

    def start(self, parent_id: ItemId) -> None:
        run = Run(
            id=RunId(self.new("run")),
            thread_id=self.live.id,
            parent_id=parent_id,
            upstream="demo",
            created_at=1,
        )
        self.live.append(RunStarted(run=run))

    def unfinished(self, *kinds: type[Item]) -> list[ItemId]:
        return [item_id for item_id, kind in self.begun.items() if kind in kinds]

    def forks(self, path: Sequence[Item]) -> tuple[Fork, ...]:
        on_path = {item.id for item in path}
        places: list[ItemId | None] = [None, *(item.id for item in path)]
        return tuple(
            Fork(parent_id=place, item_ids=tuple(self.children[place]))
            for place in places
            if not on_path.issuperset(self.children.get(place, ()))
        )


def short_frames(seq: int) -> Frames:
    return Frames(seq, KEEP_FRAMES, KEEP_BYTES)


async def test_every_reader_ends_with_the_state_of_the_log() -> None:
    cases: list[tuple[list[str], Snapshot]] = []

    class Machine(EventLogMachine):
        pass

    Machine.cases = cases
    await asyncio.to_thread(run_state_machine_as_test, Machine, settings=SETTINGS)
    assert len(cases) > CASES
    states = await browser_states([frames for frames, _ in cases])
    for (frames, truth), state in zip(cases, states, strict=True):
        assert (
            state["resync"],
            state["seq"],
            state["title"],
            items_of(state),
            [Run.model_validate(run) for run in state["runs"]],
            [Fork.model_validate(fork) for fork in state["forks"]],
            state["active_run"] and Run.model_validate(state["active_run"]),
        ) == (
            False,
            truth.seq,
            truth.thread.title,
            truth.items,
            [*truth.runs],
            [*truth.forks],
            truth.active_run,
        ), f"[{','.join(frames)}]"
