"""The WebSocket protocol: two tagged unions, `ClientMessage` and `ServerMessage`.

One JSON text frame is one message. `GET /api/protocol.json` serves both as JSON Schema and
`frontend/src/protocol.ts` is generated from them.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints, TypeAdapter

from backend.domain.action import Scope
from backend.domain.app import MAX_CONTEXT_CHARS, MAX_CONTEXTS
from backend.domain.events import (
    MAX_INSTRUCTIONS,
    MAX_MODEL,
    ItemAdded,
    ItemAnnotated,
    ItemDelta,
    ItemDone,
    ItemUpdated,
    RunFinished,
    RunRated,
    RunStarted,
    RunUpdated,
    Thread,
    ThreadUpdated,
)
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, ItemId, RunId, ThreadId
from backend.domain.items import Fork, Item, Run
from backend.domain.parameters import Parameters

PROTOCOL_VERSION = 2

CommandIdText = Annotated[CommandId, StringConstraints(min_length=1, max_length=64)]
"""Chosen by the sender, unique per owner. A repeated id repeats the answer and changes nothing."""


class Command(FrozenModel):
    id: CommandIdText


class Question(Command):
    """A command that starts a run."""

    timezone: str | None = Field(default=None, max_length=64)
    """The sender's IANA time zone, so that "tomorrow" is the visitor's."""
    locale: str | None = Field(default=None, max_length=64)
    """The sender's language and region, such as `pt-BR`. Functions get it."""
    assistant_id: str | None = Field(default=None, max_length=256)
    """Who answers, now and to later messages of the thread. Null leaves that as it is."""
    model: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_MODEL)] | None = (
        None
    )
    """Which model answers, now and to later messages of the thread. Empty goes back to the
    assistant's own, null leaves that as it is."""
    instructions: str | None = Field(default=None, max_length=MAX_INSTRUCTIONS)
    """What the model is told on this thread from now on, after the assistant's own instructions.
    Null leaves that as it is."""
    parameters: Parameters | None = None
    """Each one that is not null takes the place of the assistant's own, for this run."""


class SentContext(FrozenModel):
    """What an app tells the model of its state."""

    item_id: ItemId
    """The call that brought the app. One that is not on the path tells nothing."""
    text: str = Field(min_length=1, max_length=MAX_CONTEXT_CHARS)


class MessageSend(Question):
    """Adds a user message and starts a run, in a new thread if the socket has none."""

    type: Literal["message.send"] = "message.send"
    text: str = Field(min_length=1)
    file_ids: tuple[str, ...] = ()
    contexts: tuple[SentContext, ...] = Field(default=(), max_length=MAX_CONTEXTS)
    """What apps of the thread tell with it. The model is told whose words they are."""


class MessageEdit(Question):
    """Replaces a user message on the path and starts a run.

    The former message and everything after it are kept as a branch.
    """

    type: Literal["message.edit"] = "message.edit"
    item_id: ItemId
    text: str = Field(min_length=1)


class RunRetry(Question):
    """Starts the last run of the path again and keeps its answer as a branch.

    If the run did not complete, tool calls with an output are kept and not repeated. Without
    `parameters` those of the former message count.
    """

    type: Literal["run.retry"] = "run.retry"
    run_id: RunId


class ThreadSwitch(Command):
    """Switches to the path through this item that ends with the newest item after it."""

    type: Literal["thread.switch"] = "thread.switch"
    head_id: ItemId


class RunCancel(Command):
    """Stops a run here and at the upstream. The partial message is kept."""

    type: Literal["run.cancel"] = "run.cancel"
    run_id: RunId


class ActionResolve(Command):
    """Decides on items that wait (`awaiting_approval`), all of one run: on all of them or on none.

    An approval is allowed or denied, a question answered or skipped.
    """

    type: Literal["action.resolve"] = "action.resolve"
    item_ids: tuple[ItemId, ...] = Field(min_length=1, max_length=200)
    decision: Literal["allow", "deny", "answer", "skip"]
    scope: Scope = "once"
    """Allow the tool for good: in this thread, or wherever this visitor is."""
    arguments: dict[str, JsonValue] | str | None = None
    """Other arguments to make the one call with, or the answer to the one question: an object, or
    JSON text of one, of which no digit is lost on the way."""
    reason: str | None = Field(default=None, max_length=2000)
    """Of a denial, which the model is told."""


class Ping(Command):
    type: Literal["ping"] = "ping"


ClientMessage = Annotated[
    MessageSend | MessageEdit | RunRetry | ThreadSwitch | RunCancel | ActionResolve | Ping,
    Field(discriminator="type"),
]


class Hello(FrozenModel):
    """The first frame of every socket, sent once more where another epoch begins."""

    type: Literal["hello"] = "hello"
    protocol: int = PROTOCOL_VERSION
    epoch: str
    """New where another process works on the thread, and so at each start of the server.
    `after=epoch:seq` resumes only within one epoch."""
    thread_id: ThreadId | None = None
    seq: int = 0
    upstream: str
    active_run: Run | None = None


class Snapshot(FrozenModel):
    """The thread as of `seq`, sent if the events since then cannot be replayed.

    It is the whole thread, unless the socket was opened with `last=100` or so: then the end of its path
    is enough for the reader, and `before` says whether there is more.
    """

    type: Literal["snapshot"] = "snapshot"
    seq: int
    thread: Thread
    items: tuple[Item, ...]
    """The path from the root to the head, or the last turns of it: at least as many items as the socket
    asked for, or 256,000 characters of them, and always what is active or waits."""
    runs: tuple[Run, ...]
    """The runs that went on from one of these items, oldest first."""
    forks: tuple[Fork, ...] = ()
    """Where other branches begin, in the order of the path."""
    active_run: Run | None = None
    before: ItemId | None = None
    """The first of these items, if there are older ones: `GET /api/threads/{id}/items?before=…`."""


class Ack(FrozenModel):
    """The command took effect, now or when its id was first used."""

    type: Literal["ack"] = "ack"
    id: str
    thread_id: ThreadId | None = None
    item_id: ItemId | None = None
    run_id: RunId | None = None


class Error(FrozenModel):
    """The command with this `id`, or the frame if it had none, did nothing."""

    type: Literal["error"] = "error"
    id: str | None = None
    code: str
    message: str
    retryable: bool = False
    run_id: RunId | None = None


class Pong(FrozenModel):
    type: Literal["pong"] = "pong"
    id: str


ServerMessage = Annotated[
    Hello
    | Snapshot
    | RunStarted
    | RunUpdated
    | RunFinished
    | RunRated
    | ItemAdded
    | ItemDelta
    | ItemUpdated
    | ItemDone
    | ItemAnnotated
    | ThreadUpdated
    | Ack
    | Error
    | Pong,
    Field(discriminator="type"),
]

CLIENT_MESSAGE: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)
SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)


def protocol_schema() -> dict[str, JsonValue]:
    """Both unions as JSON Schema: what a client may send, what it may receive."""
    return {
        "protocol": PROTOCOL_VERSION,
        "ClientMessage": CLIENT_MESSAGE.json_schema(mode="validation"),
        "ServerMessage": SERVER_MESSAGE.json_schema(mode="serialization"),
    }
