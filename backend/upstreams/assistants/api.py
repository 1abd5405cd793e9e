"""The requests of the Assistants API v2: the SDK sends them, answers become our own structs.

https://platform.openai.com/docs/api-reference/assistants
"""

import asyncio
import logging
import warnings
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Any, Final, Generic, ParamSpec, TypeVar, cast

import msgspec
from openai import AsyncOpenAI, omit
from openai.types.beta import AssistantToolParam, thread_create_params
from openai.types.beta.threads import run_submit_tool_outputs_params as submit_params
from openai.types.beta.threads.runs import RunStepInclude

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken, UpstreamNotFound, UpstreamUnreachable
from backend.openai_client.answers import read_answer
from backend.openai_client.failures import METHOD_MISSING_CODE, translated
from backend.openai_client.place import place
from backend.openai_client.sse import decoded_events
from backend.upstreams.assistants.definitions import AssistantObject
from backend.upstreams.assistants.endings import ACTIVE_STATUSES
from backend.upstreams.assistants.events import (
    AssistantsEvent,
    MessageObject,
    RunObject,
    StepObject,
    ThreadObject,
    decode,
)
from backend.upstreams.assistants.history import ThreadMessage
from backend.upstreams.request import ToolOutput

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_PAUSES_S: Final = (0.25, 1.0)
"""Before a GET is sent again. Nothing else ever is."""

_SEARCH_RESULTS: Final[list[RunStepInclude]] = [
    "step_details.tool_calls[*].file_search.results[*].content"
]


_MAX_PAGES: Final = 10
"""Of a hundred assistants each."""


class Page(msgspec.Struct, Generic[T]):
    data: list[T]
    has_more: bool = False


class Deleted(msgspec.Struct):
    id: str = ""


