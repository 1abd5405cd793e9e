"""How a run of the Assistants server goes: moves become objects, and events while one listens."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.upstreams.assistants.objects import (
    event,
    function_call,
    message_delta,
    message_object,
    step_delta,
    step_object,
    text,
)

CUT: Final = None
"""A part of the body: the connection breaks here."""


@dataclass(frozen=True)
class Say:
    """One message, streamed word by word; `annotations` come with its end, and so does a picture."""

    words: str
    annotations: tuple[dict[str, Any], ...] = ()
    picture: str | None = None
    """The id of its file."""


@dataclass(frozen=True, init=False)
class Call:
    """A function call. All of a round make one step, and the run waits for them."""

    name: str
    arguments: dict[str, Any]

    def __init__(self, name: str, **arguments: Any) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "arguments", arguments)


@dataclass(frozen=True)
class Hosted:
    """A call that the server answers itself: its deltas, and what it is in the end."""

    call: dict[str, Any]
    deltas: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class End:
    """The run ends here, other than in `completed`. `fields` are the run's."""

    status: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """An event as it is."""

    name: str
    data: Any


@dataclass(frozen=True)
class Wait:
    """Nothing comes until the event is set or the run is cancelled."""

    event: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Quiet:
    """The stream ends here, without a word, or in the middle of one; the run goes on."""

    cut: bool = False


@dataclass(frozen=True)
class Expire:
    """Once it waits for outputs, the run expires."""


Move = Say | Call | Hosted | End | Raw | Wait | Quiet | Expire
Round = tuple[Move, ...]

USAGE = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}


