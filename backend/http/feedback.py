"""The REST API of feedback: what readers think of answers, and all of it for who runs the server.

Whoever may open `/setup` may read it, with the questions and answers it is about: readers are told so
where they give it.
"""

import time
from collections.abc import AsyncGenerator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.domain.errors import NotFound
from backend.domain.events import RunRated
from backend.domain.feedback import Feedback, FeedbackUpdate
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import RunId, ThreadId
from backend.domain.items import AssistantMessage, Run, ToolItem
from backend.domain.tool_calls import arguments_of, tool_of
from backend.http.framework.api import endpoint
from backend.http.security.identity import owner_of
from backend.live.registry import Threads
from backend.store.feedback import FeedbackPlace, FeedbackRows, RatedRun
from backend.store.writer import Writer

LINES: Final = "application/x-ndjson"
RUNS_AT_ONCE: Final = 50
MAX_ARGUMENTS: Final = 2_000
"""Characters of a call's arguments."""


class BriefCall(FrozenModel):
    name: str | None
    arguments: str
    """JSON text, or the beginning of it."""
    status: str
    error: str | None
    duration_ms: float | None


class RatedAnswer(FrozenModel):
    """A line of the list."""

    run: Run
    """Its `feedback` is what was said; the model and the assistant are told there, too."""
    question: str
    answer: str
    """Markdown."""
    tool_calls: tuple[BriefCall, ...]


class FeedbackApi:
    def __init__(self, threads: Threads, rows: FeedbackRows, writer: Writer) -> None:
        self._threads = threads
        self._rows = rows
        self._writer = writer

    @endpoint(
        "PUT",
        "/api/threads/{thread_id}/runs/{run_id}/feedback",
        "Say what you think of an answer",
        errors=(NotFound,),
    )
    async def rate(
        self, request: Request, thread_id: str, run_id: str, body: FeedbackUpdate
    ) -> Feedback:
        """Takes the place of what you said before. Open sockets get a `run.rated`."""
        given = Feedback(rating=body.rating, comment=body.comment.strip(), at=time.time())
        await self._set(request, thread_id, run_id, given)
        return given

    @endpoint(
        "DELETE",
        "/api/threads/{thread_id}/runs/{run_id}/feedback",
        "Take back what you said of an answer",
        errors=(NotFound,),
    )
    async def take_back(self, request: Request, thread_id: str, run_id: str) -> None:
        await self._set(request, thread_id, run_id, None)

    @endpoint("GET", "/api/feedback", "Export the feedback of all", media_type=LINES)
    async def export(self) -> Response:
        """A `RatedAnswer` as JSON per line, rated longest ago first, but for those of deleted threads."""
        headers = {"Content-Disposition": 'attachment; filename="feedback.jsonl"'}
        return StreamingResponse(self._lines(), headers=headers, media_type=LINES)

    async def _set(
        self, request: Request, thread_id: str, run_id: str, feedback: Feedback | None
    ) -> None:
        live = await self._threads.get(ThreadId(thread_id), owner_of(request))
        async with live.lock:
            # What was recorded of the run before must not be written over this.
            await self._writer.flush()
            if not await self._rows.rate(live.id, RunId(run_id), feedback):
                raise NotFound("There is no such answer here that has ended.")
            live.append(RunRated(run_id=RunId(run_id), feedback=feedback))
        await self._writer.flush()
        live.check_here()

    async def _lines(self) -> AsyncGenerator[str]:
        after: FeedbackPlace | None = None
        while rated := await self._rows.page(RUNS_AT_ONCE, after):
            for each in rated:
                yield f"{_told(each).model_dump_json()}\n"
            last = rated[-1].run
            assert last.feedback is not None
            after = FeedbackPlace(last.feedback.at, last.id)


def _told(rated: RatedRun) -> RatedAnswer:
    messages = (item.text for item in rated.answer if isinstance(item, AssistantMessage))
    return RatedAnswer(
        run=rated.run,
        question=rated.question.text if rated.question is not None else "",
        answer="\n\n".join(text for text in messages if text),
        tool_calls=tuple(_brief(item) for item in rated.answer if isinstance(item, ToolItem)),
    )


def _brief(call: ToolItem) -> BriefCall:
    return BriefCall(
        name=tool_of(call),
        arguments=arguments_of(call)[:MAX_ARGUMENTS],
        status=call.status,
        error=call.error,
        duration_ms=call.duration_ms,
    )
