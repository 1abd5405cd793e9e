"""A thread as a file: JSON with all branches.

It may hold so many items that nothing here has all of them as objects at once: looking for cycles
among these, Python would hold up the whole process for a second.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Generic, Literal, NoReturn, TypeVar, overload

import msgspec
from pydantic import Base64Bytes, Field, PrivateAttr, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from backend.domain.events import Thread
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, RunId, new_item_id, new_run_id, new_thread_id
from backend.domain.item_v1 import with_parts
from backend.domain.items import ITEM, OPEN_STATUSES, TERMINAL_STATUSES, Item, Run, RunError
from backend.domain.thread_outline import BrokenThread, Outline

T = TypeVar("T")

MAX_TITLE_LENGTH: Final = 200
MAX_PARTS: Final = 20_000
"""Of an item. All of them are validated in one go, for which all else in the process waits."""

_UNDER_WAY: Final = RunError(
    code="interrupted",
    message="This answer was still being written when the thread was exported. Try again.",
    retryable=True,
)


class PortableFile(FrozenModel):
    """A file that items of the thread name."""

    id: str
    name: str
    content: Base64Bytes


class _Rest(FrozenModel):
    """What there is but little of in a thread."""

    format: Literal["runstream-thread"] = "runstream-thread"
    version: Literal[2] = 2
    thread: Thread
    files: tuple[PortableFile, ...] = ()
    """As many as fit into an import."""


class PortableThread(_Rest):
    """A whole thread. Its ids are valid only within the file. Version 1 is read, too."""

    items: Sequence[Item] = Field(min_length=1)
    """The items of all branches."""
    runs: Sequence[Run] = ()

    _outline: Outline = PrivateAttr(default_factory=Outline)

    @classmethod
    def model_validate_json(
        cls, json_data: str | bytes | bytearray, **options: Any
    ) -> "PortableThread":
        """All of it is checked, one item after the other; they are made again by who reads them."""
        try:
            fields = msgspec.json.decode(json_data, type=dict[str, msgspec.Raw])
            is_old = bytes(fields.get("version", b"")).strip() == b"1"
            if is_old:
                fields["version"] = msgspec.Raw(b"2")
            items = _Made("items", fields.pop("items", _NONE), _item_v1 if is_old else _item)
            runs = _Made("runs", fields.pop("runs", _NONE), _run)
        except msgspec.ValidationError:
            _refuse(PydanticCustomError("no_object", "An exported thread is an object"), "thread")
        except (msgspec.MsgspecError, RecursionError) as error:
            _refuse("json_invalid", ctx={"error": str(error)})
        rest = _Rest.model_validate_json(msgspec.json.encode(fields), **options)
        if not items:
            _refuse(PydanticCustomError("too_few", "There has to be one at least"), "items")
        outline = Outline()
        try:
            outline.add_thread(rest.thread)
            for item in items:
                outline.add_item(item)
            for run in runs:
                outline.add_run(run)
            outline.check(rest.thread.head_id)
        except BrokenThread as error:
            _refuse(PydanticCustomError("broken_thread", str(error)))
        portable = cls.model_construct(**dict(rest), items=items, runs=runs)
        portable._outline = outline
        return portable

    def renewed(self, now: float) -> "RenewedThread":
        """Returns a copy with new ids and no active run. `now` is in seconds since the Unix epoch."""
        return RenewedThread(self, self._outline, now)


class RenewedThread:
    """A copy of a thread. Its items and runs are made as they are asked for."""

    def __init__(self, exported: PortableThread, outline: Outline, now: float) -> None:
        self._exported = exported
        self._now = now
        self._items: dict[ItemId | None, ItemId] = {id: new_item_id() for id in outline.parents}
        self._runs: dict[RunId | None, RunId] = {id: new_run_id() for id in outline.runs}
        self.files = exported.files
        self.thread = exported.thread.model_copy(
            update={
                "id": new_thread_id(),
                "title": exported.thread.title[:MAX_TITLE_LENGTH],
                "head_id": self._items[exported.thread.head_id],
                "updated_at": now,
            }
        )

    def items(self) -> Iterator[Item]:
        for item in self._exported.items:
            yield item.model_copy(
                update={
                    "id": self._items[item.id],
                    "parent_id": self._items.get(item.parent_id),
                    "run_id": self._runs.get(item.run_id),
                    "status": "incomplete" if item.status in OPEN_STATUSES else item.status,
                }
            )

    def runs(self) -> Iterator[Run]:
        for run in self._exported.runs:
            yield run.model_copy(
                update={
                    "id": self._runs[run.id],
                    "thread_id": self.thread.id,
                    "parent_id": self._items.get(run.parent_id),
                }
                | ({} if run.status in TERMINAL_STATUSES else _ended(self._now))
            )


def file_ids(item: Item) -> Iterator[str]:
    """Yields the ids of the files that an item names, wherever they are in it."""
    yield from _file_ids(item.model_dump())


def with_file_ids(item: Item, ids: Mapping[str, str]) -> Item:
    """Returns the item with other ids of the files that it names."""
    if not ids or ids.keys().isdisjoint(file_ids(item)):
        return item
    return ITEM.validate_python(_renamed(item.model_dump(), ids))


def _file_ids(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(file_id := value.get("file_id"), str):
            yield file_id
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _file_ids(each)


def _renamed(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: ids.get(each, each) if name == "file_id" else _renamed(each, ids)
            for name, each in value.items()
        }
    return [_renamed(each, ids) for each in value] if isinstance(value, list | tuple) else value


class _Made(Sequence[T], Generic[T]):
    """A list that makes what it holds whenever it is asked for. Raises `ValidationError`."""

    def __init__(self, name: str, listed: msgspec.Raw, make: Callable[[msgspec.Raw], T]) -> None:
        self._name = name
        self._raw = msgspec.json.decode(listed, type=list[msgspec.Raw])
        self._make = make

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        raw = self._raw[place]
        _check_parts(raw, self._name, place)
        try:
            return self._make(raw)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            _refuse(first["type"], self._name, place, *first["loc"], ctx=first.get("ctx", {}))


_NONE: Final = msgspec.Raw(b"[]")


def _item(raw: msgspec.Raw) -> Item:
    return ITEM.validate_json(bytes(raw), strict=True)


def _item_v1(raw: msgspec.Raw) -> Item:
    try:
        item = json.loads(bytes(raw))
    except (ValueError, RecursionError):
        return _item(raw)  # To be refused for what it is.
    return (
        _item(msgspec.Raw(json.dumps(with_parts(item)).encode()))
        if isinstance(item, dict)
        else _item(raw)
    )


def _run(raw: msgspec.Raw) -> Run:
    return Run.model_validate_json(bytes(raw), strict=True)


class _Parts(msgspec.Struct):
    content: list[msgspec.Raw] = []
    outputs: list[msgspec.Raw] = []


def _check_parts(raw: msgspec.Raw, name: str, place: int) -> None:
    try:
        parts = msgspec.json.decode(raw, type=_Parts)
    except msgspec.ValidationError:
        return  # To be refused for what they are.
    if len(parts.content) + len(parts.outputs) > MAX_PARTS:
        _refuse(
            PydanticCustomError("too_many", f"It has more than {MAX_PARTS:,} parts"), name, place
        )


def _refuse(
    kind: str | PydanticCustomError, *place: int | str, ctx: Mapping[str, Any] | None = None
) -> NoReturn:
    error: InitErrorDetails = {"type": kind, "loc": place, "ctx": dict(ctx or {}), "input": ""}
    raise ValidationError.from_exception_data("PortableThread", [error]) from None


def _ended(now: float) -> dict[str, object]:
    return {"status": "failed", "error": _UNDER_WAY, "finished_at": now}