class Player:
    """One run: what the server holds of it, and the rounds that are still to be played."""

    def __init__(
        self, run: dict[str, Any], rounds: Sequence[Round], messages: list[dict[str, Any]]
    ) -> None:
        self.run = run
        self.steps: list[dict[str, Any]] = []
        self.waiting: list[dict[str, Any]] = []
        self.settles_after = 0
        """How often a look at the run from outside finds it in progress, whatever it is."""
        self._rounds = list(rounds)
        self._messages = messages
        self._playing = False
        self._cancelled = asyncio.Event()

    def as_asked(self) -> dict[str, Any]:
        if self.settles_after > 0:
            self.settles_after -= 1
            return self.run | {"status": "in_progress", "required_action": None}
        return self.run

    def cancel(self) -> None:
        self._cancelled.set()
        self.run["status"] = "cancelling" if self._playing else "cancelled"

    async def stream(self, outputs: Mapping[str, str] | None = None) -> AsyncIterator[bytes | None]:
        """Play the next round, as the body of the answer that streams it."""
        self._playing = True
        silent = False
        try:
            opening = self._opened() if outputs is None else self._answered(outputs)
            for part in opening:
                yield part
            async for played in self._play(self._rounds.pop(0) if self._rounds else ()):
                if isinstance(played, Quiet):
                    silent = True
                    if played.cut:
                        yield b'event: thread.message.delta\ndata: {"id"'
                        yield CUT
                    continue
                if not silent:
                    yield played
        finally:
            self._playing = False
        if not silent:
            yield event("done", "[DONE]")

    def _opened(self) -> Iterator[bytes]:
        yield event("thread.run.created", self.run)
        yield event("thread.run.queued", self.run)
        yield self._stands("in_progress")

    def _answered(self, outputs: Mapping[str, str]) -> Iterator[bytes]:
        for call in self.waiting:
            call["function"]["output"] = outputs[call["id"]]
        self.waiting = []
        yield self._step_ends(self.steps[-1])
        yield self._stands("queued", required_action=None)
        yield self._stands("in_progress")

    async def _play(self, moves: Round) -> AsyncIterator[bytes | Quiet]:
        calls: list[dict[str, Any]] = []
        expires = False
        for move in moves:
            match move:
                case Say():
                    for part in self._say(move):
                        yield part
                case Call():
                    id = f"call_{self.run['id']}_{len(self.steps) + 1}_{len(calls) + 1}"
                    calls.append(function_call(id, move.name, json.dumps(move.arguments)))
                case Hosted():
                    for part in self._hosted(move):
                        yield part
                case Raw():
                    yield event(move.name, move.data)
                case Quiet():
                    yield move
                case Expire():
                    expires = True
                case Wait():
                    cancelled = asyncio.ensure_future(self._cancelled.wait())
                    going_on = asyncio.ensure_future(move.event.wait())
                    await asyncio.wait({cancelled, going_on}, return_when="FIRST_COMPLETED")
                    cancelled.cancel()
                    going_on.cancel()
                case End():
                    yield self._stands(move.status, usage=USAGE, **move.fields)
                    return
            if self._cancelled.is_set():
                yield self._stands("cancelling")
                yield self._stands("cancelled")
                return
        if not calls:
            yield self._stands("completed", usage=USAGE)
            return
        for part in self._call(calls):
            yield part
        if expires:
            self.run |= {"status": "expired", "usage": USAGE}

    def _say(self, move: Say) -> Iterator[bytes]:
        id = f"msg_{self.run['id']}_{len(self.steps) + 1}"
        details = {"type": "message_creation", "message_creation": {"message_id": id}}
        step = self._step(details)
        yield event("thread.run.step.created", step)
        yield event("thread.run.step.in_progress", step)
        of_run = {"run_id": self.run["id"], "assistant_id": self.run["assistant_id"]}
        message = message_object(
            id, self.run["thread_id"], "assistant", [], status="in_progress", **of_run
        )
        yield event("thread.message.created", message)
        yield event("thread.message.in_progress", message)
        self._messages.append(message)
        for word in move.words.replace(" ", " \0").split("\0"):
            yield event("thread.message.delta", message_delta(id, {"index": 0, **text(word)}))
        content = [text(move.words, *move.annotations)]
        if move.picture is not None:
            content.append({"type": "image_file", "image_file": {"file_id": move.picture}})
        message |= {"status": "completed", "content": content}
        yield event("thread.message.completed", message)
        yield self._step_ends(step)

    def _call(self, calls: list[dict[str, Any]]) -> Iterator[bytes]:
        step = self._step({"type": "tool_calls", "tool_calls": []})
        yield event("thread.run.step.created", step)
        yield event("thread.run.step.in_progress", step)
        for index, call in enumerate(calls):
            begun = function_call(call["id"], call["function"]["name"], "")
            yield event("thread.run.step.delta", step_delta(step["id"], {"index": index, **begun}))
        # Their arguments arrive in turns.
        halves = [_halves(call["function"]["arguments"]) for call in calls]
        for half in (0, 1):
            for index, arguments in enumerate(halves):
                delta = {
                    "index": index,
                    "type": "function",
                    "function": {"arguments": arguments[half]},
                }
                yield event("thread.run.step.delta", step_delta(step["id"], delta))
        step["step_details"]["tool_calls"] = self.waiting = calls
        asked = [
            {**call, "function": {k: v for k, v in call["function"].items() if k != "output"}}
            for call in calls
        ]
        action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}}
        yield self._stands("requires_action", required_action=action)

    def _hosted(self, move: Hosted) -> Iterator[bytes]:
        step = self._step({"type": "tool_calls", "tool_calls": []})
        yield event("thread.run.step.created", step)
        yield event("thread.run.step.in_progress", step)
        for delta in move.deltas:
            yield event("thread.run.step.delta", step_delta(step["id"], delta))
        step["step_details"]["tool_calls"] = [move.call]
        yield self._step_ends(step)

    def _step(self, details: dict[str, Any]) -> dict[str, Any]:
        step = step_object(f"step_{self.run['id']}_{len(self.steps) + 1}", self.run, details)
        self.steps.append(step)
        return step

    def _step_ends(self, step: dict[str, Any]) -> bytes:
        step["status"] = "completed"
        return event("thread.run.step.completed", step)

    def _stands(self, status: str, **fields: Any) -> bytes:
        self.run |= {"status": status} | fields
        return event(f"thread.run.{status}", self.run)


def _halves(arguments: str) -> tuple[str, str]:
    middle = len(arguments) // 2
    return arguments[:middle], arguments[middle:]
