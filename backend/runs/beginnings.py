"""Decides where a run begins: after a new message, after an edited one, or as a retry."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from backend.domain.app import AppContext, AppPart
from backend.domain.errors import InvalidRequest, NotFound
from backend.domain.ids import ItemId, RunId, new_item_id
from backend.domain.items import FunctionCall, Item, ItemStatus, Run, UserMessage
from backend.domain.parts import FilePart
from backend.domain.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Beginning:
    """The item that a run continues from, and the new message if there is one."""

    parent_id: ItemId
    message: UserMessage | None = None


_ANSWERED: Final[frozenset[ItemStatus]] = frozenset({"completed", "failed", "denied"})
"""Statuses of calls that have an output."""

Begin = Callable[[Transcript, Run], Beginning]
"""Returns where a new run begins. Raises `NotFound` and `InvalidRequest`."""


def after_message(text: str, files: tuple[FilePart, ...], contexts: Mapping[ItemId, str]) -> Begin:
    """Begin after a new message at the end of the path, with which the apps of these calls tell
    something."""

    def begin(transcript: Transcript, run: Run) -> Beginning:
        told = tuple(_told(transcript.items, contexts))
        return _with_message(run, transcript.head_id, text, files, told)

    return begin


def after_edit(item_id: ItemId, text: str) -> Begin:
    """Begin after a message that replaces one on the path and keeps what came with it."""

    def begin(transcript: Transcript, run: Run) -> Beginning:
        try:
            former = transcript.item(item_id)
        except KeyError:
            raise NotFound("There is no such message on this path.") from None
        if not isinstance(former, UserMessage):
            raise InvalidRequest("Only messages of the user can be edited.", field="item_id")
        return _with_message(run, former.parent_id, text, former.files, former.contexts)

    return begin


def retried(run_id: RunId) -> Begin:
    """Begin where the last run of the path began, or after its finished tool calls."""

    def begin(transcript: Transcript, run: Run) -> Beginning:
        if run_id not in transcript.runs:
            raise NotFound("There is no such run on this path.")
        last = last_run(transcript)
        if last is None or last.id != run_id:
            raise InvalidRequest(
                "Only the last run can be started again.", field="run_id", code="not_last_run"
            )
        return Beginning(_resumption(transcript.items, last))

    return begin


def last_run(transcript: Transcript) -> Run | None:
    """Returns the run at the end of the path, which may have no item yet."""
    head_id = transcript.head_id
    if head_id is None:
        return None
    for run in reversed(transcript.runs.values()):
        if run.parent_id == head_id:
            return run
    run_id = transcript.item(head_id).run_id
    return transcript.runs.get(run_id) if run_id is not None else None


def _told(path: Iterable[Item], contexts: Mapping[ItemId, str]) -> Iterator[AppContext]:
    """Yields what is told by apps of the path, with their titles."""
    for item in path:
        if item.id in contexts and isinstance(item, FunctionCall):
            app = next((part for part in item.outputs if isinstance(part, AppPart)), None)
            if app is not None or item.has_app:
                title = (app and app.title) or item.title or item.name
                yield AppContext(title=title[:200], text=contexts[item.id])


def _with_message(
    run: Run,
    parent_id: ItemId | None,
    text: str,
    files: tuple[FilePart, ...],
    contexts: tuple[AppContext, ...],
) -> Beginning:
    message = UserMessage(
        id=new_item_id(),
        parent_id=parent_id,
        run_id=run.id,
        status="completed",
        created_at=run.created_at,
        text=text,
        files=files,
        contexts=contexts,
    )
    return Beginning(message.id, message)


def _resumption(path: tuple[Item, ...], run: Run) -> ItemId:
    """Returns the item to continue from: a run that did not complete keeps its answered calls."""
    place = next(item.id for item in reversed(path) if isinstance(item, UserMessage))
    if run.status == "completed":
        return place
    place = run.parent_id or place
    ids = [item.id for item in path]
    for item in path[ids.index(place) + 1 :]:
        if isinstance(item, FunctionCall):
            if item.status not in _ANSWERED:
                break
            place = item.id
    return place
