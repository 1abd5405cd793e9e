"""One remote run: start it, follow it, answer its calls, and find it again after a lost stream."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Final

from openai.types.beta import AssistantToolParam

from backend.config.settings import Settings
from backend.domain.errors import (
    UpstreamBroken,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from backend.domain.parameters import Parameters
from backend.openai_client.place import place
from backend.openai_client.sse import drain
from backend.upstreams.assistants import runs
from backend.upstreams.assistants.api import AssistantsApi
from backend.upstreams.assistants.events import (
    AssistantsEvent,
    ErrorObject,
    MessageObject,
    RunObject,
)
from backend.upstreams.assistants.parameters import run_fields
from backend.upstreams.assistants.translate import RunTranslator
from backend.upstreams.events import RemoteState, RunEnded, ToolCallsRequired, UpstreamEvent
from backend.upstreams.request import ToolOutput

log = logging.getLogger(__name__)

CANCEL_TIMEOUT_S: Final = 5.0

_STREAM_FAILURES: Final = (UpstreamBroken, UpstreamTimeout, UpstreamUnreachable)
"""After these errors the remote run may still be going on."""


class ThreadRun:
    """A run on a remote thread; `id` is None until the server has said it."""

    def __init__(
        self,
        thread_id: str,
        settings: Settings,
        api: AssistantsApi,
        translator: RunTranslator,
        *,
        run_id: str | None = None,
    ) -> None:
        self.thread_id = thread_id
        self.id = run_id
        self._settings = settings
        self._api = api
        self._translator = translator
        self._asked_for = False
        self._answered: set[str] = set()

    def start(
        self,
        assistant_id: str,
        instructions: str,
        parameters: Parameters,
        *,
        model: str | None,
        search_results: bool,
        tools: list[AssistantToolParam] | None,
    ) -> AsyncGenerator[UpstreamEvent]:
        self._asked_for = True
        return self._follow(
            self._api.create_run(
                self.thread_id,
                assistant_id,
                instructions,
                run_fields(parameters) | ({"model": model} if model else {}),
                search_results=search_results,
                tools=tools,
            )
        )

    def submit(self, outputs: tuple[ToolOutput, ...]) -> AsyncGenerator[UpstreamEvent]:
        """Raises `UpstreamRefused` or `UpstreamNotFound` where the run waits for them no more."""
        assert self.id is not None
        self._answered |= {output.call_id for output in outputs}
        return self._follow(self._api.submit(self.thread_id, self.id, outputs))

    async def retrieve(self) -> RunObject:
        assert self.id is not None
        return await self._api.run(self.thread_id, self.id)

    async def cancel(self) -> None:
        """Cancel the run, even if its id never arrived. Harmless when it has ended."""
        if self.id is not None:
            await runs.cancel(self._api, self.thread_id, self.id)
        elif self._asked_for:
            for run in await self._api.active_runs(self.thread_id):
                await runs.cancel(self._api, self.thread_id, run.id or "")

    async def catch_up(self, lost: UpstreamError) -> AsyncGenerator[UpstreamEvent]:
        """Yields the rest of a run whose stream is lost. Raises `lost` if that cannot be read."""
        if self.id is None:
            raise lost
        try:
            missed = await self._missed(self.id)
        except UpstreamError as error:
            log.info("The remote run %s cannot be found again: %s", self.id, error.message)
            raise lost from None
        for event in missed:
            for ours in self._translator.translate(event):
                yield ours
                if isinstance(ours, (ToolCallsRequired, RunEnded)):
                    return
        raise lost

    async def _missed(self, run_id: str) -> list[AssistantsEvent]:
        """Returns nothing if the run goes on too long, or still waits for outputs it was sent."""
        run = await runs.settled(
            self._api, self.thread_id, run_id, within_s=self._settings.upstream_stall_timeout_s
        )
        if run is None or self._waits_for_what_was_answered(run):
            return []
        return await runs.caught_up(self._api, self.thread_id, run_id, run)

    def _waits_for_what_was_answered(self, run: RunObject) -> bool:
        if run.status != "requires_action" or run.required_action is None:
            return False
        submit = run.required_action.submit_tool_outputs
        calls = (submit.tool_calls if submit is not None else None) or []
        return any(call.id in self._answered for call in calls)

    async def _follow(
        self, stream: AsyncGenerator[AssistantsEvent]
    ) -> AsyncGenerator[UpstreamEvent]:
        """Yields a stream to its end, and what the run did afterwards if the stream broke off."""
        lost: UpstreamError = UpstreamBroken(
            f"{place(self._settings)} ended its stream before the answer was complete. Try again."
        )
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    for state in self._learned(event):
                        yield state
                    for ours in self._translator.translate(event):
                        if isinstance(ours, (ToolCallsRequired, RunEnded)):
                            await self._leave(event, events)
                            yield ours
                            return
                        yield ours
        except _STREAM_FAILURES as error:
            lost = error
        async with aclosing(self.catch_up(lost)) as missed:
            async for found in missed:
                yield found

    def _learned(self, event: AssistantsEvent) -> Iterator[RemoteState]:
        """Yields the run's id, as soon as an event has it."""
        run_id: str | None = None
        if isinstance(event, RunObject):
            run_id = event.id
        elif isinstance(event, MessageObject):
            run_id = event.run_id
        if run_id and self.id is None:
            self.id = run_id
            yield remote_state(self.thread_id, run_id)

    async def _leave(self, last: AssistantsEvent, events: AsyncGenerator[AssistantsEvent]) -> None:
        """Leave a stream whose last event has come. Cancel the run if the stream ended in an error."""
        await drain(events)
        if isinstance(last, ErrorObject):
            # The run may well go on, unseen and paid for.
            try:
                async with asyncio.timeout(CANCEL_TIMEOUT_S):
                    await self.cancel()
            except (UpstreamError, TimeoutError) as error:
                log.info("The remote run %s was not cancelled: %s", self.id, error)


def remote_state(thread_id: str, run_id: str | None = None) -> RemoteState:
    """Returns what is stored of a run: enough to cancel it or find it later."""
    run = {"thread_id": thread_id}
    if run_id is not None:
        run["run_id"] = run_id
    return RemoteState(run=run, thread_id=thread_id)
