"""An upstream whose rounds are written down: real sessions, no network.

A script is a list of rounds; a round is a list of steps: events to yield, an exception to raise,
an `asyncio.Event` or a `Gate` to wait for. `message` and `calls` write the usual rounds.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal

from backend.domain.annotations import ItemAnnotation
from backend.domain.errors import AppError
from backend.domain.ids import new_item_id
from backend.domain.items import AssistantMessage, FunctionCall
from backend.domain.parts import TextPart
from backend.upstreams.events import (
    ItemFinished,
    ItemStarted,
    RunEnded,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.request import RunRequest, ToolOutput


class Gate(asyncio.Semaphore):
    """Lets one step through for each `release`, and each in a turn of the event loop of its own."""

    async def acquire(self) -> Literal[True]:
        await super().acquire()
        await asyncio.sleep(0)
        return True


Step = UpstreamEvent | BaseException | asyncio.Event | Gate
Round = list[Step]

COMPLETED = RunEnded("completed")


def said(text: str, *annotations: ItemAnnotation) -> tuple[TextPart, ...]:
    """The content of a message that says this."""
    return (TextPart(text=text, annotations=annotations),) if text else ()


def annotations_of(message: AssistantMessage) -> tuple[ItemAnnotation, ...]:
    """The annotations of all its texts."""
    texts = (part for part in message.content if isinstance(part, TextPart))
    return tuple(annotation for text in texts for annotation in text.annotations)


def message(*deltas: str, status: str = "completed") -> Round:
    """A whole assistant message in these pieces."""
    item = AssistantMessage(id=new_item_id(), created_at=time.time())
    done = item.model_copy(update={"content": said("".join(deltas)), "status": status})
    return [ItemStarted(item), *(TextDelta(item.id, "text", d) for d in deltas), ItemFinished(done)]


def partial_message(*deltas: str) -> Round:
    """A message that is still growing."""
    return message(*deltas)[:-1]


def calls(*wanted: tuple[str, str]) -> Round:
    """A round that asks for these (name, arguments) at once."""
    steps: Round = []
    required = []
    for number, (name, arguments) in enumerate(wanted):
        item = FunctionCall(id=new_item_id(), created_at=time.time(), name=name)
        steps += [ItemStarted(item), TextDelta(item.id, "arguments", arguments)]
        required.append(ToolCall(item.id, f"call_{number}", name, arguments))
    return [*steps, ToolCallsRequired(tuple(required))]


@dataclass
class ScriptedSession:
    rounds: list[Round]
    request: RunRequest
    outputs: list[tuple[ToolOutput, ...] | None] = field(default_factory=list)
    cancelled: int = 0
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def next(
        self, outputs: tuple[ToolOutput, ...] | None
    ) -> AsyncGenerator[UpstreamEvent, None]:
        self.outputs.append(outputs)
        for step in self.rounds.pop(0):
            if isinstance(step, BaseException):
                raise step
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Gate):
                await step.acquire()
            else:
                yield step

    async def cancel(self) -> None:
        self.cancelled += 1
        self.stopped.set()


@dataclass
class ResumableSession(ScriptedSession):
    """Its script begins where the former process was."""

    remote: Mapping[str, Any] | None = None

    async def resume(self, remote: Mapping[str, Any]) -> AsyncGenerator[UpstreamEvent, None]:
        self.remote = remote
        async with aclosing(self.next(None)) as events:
            async for event in events:
                yield event


@dataclass
class ScriptedUpstream:
    """Each run takes the next script; `sessions` holds them all for inspection."""

    scripts: list[list[Round]] = field(default_factory=list)
    sessions: list[ScriptedSession] = field(default_factory=list)
    name: str = "demo"
    base_url: str = "scripted"
    problem: AppError | None = None
    resumable: bool = False

    def script(self, *rounds: Iterable[Step]) -> None:
        """What the next run does."""
        self.scripts.append([list(steps) for steps in rounds])

    def session(self, request: RunRequest) -> ScriptedSession:
        kind = ResumableSession if self.resumable else ScriptedSession
        session = kind(self.scripts.pop(0), request)
        self.sessions.append(session)
        return session

    async def models(self) -> list[str]:
        return ["scripted"]

    async def close(self) -> None: ...
