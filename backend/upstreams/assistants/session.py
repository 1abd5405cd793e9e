"""One run of ours at the Assistants API: a remote thread, and a remote run on it.

A thread that is gone, stays busy, or whose run expired while its tools ran is replaced by a new one
with the same history.
"""

import logging
import re
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

from backend.config.settings import Settings
from backend.domain.assistant import FILE_SEARCH
from backend.domain.errors import UpstreamBroken, UpstreamError, UpstreamNotFound, UpstreamRefused
from backend.domain.items import FunctionCall, Item
from backend.domain.parameters import Parameters
from backend.openai_client.place import place
from backend.upstreams.assistants import runs
from backend.upstreams.assistants.api import AssistantsApi
from backend.upstreams.assistants.definitions import lent_tools
from backend.upstreams.assistants.endings import ACTIVE_STATUSES
from backend.upstreams.assistants.history import (
    MAX_MESSAGES_PER_CREATE,
    thread_messages,
)
from backend.upstreams.assistants.run import ThreadRun, remote_state
from backend.upstreams.assistants.translate import RunTranslator
from backend.upstreams.events import (
    ItemFinished,
    RunEnded,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.parameters import RefusedParameters
from backend.upstreams.prompt.instructions import additional_instructions
from backend.upstreams.request import RunRequest, ToolOutput

log = logging.getLogger(__name__)

_ATTEMPTS: Final = 3
"""How often to try a remote thread on which another run is active."""

_BUSY: Final = re.compile(r"\bactive\b|while a run|in progress|already running", re.IGNORECASE)


class _ThreadUnusable(Exception):
    """The remote thread is gone, or a run on it does not end."""


class AssistantsSession:
    """One run of ours: usually one remote run, which streams each round."""

    def __init__(
        self,
        request: RunRequest,
        settings: Settings,
        api: AssistantsApi,
        refused: RefusedParameters,
    ) -> None:
        self._request = request
        self._settings = settings
        self._api = api
        self._refused = refused
        self._translator = RunTranslator(request.run_id, settings)
        self._remote: ThreadRun | None = None
        self._ended = False
        self._search_results = FILE_SEARCH in request.assistant.tools
        self._calls: tuple[ToolCall, ...] = ()
        self._done: list[Item] = []
        """The items of this run, for a new remote thread that replaces the first."""

    async def next(self, outputs: tuple[ToolOutput, ...] | None) -> AsyncGenerator[UpstreamEvent]:
        async with aclosing(
            self._noted(self._begin() if outputs is None else self._answer(outputs))
        ) as events:
            async for event in events:
                yield event

    async def resume(self, remote: Mapping[str, Any]) -> AsyncGenerator[UpstreamEvent]:
        """Stream all that the remote run has done, once it has ended or waits for outputs."""
        async with aclosing(self._noted(self._pick_up(remote))) as events:
            async for event in events:
                yield event

    async def cancel(self) -> None:
        """Stop the remote run, if there is one that is active."""
        if self._remote is not None and not self._ended:
            await self._remote.cancel()

    async def _noted(self, stream: AsyncGenerator[UpstreamEvent]) -> AsyncGenerator[UpstreamEvent]:
        async with aclosing(stream) as events:
            async for event in events:
                match event:
                    case ItemFinished(item):
                        self._done.append(item)
                    case ToolCallsRequired(calls):
                        self._calls = calls
                    case RunEnded():
                        self._ended = True
                    case _:
                        pass
                yield event

    # Rounds

    async def _begin(self) -> AsyncGenerator[UpstreamEvent]:
        thread_id = self._request.remote_thread_id
        if thread_id is not None:
            try:
                await self._add_message(thread_id)
                async with aclosing(self._run_on(thread_id)) as events:
                    async for event in events:
                        yield event
                return
            except _ThreadUnusable as reason:
                log.info("A new remote thread, since %s is of no use: %s", thread_id, reason)
        async with aclosing(self._begin_anew()) as events:
            async for event in events:
                yield event

    async def _pick_up(self, remote: Mapping[str, Any]) -> AsyncGenerator[UpstreamEvent]:
        thread_id, run_id = remote.get("thread_id"), remote.get("run_id")
        if not thread_id or not run_id:
            raise UpstreamNotFound("The remote run had not begun.")
        self._remote = ThreadRun(
            thread_id, self._settings, self._api, self._translator, run_id=run_id
        )
        yield remote_state(thread_id, run_id)
        lost = UpstreamBroken(f"{place(self._settings)} does not say what came of the run.")
        async with aclosing(self._remote.catch_up(lost)) as events:
            async for event in events:
                if isinstance(event, RunEnded) and event.status == "expired":
                    # It waited too long, for somebody or for this server.
                    raise UpstreamNotFound("The remote run has expired.")
                yield event

    async def _answer(self, outputs: tuple[ToolOutput, ...]) -> AsyncGenerator[UpstreamEvent]:
        remote = self._remote
        assert remote is not None
        self._keep(outputs)
        try:
            async with aclosing(remote.submit(outputs)) as events:
                async for event in events:
                    yield event
            return
        except (UpstreamRefused, UpstreamNotFound) as error:
            refusal = error
        # The run ended while its tools ran: by itself, by time, or by someone else's hand.
        try:
            run = await remote.retrieve()
        except UpstreamNotFound:
            run = None
        if run is not None and run.status in ACTIVE_STATUSES:
            raise refusal
        if run is None or run.status == "expired":
            log.info("The remote run %s expired while its tools ran; starting another", remote.id)
            self._translator.begin_remote_run(run)
            rest = self._begin_anew()
        else:
            rest = remote.catch_up(refusal)
        async with aclosing(rest) as events:
            async for event in events:
                yield event

    def _keep(self, outputs: tuple[ToolOutput, ...]) -> None:
        by_call = {output.call_id: output.parts for output in outputs}
        self._done += [
            FunctionCall(
                id=call.item_id,
                status="completed",
                created_at=time.time(),
                name=call.name,
                arguments=call.arguments,
                outputs=by_call.get(call.call_id, ()),
            )
            for call in self._calls
        ]

    # The remote thread

    async def _begin_anew(self) -> AsyncGenerator[UpstreamEvent]:
        """A run on a new remote thread, which begins with the conversation so far."""
        messages = thread_messages((*self._request.history, *self._done), self._request)
        thread_id = await self._api.create_thread(messages[:MAX_MESSAGES_PER_CREATE])
        yield remote_state(thread_id)
        for message in messages[MAX_MESSAGES_PER_CREATE:]:
            await self._api.add_message(thread_id, message)
        try:
            async with aclosing(self._run_on(thread_id)) as events:
                async for event in events:
                    yield event
        except _ThreadUnusable:
            raise UpstreamBroken(
                f"{place(self._settings)} says that a run is active on a thread that is new. Try "
                "again in a moment."
            ) from None

    async def _add_message(self, thread_id: str) -> None:
        """Add what the remote thread lacks: the message that started the run."""
        for message in thread_messages(self._request.history[-1:], self._request):
            for _ in range(_ATTEMPTS):
                try:
                    await self._api.add_message(thread_id, message)
                    break
                except UpstreamNotFound as error:
                    raise _ThreadUnusable(error.message) from None
                except UpstreamRefused as error:
                    await self._free(thread_id, error)
            else:
                raise _ThreadUnusable("it stays busy")

    async def _run_on(self, thread_id: str) -> AsyncGenerator[UpstreamEvent]:
        assistant, attempts = self._request.assistant, _ATTEMPTS
        while attempts:
            parameters = self._refused.accepted(assistant.model, assistant.parameters)
            self._remote = ThreadRun(thread_id, self._settings, self._api, self._translator)
            started = self._remote.start(
                assistant.id,
                additional_instructions(self._request),
                parameters,
                model=self._request.model,
                search_results=self._search_results,
                tools=lent_tools(self._request.assistant, self._request.functions),
            )
            remarks = self._refused.remarks(assistant.model, assistant.parameters)
            try:
                async with aclosing(started) as events:
                    async for event in events:
                        for remark in remarks:
                            yield remark
                        yield event
                return
            except UpstreamRefused as error:
                if self._learned(error, parameters):
                    continue
                if self._search_results and "include" in error.message:
                    # A server that does not know it; results of searches are then not shown.
                    self._search_results = False
                else:
                    await self._free(thread_id, error)
                attempts -= 1
        raise _ThreadUnusable("it stays busy")

    def _learned(self, refusal: UpstreamRefused, sent: Parameters) -> bool:
        """Returns whether a parameter was refused, which is left out from now on."""
        said, model = refusal.message.lower(), self._request.assistant.model
        return self._refused.learn(said, model, sent) or self._refused.learn(
            said, model, sent, loosely=True
        )

    async def _free(self, thread_id: str, refusal: UpstreamRefused) -> None:
        """End what is active on the thread. Raises the refusal if it is of another kind."""
        if _BUSY.search(refusal.message) is None:
            raise refusal
        try:
            free = await runs.freed(self._api, thread_id)
        except UpstreamError as error:
            raise _ThreadUnusable(error.message) from None
        if not free:
            raise _ThreadUnusable("a run on it does not end")
