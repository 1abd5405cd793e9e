"""The Chat Completions API: of every vendor, of local servers, and of what is older than Responses.

https://platform.openai.com/docs/api-reference/chat

Nothing is stored at the server and it runs no tools: the whole thread goes along each time, and a
round is one request. So there is nothing to cancel over there but the stream itself, and a new
session can go on where another one was.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from httpx2 import Response

from backend.config.settings import Settings, UpstreamName
from backend.domain.assistant import Assistant
from backend.domain.errors import (
    UpstreamBroken,
    UpstreamError,
    UpstreamMisconfigured,
)
from backend.domain.items import Item, RunError
from backend.openai_client.client import Client, create_client
from backend.openai_client.connection_failures import CONNECTION_ERRORS
from backend.openai_client.failures import translated
from backend.openai_client.place import place
from backend.openai_client.reasons import stream_failure
from backend.openai_client.sse import ServerSentEvent, decoded_events
from backend.upstreams.chat_completions.chunks import DONE, Chunk, decode_chunk
from backend.upstreams.chat_completions.completions import Completions
from backend.upstreams.chat_completions.messages import (
    Message,
    function_tool,
    messages_so_far,
    output_messages,
)
from backend.upstreams.chat_completions.round import Round
from backend.upstreams.chat_completions.title import make_title
from backend.upstreams.endings import INCOMPLETE, empty_answer
from backend.upstreams.events import RunEnded, ToolCallsRequired, UpstreamEvent
from backend.upstreams.openai_like import OpenAiLike
from backend.upstreams.pictures import without_refused_pictures
from backend.upstreams.prompt.attachments import attached_parts
from backend.upstreams.request import RunRequest, ToolOutput
from backend.upstreams.tool_pictures import PictureForms, keep_newest, shown_pictures

LAST_CHUNK_TIMEOUT_S = 1.0
"""How long to wait for a chunk after the answer has ended: usage, and the end of the stream."""

DRAIN_TIMEOUT_S = 0.2
"""How long to wait for the end of a stream after `[DONE]`, to keep its connection."""


def create_upstream(settings: Settings) -> "ChatCompletionsUpstream":
    """Raises `UpstreamMisconfigured` where OpenAI is meant and there is no key."""
    return ChatCompletionsUpstream(settings, create_client(settings))


class ChatCompletionsUpstream(OpenAiLike):
    """A server of the Chat Completions API."""

    name: UpstreamName = "chat_completions"
    key_path = "/chat/completions"

    def __init__(self, settings: Settings, client: Client) -> None:
        super().__init__(settings, client)
        self._completions = Completions(client)
        self.refused = self._completions.refused
        self._pictures = PictureForms("apart")

    def session(self, request: RunRequest) -> "ChatCompletionsSession":
        return ChatCompletionsSession(request, self._settings, self._completions, self._pictures)

    async def title(self, assistant: Assistant, history: tuple[Item, ...]) -> str | None:
        return await make_title(self._completions, self._settings, assistant, history)


class ChatCompletionsSession:
    """One run: a completion per round, each told all that came before."""

    def __init__(
        self,
        request: RunRequest,
        settings: Settings,
        completions: Completions,
        pictures: PictureForms,
    ) -> None:
        self._pictures = pictures
        self._request = request
        self._settings = settings
        self._completions = completions
        self._messages: list[Message] = []
        self._had_rounds = bool(request.rounds)
        self._cancelled = False
        self._response: Response | None = None

    async def next(self, outputs: tuple[ToolOutput, ...] | None) -> AsyncGenerator[UpstreamEvent]:
        if outputs is None:
            attached = await attached_parts(self._request)
            self._messages = messages_so_far(self._request, attached)
        else:
            pictures = await shown_pictures(outputs, self._settings.tool_pictures)
            self._messages += output_messages(outputs, pictures)
            self._had_rounds = True
        keep_newest(self._messages, self._settings.tool_pictures)
        stream = without_refused_pictures(
            self._round, self._messages, self._request, self._settings, self._pictures
        )
        async with aclosing(stream) as events:
            async for event in events:
                yield event

    async def _round(self) -> AsyncGenerator[UpstreamEvent]:
        translation, failure = Round(self._request.run_id), None
        try:
            async with aclosing(self._stream(translation)) as events:
                async for event in events:
                    yield event
        except UpstreamError as error:
            if not self._cancelled and translation.error is None:
                raise
            failure = error
        if failure is not None or not (translation.is_ended or translation.is_done):
            if not self._cancelled and translation.error is None:
                raise UpstreamBroken(
                    f"{place(self._settings)} ended its stream before the answer was complete. "
                    "Try again."
                )
        else:
            for event in translation.finish():
                yield event
        yield self._ending(translation)

    async def cancel(self) -> None:
        """Close the stream: there is nothing else over there."""
        self._cancelled = True
        with translated(self._settings):
            if self._response is not None:
                await self._response.aclose()

    def _ending(self, translation: Round) -> UpstreamEvent:
        usage = translation.usage
        if self._cancelled:
            return RunEnded("cancelled", usage=usage)
        if translation.error is not None:
            return RunEnded("failed", stream_failure(translation.error, self._settings), usage)
        if (reason := translation.cut_short_by) is not None:
            error = RunError(code=reason, message=INCOMPLETE[reason])
            return RunEnded("incomplete", error, usage)
        if calls := translation.calls:
            message = translation.echo()
            self._messages.append(message)
            return ToolCallsRequired(calls, native={"message": message}, usage=usage)
        if not (self._had_rounds or translation.says_something):
            return empty_answer(usage)
        return RunEnded("completed", usage=usage)

    async def _stream(self, translation: Round) -> AsyncGenerator[UpstreamEvent]:
        model = self._request.assistant.model or self._settings.model
        if not model:
            raise UpstreamMisconfigured("No model is chosen. Choose one on /setup.")
        tools = [function_tool(spec) for spec in self._request.functions]
        body = {
            "messages": self._messages,
            "stream_options": {"include_usage": True},
            **({"tools": tools} if tools else {}),
        }
        with translated(self._settings):
            wanted = self._request.assistant.parameters
            asking = self._completions.asked(model, body, stream=True, parameters=wanted)
            async with asking as response:
                self._response = response
                for remark in self._completions.refused.remarks(model, wanted):
                    yield remark
                async with aclosing(_chunks(response)) as chunks:
                    async for chunk in chunks:
                        for event in translation.feed(chunk):
                            yield event
                        if translation.is_ended:
                            break
                    for event in await _last_words(translation, chunks):
                        yield event


async def _chunks(response: Response) -> AsyncGenerator[Chunk]:
    """Yields the chunks of a stream, or the one that a server answers with that does not stream."""
    if "application/json" in response.headers.get("content-type", ""):
        yield decode_chunk(ServerSentEvent("message", await response.aread()))
        yield DONE
        return
    async with aclosing(decoded_events(response, decode_chunk, done=DONE)) as chunks:
        async for chunk in chunks:
            yield chunk


async def _last_words(translation: Round, chunks: AsyncGenerator[Chunk]) -> list[UpstreamEvent]:
    """Read to the end, for usage and so that the connection can be used again; not at any price."""
    events: list[UpstreamEvent] = []
    timeout_s = LAST_CHUNK_TIMEOUT_S
    try:
        while True:
            async with asyncio.timeout(timeout_s):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            events += translation.feed(chunk)
            if chunk is DONE:
                timeout_s = DRAIN_TIMEOUT_S
    except CONNECTION_ERRORS:
        """The answer is whole."""
    return events
