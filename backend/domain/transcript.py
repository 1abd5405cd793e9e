"""The reducer: it turns the events of a thread into the thread's state. No I/O.

The server keeps its live threads in it. The script client and the tests reduce the events that they
receive with it. `frontend/src/thread/state.ts` does the same in the browser.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import takewhile
from typing import NamedTuple, assert_never

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
)
from backend.domain.ids import ItemId, RunId
from backend.domain.items import (
    TERMINAL_STATUSES,
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    DeltaField,
    Fork,
    Item,
    Reasoning,
    Run,
)
from backend.domain.parts import MessagePart, TextPart


class Gap(Exception):
    """An event does not follow the events before it. Only a snapshot helps."""


def utf16_length(text: str) -> int:
    """Returns the length in UTF-16 code units, the unit of every offset on the wire."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_skip(text: str, units: int) -> str:
    """Returns the text without its first `units` UTF-16 code units."""
    if text.isascii():
        return text[units:]
    return text.encode("utf-16-le", "surrogatepass")[units * 2 :].decode(
        "utf-16-le", "surrogatepass"
    )


@dataclass(slots=True)
class _Growing:
    """A field that grows by deltas, kept as one text: each would take four times its memory."""

    text: StringIO
    length: int


class Stretch(NamedTuple):
    """Items that follow one another on a path, the runs that went on from them, and the forks there."""

    items: tuple[Item, ...]
    runs: tuple[Run, ...]
    forks: tuple[Fork, ...]
    before: ItemId | None
    """The path goes on before this first item; None where it begins here."""


FieldKey = tuple[DeltaField, int]


