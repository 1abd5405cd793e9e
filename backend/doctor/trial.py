"""One run at an upstream, as a chat makes it, and what came of it. Nothing of it is stored here."""

import asyncio
import struct
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamError
from backend.domain.ids import ItemId, new_file_id, new_item_id, new_run_id, new_thread_id
from backend.domain.items import AssistantMessage, RunError, UserMessage
from backend.domain.parts import FilePart
from backend.tools.function import FunctionSpec
from backend.upstreams.base import ThreadKeepingUpstream, Upstream
from backend.upstreams.events import (
    ItemFinished,
    ItemStarted,
    RemoteState,
    RunEnded,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
)
from backend.upstreams.hosting import holds_assistants, hosts_files
from backend.upstreams.request import RunFiles, RunRequest, ToolOutput

MOST_ROUNDS: Final = 3
_SIDE: Final = 64
"""Of the picture, in pixels."""


@dataclass(slots=True)
class Outcome:
    pieces: int = 0
    """How often more text of the answer came."""
    text: str = ""
    """Of the last message."""
    calls: list[ToolCall] = field(default_factory=list)
    ended: RunEnded | None = None
    """None for one that went on calling functions and was stopped."""

    @property
    def error(self) -> RunError | None:
        return self.ended.error if self.ended is not None else None


async def tried(upstream: Upstream, request: RunRequest, output: str = "") -> Outcome:
    """Make the run, and leave no thread of it behind; every call gets the `output`.

    Raises `UpstreamError`.
    """
    session = upstream.session(request)
    outcome = Outcome()
    messages: set[ItemId] = set()
    threads: set[str] = set()
    outputs: tuple[ToolOutput, ...] | None = None
    try:
        for _ in range(MOST_ROUNDS):
            calls: tuple[ToolCall, ...] = ()
            async with aclosing(session.next(outputs)) as events:
                async for event in events:
                    match event:
                        case ItemStarted(AssistantMessage() as item):
                            messages.add(item.id)
                        case TextDelta(item_id, "text") if item_id in messages:
                            outcome.pieces += 1
                        case ItemFinished(AssistantMessage() as item):
                            outcome.text = item.text
                        case RemoteState(thread_id=str(thread_id)):
                            threads.add(thread_id)
                        case ToolCallsRequired(calls):
                            outcome.calls += calls
                        case RunEnded():
                            outcome.ended = event
                            return outcome
                        case _:
                            """Says nothing of the answer."""
            outputs = tuple(ToolOutput.of_text(call.call_id, output) for call in calls)
        return outcome
    finally:
        if outcome.ended is None:
            with suppress(UpstreamError):
                await session.cancel()
        if isinstance(upstream, ThreadKeepingUpstream):
            for thread_id in threads:
                with suppress(UpstreamError):
                    await upstream.delete_thread(thread_id)


def asking(text: str, assistant: Assistant, *functions: FunctionSpec) -> RunRequest:
    """Returns the request of a first message to the assistant, with these functions alone."""
    question = UserMessage(
        id=new_item_id(), text=text, status="completed", created_at=datetime.now(UTC).timestamp()
    )
    return RunRequest(
        thread_id=new_thread_id(),
        run_id=new_run_id(),
        history=(question,),
        assistant=assistant,
        functions=functions,
        now=datetime.now(UTC),
    )


@asynccontextmanager
async def with_picture(request: RunRequest, upstream: Upstream) -> AsyncGenerator[RunRequest]:
    """The request with a red square, which is at the upstream for the time of the block.

    Raises `UpstreamError`.
    """
    [question] = request.history
    assert isinstance(question, UserMessage)
    with TemporaryDirectory(prefix="doctor-") as folder:
        path = Path(folder) / "square.png"
        path.write_bytes(_png())
        file = FilePart(
            file_id=new_file_id(),
            name=path.name,
            media_type="image/png",
            size=path.stat().st_size,
        )
        hosted = hosts_files(upstream) if holds_assistants(upstream) is not None else None
        copies = {}
        if hosted is not None:
            copies[file.file_id] = await hosted.hosted_files.upload(
                file.name, file.media_type, path, "vision"
            )
        try:
            yield replace(
                request,
                history=(question.model_copy(update={"files": (file,)}),),
                files=RunFiles(
                    contents={file.file_id: partial(asyncio.to_thread, path.read_bytes)},
                    remote_ids=copies,
                ),
            )
        finally:
            for copy in copies.values():
                assert hosted is not None
                with suppress(UpstreamError):
                    await hosted.hosted_files.delete(copy)


def _png() -> bytes:
    """A red square. https://www.w3.org/TR/png-3/"""
    rows = (b"\0" + b"\xff\0\0" * _SIDE) * _SIDE
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