class AssistantsApi:
    """Raises `UpstreamError`s only."""

    def __init__(self, client: AsyncOpenAI, settings: Settings) -> None:
        self._settings = settings
        self._assistants = client.beta.assistants.with_streaming_response
        self._threads = client.beta.threads.with_streaming_response
        self._messages = client.beta.threads.messages.with_streaming_response
        self._runs = client.beta.threads.runs.with_streaming_response
        self._steps = client.beta.threads.runs.steps.with_streaming_response

    # Threads and their messages

    async def create_thread(self, messages: Sequence[ThreadMessage]) -> str:
        """The id of a new thread that begins with these messages, 32 at most."""
        first = cast(list[thread_create_params.Message], list(messages))
        thread = await self._read(
            ThreadObject, _quietly(self._threads.create, messages=first or omit)
        )
        if not thread.id:
            raise UpstreamBroken("The upstream made a thread but did not say which. Try again.")
        return thread.id

    async def delete_thread(self, thread_id: str) -> None:
        await self._read(ThreadObject, _quietly(self._threads.delete, thread_id))

    async def add_message(self, thread_id: str, message: ThreadMessage) -> None:
        await self._read(MessageObject, _quietly(self._messages.create, thread_id, **message))

    async def messages_of(self, thread_id: str, run_id: str) -> list[MessageObject]:
        """What a run has said, oldest first."""
        page = await self._get(
            Page[MessageObject],
            lambda: _quietly(self._messages.list, thread_id, run_id=run_id, order="asc", limit=100),
        )
        return [message for message in page.data if message.run_id in (run_id, None)]

    # Runs

    def create_run(
        self,
        thread_id: str,
        assistant_id: str,
        instructions: str,
        more: dict[str, Any],
        *,
        search_results: bool,
        tools: list[AssistantToolParam] | None,
    ) -> AsyncGenerator[AssistantsEvent]:
        """Starts a run with the first event asked for, and streams it.

        `tools` are in place of the assistant's own, `more` are its other fields.
        """
        return self._stream(
            lambda: _quietly(
                self._runs.create,
                thread_id,
                assistant_id=assistant_id,
                additional_instructions=instructions,
                include=_SEARCH_RESULTS if search_results else omit,
                tools=omit if tools is None else tools,
                stream=True,
                extra_body=more,
            )
        )

    def submit(
        self, thread_id: str, run_id: str, outputs: Iterable[ToolOutput]
    ) -> AsyncGenerator[AssistantsEvent]:
        """Answers all calls of a round, and streams what follows."""
        answers: list[submit_params.ToolOutput] = [
            {"tool_call_id": answer.call_id, "output": answer.output} for answer in outputs
        ]
        return self._stream(
            lambda: _quietly(
                self._runs.submit_tool_outputs,
                run_id,
                thread_id=thread_id,
                tool_outputs=answers,
                stream=True,
            )
        )

    async def cancel_run(self, thread_id: str, run_id: str) -> None:
        await self._read(RunObject, _quietly(self._runs.cancel, run_id, thread_id=thread_id))

    async def run(self, thread_id: str, run_id: str) -> RunObject:
        return await self._get(
            RunObject, lambda: _quietly(self._runs.retrieve, run_id, thread_id=thread_id)
        )

    async def active_runs(self, thread_id: str) -> list[RunObject]:
        page = await self._get(
            Page[RunObject],
            lambda: _quietly(self._runs.list, thread_id, order="desc", limit=20),
        )
        return [run for run in page.data if run.id and run.status in ACTIVE_STATUSES]

    async def steps_of(self, thread_id: str, run_id: str) -> list[StepObject]:
        """The steps of a run, oldest first; none where the server does not serve them."""
        try:
            page = await self._get(
                Page[StepObject],
                lambda: _quietly(
                    self._steps.list, run_id, thread_id=thread_id, order="asc", limit=100
                ),
            )
        except UpstreamNotFound:
            return []
        return page.data

    # Assistants

    async def assistant(self, assistant_id: str) -> AssistantObject | None:
        """Returns None for one that is unknown. Raises `UpstreamNotFound` where the whole API is.

        A server that cannot show a single one lists them.
        """
        try:
            return await self._read(
                AssistantObject, _quietly(self._assistants.retrieve, assistant_id)
            )
        except UpstreamNotFound:
            listed = await self.assistants()
        return next((found for found in listed if found.id == assistant_id), None)

    async def assistants(self) -> list[AssistantObject]:
        """Returns them all, the newest first."""
        found: list[AssistantObject] = []
        for _ in range(_MAX_PAGES):
            after = found[-1].id if found else omit
            page = await self._read(
                Page[AssistantObject], _quietly(self._assistants.list, limit=100, after=after)
            )
            known = {assistant.id for assistant in found}
            new = [assistant for assistant in page.data if assistant.id not in known]
            found += new
            if not page.has_more or not new:
                break
        return found

    async def delete_assistant(self, assistant_id: str) -> None:
        """Harmless for one that is gone."""
        if await self.assistant(assistant_id) is not None:
            await self._changed(Deleted, _quietly(self._assistants.delete, assistant_id))

    async def save_assistant(
        self,
        assistant_id: str | None,
        more: dict[str, Any],
        *,
        name: str,
        model: str,
        instructions: str,
        tools: list[AssistantToolParam],
    ) -> AssistantObject:
        """Update the one of that id, or create one without. `more` are its other fields."""
        if assistant_id is None:
            request = _quietly(
                self._assistants.create,
                name=name,
                model=model,
                instructions=instructions,
                tools=tools,
                extra_body=more,
            )
        else:
            request = _quietly(
                self._assistants.update,
                assistant_id,
                name=name,
                model=model,
                instructions=instructions,
                tools=tools,
                extra_body=more,
            )
        return await self._changed(AssistantObject, request)

    async def _changed(self, kind: type[T], request: Any) -> T:
        """As `_read`, for a change that some servers do not offer."""
        try:
            return await self._read(kind, request)
        except UpstreamNotFound as error:
            if error.error_code != METHOD_MISSING_CODE:
                raise
            raise UpstreamNotFound(
                f"{place(self._settings)} does not let assistants be created, changed or deleted "
                "over its API. Define the assistant on the server itself, and set its id as ASSISTANT_ID.",
                code=METHOD_MISSING_CODE,
            ) from None

    async def give_store(self, assistant_id: str, store_id: str) -> None:
        """Have an assistant search a vector store."""
        await self._read(
            AssistantObject,
            _quietly(
                self._assistants.update,
                assistant_id,
                tool_resources={"file_search": {"vector_store_ids": [store_id]}},
            ),
        )

    # The wire

    async def _get(self, kind: type[T], request: Callable[[], Any]) -> T:
        """As `_read`, for a request that may safely be sent again."""
        for pause_s in _PAUSES_S:
            try:
                return await self._read(kind, request())
            except (UpstreamUnreachable, UpstreamBroken) as error:
                log.info("Asking again in %g s: %s", pause_s, error.message)
            await asyncio.sleep(pause_s)
        return await self._read(kind, request())

    async def _read(self, kind: type[T], request: Any) -> T:
        return await read_answer(kind, request, self._settings)

    async def _stream(self, request: Callable[[], Any]) -> AsyncGenerator[AssistantsEvent]:
        with translated(self._settings):
            async with request() as response:
                decoded: AsyncGenerator[AssistantsEvent] = decoded_events(
                    response.http_response, decode
                )
                async with aclosing(decoded) as events:
                    async for event in events:
                        yield event


def _quietly(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a method that the SDK marks as deprecated; it warns in the call, before any await."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore",
            message=r"The Assistants API is deprecated|deprecated\Z",
            category=DeprecationWarning,
        )
        return call(*args, **kwargs)