@dataclass(slots=True)
class Transcript:
    """The path to the head of one thread, from the root or only the end of it, and its runs."""

    seq: int = 0
    thread: Thread | None = None
    runs: dict[RunId, Run] = field(default_factory=dict)
    before: ItemId | None = None
    """The path goes on before this item, but that part of it is not here; None for a whole path."""
    _root: ItemId | None = None
    """The parent of the first item."""
    _items: dict[ItemId, Item] = field(default_factory=dict)
    _forks: dict[ItemId | None, tuple[ItemId, ...]] = field(default_factory=dict)
    _growing: dict[ItemId, dict[FieldKey, _Growing]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        seq: int,
        thread: Thread | None,
        items: Iterable[Item],
        runs: Iterable[Run],
        forks: Iterable[Fork] = (),
        before: ItemId | None = None,
    ) -> "Transcript":
        """Returns the state that a snapshot carries."""
        present = {item.id: item for item in items}
        return cls(
            seq=seq,
            thread=thread,
            runs={run.id: run for run in runs},
            before=before,
            _root=present[before].parent_id if before is not None else None,
            _items=present,
            _forks={fork.parent_id: fork.item_ids for fork in forks},
        )

    def prepend(self, older: "Stretch") -> None:
        """Add what comes before the first item. No event changes that, unless it cuts the path there."""
        self.runs = {run.id: run for run in older.runs} | self.runs
        self._items = {item.id: item for item in older.items} | self._items
        self._forks = {fork.parent_id: fork.item_ids for fork in older.forks} | self._forks
        self.before = older.before
        self._root = older.items[0].parent_id if older.before is not None else None

    def copy(self) -> "Transcript":
        """Returns a copy, which later events do not change."""
        for item_id in tuple(self._growing):
            self.item(item_id)
        return Transcript(
            self.seq,
            self.thread,
            self.runs.copy(),
            self.before,
            self._root,
            self._items.copy(),
            self._forks.copy(),
        )

    @property
    def present_thread(self) -> Thread:
        """The thread as it is now, with its current head."""
        assert self.thread is not None
        if self.thread.head_id == self.head_id:
            return self.thread
        return self.thread.model_copy(update={"head_id": self.head_id})

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self.item(item_id) for item_id in self._items)

    @property
    def length_of_path(self) -> int:
        """The number of items that are here."""
        return len(self._items)

    @property
    def forks(self) -> tuple[Fork, ...]:
        """Where other branches begin, in the order of the path."""
        places = (self._root, *self._items) if self._forks else ()
        return tuple(
            Fork(parent_id=place, item_ids=self._forks[place])
            for place in places
            if place in self._forks
        )

    @property
    def head_id(self) -> ItemId | None:
        return next(reversed(self._items), None)

    @property
    def active_run(self) -> Run | None:
        last = next(reversed(self.runs.values()), None)
        return last if last is not None and last.status not in TERMINAL_STATUSES else None

    def backwards(self) -> Iterator[Item]:
        """Yields the items from the last one on."""
        return (self.item(item_id) for item_id in reversed(self._items))

    def item(self, item_id: ItemId) -> Item:
        """Returns the item with all its deltas so far. Raises `KeyError`."""
        growing = self._growing.pop(item_id, None)
        if growing:
            self._items[item_id] = _settled(self._items[item_id], growing)
        return self._items[item_id]

    def items_of(self, run_id: RunId) -> tuple[Item, ...]:
        """Returns the run's items at the end of the path. A long path does not make this slower."""
        last = takewhile(lambda item: item.run_id == run_id, reversed(self._items.values()))
        return tuple(self.item(item_id) for item_id in reversed([item.id for item in last]))

    def length(self, item_id: ItemId, name: DeltaField, index: int = 0) -> int:
        """Returns the length of a field, which is the offset of its next delta."""
        return self._grow(item_id, name, index).length

    def apply(self, event: ThreadEvent | StreamedDelta) -> bool:
        """Reduce one event. Returns False for an event that was reduced before. Raises `Gap`."""
        if event.seq <= self.seq:
            return False
        if event.seq != self.seq + 1:
            raise Gap(f"event {event.seq} after {self.seq}")
        self.reduce(event)
        self.seq = event.seq
        return True

    def reduce(self, event: ThreadEvent | StreamedDelta) -> None:
        """Reduce an event whatever its number. Raises `Gap` if the event does not fit the state."""
        match event:
            case StreamedDelta() | ItemDelta():
                self._append(event)
            case ItemAdded():
                if event.item.id not in self._items:
                    self._branch(event.item)
                self._growing.pop(event.item.id, None)
                self._items[event.item.id] = event.item
            case ItemUpdated() | ItemDone():
                if event.item.id not in self._items:
                    raise Gap(f"no item {event.item.id}")
                self._growing.pop(event.item.id, None)
                self._items[event.item.id] = event.item
            case ItemAnnotated():
                if event.item_id not in self._items:
                    raise Gap(f"no item {event.item_id}")
                item = self.item(event.item_id)
                if isinstance(item, AssistantMessage):
                    text = _text_at(item, event.index)
                    annotated = text.model_copy(
                        update={"annotations": (*text.annotations, event.annotation)}
                    )
                    content = _placed(item.content, event.index, annotated)
                    self._items[item.id] = item.model_copy(update={"content": content})
            case RunStarted() | RunUpdated() | RunFinished():
                self.runs[event.run.id] = event.run
            case RunRated():
                run = self.runs.get(event.run_id)
                if run is not None:
                    self.runs[run.id] = run.model_copy(update={"feedback": event.feedback})
            case ThreadUpdated():
                if event.thread.head_id is not None:
                    self._cut(event.thread.head_id)
                self.thread = event.thread
            case _:
                assert_never(event)

    def _branch(self, item: Item) -> None:
        self._cut(item.parent_id)
        if item.parent_id in self._forks:
            self._forks[item.parent_id] += (item.id,)

    def _cut(self, head_id: ItemId | None) -> None:
        """End the path with this item. Its child on the old path becomes part of a fork."""
        if head_id != self._root and head_id not in self._items:
            raise Gap(f"no item {head_id}")
        child_id = None
        while self._items and self.head_id != head_id:
            child_id, _ = self._items.popitem()
            self._growing.pop(child_id, None)
            self._forks.pop(child_id, None)
        if child_id is not None:
            self._forks.setdefault(head_id, (child_id,))
            self.runs = {
                run.id: run
                for run in self.runs.values()
                if run.parent_id is None or run.parent_id in self._items
            }

    def _append(self, event: ItemDelta | StreamedDelta) -> None:
        growing = self._grow(event.item_id, event.field, event.index)
        if event.offset > growing.length:
            raise Gap(
                f"a delta of {event.field} at {event.offset}, after {growing.length} code units"
            )
        size = utf16_length(event.delta)
        if event.offset == growing.length:
            growing.text.write(event.delta)
            growing.length += size
        elif event.offset + size > growing.length:
            growing.text.write(utf16_skip(event.delta, growing.length - event.offset))
            growing.length = event.offset + size

    def _grow(self, item_id: ItemId, name: DeltaField, index: int) -> _Growing:
        fields = self._growing.setdefault(item_id, {})
        growing = fields.get((name, index))
        if growing is None:
            if item_id not in self._items:
                del self._growing[item_id]
                raise Gap(f"no item {item_id}")
            text = _present(self._items[item_id], name, index)
            growing = fields[name, index] = _Growing(_written(text), utf16_length(text))
        return growing


def _written(text: str) -> StringIO:
    written = StringIO()
    written.write(text)
    return written


def _present(item: Item, name: DeltaField, index: int) -> str:
    """Returns the text of a field without its pending deltas, empty if there is no such field yet."""
    match name:
        case "summary":
            summary = item.summary if isinstance(item, Reasoning) else ()
            return summary[index] if index < len(summary) else ""
        case "logs":
            outputs = item.outputs if isinstance(item, CodeInterpreterCall) else ()
            output = outputs[index] if index < len(outputs) else None
            return output.logs if isinstance(output, CodeLogs) else ""
        case "text":
            return _text_at(item, index).text if isinstance(item, AssistantMessage) else ""
        case "refusal" | "arguments" | "code":
            return getattr(item, name, None) or ""
        case _:
            assert_never(name)


def _settled(item: Item, growing: dict[FieldKey, _Growing]) -> Item:
    changes: dict[str, object] = {}
    summary = list(item.summary) if isinstance(item, Reasoning) else []
    outputs = list(item.outputs) if isinstance(item, CodeInterpreterCall) else []
    content = item.content if isinstance(item, AssistantMessage) else ()
    for (name, index), grown in sorted(growing.items()):
        if name == "summary":
            summary += [""] * (index + 1 - len(summary))
            summary[index] = grown.text.getvalue()
            changes["summary"] = tuple(summary)
        elif name == "logs":
            outputs += [CodeLogs()] * (index + 1 - len(outputs))
            outputs[index] = CodeLogs(logs=grown.text.getvalue())
            changes["outputs"] = tuple(outputs)
        elif name == "text" and isinstance(item, AssistantMessage):
            if grown.length or index < len(content):
                text = _text_at(item, index).model_copy(update={"text": grown.text.getvalue()})
                changes["content"] = content = _placed(content, index, text)
        elif grown.length or getattr(item, name, None):
            changes[name] = grown.text.getvalue()
    return item.model_copy(update=changes)


def _text_at(message: AssistantMessage, index: int) -> TextPart:
    """Returns a text of the content, an empty one if it is yet to come. Raises `Gap` for no text."""
    part = message.content[index] if index < len(message.content) else TextPart()
    if not isinstance(part, TextPart):
        raise Gap(f"part {index} of {message.id} is no text")
    return part


def _placed(
    content: tuple[MessagePart, ...], index: int, text: TextPart
) -> tuple[MessagePart, ...]:
    missing = (TextPart(),) * (index - len(content))
    return (*content[:index], *missing, text, *content[index + 1 :])
