"""Servers of the Chat Completions API: Ollama, vLLM, Groq, DeepSeek, Mistral, gateways, and others.

https://platform.openai.com/docs/api-reference/chat

Stateless: the whole thread goes along each time, and closing the stream stops the answer.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import openai
from httpx2 import Response
from msgspec import Struct
from openai import AsyncAPIResponse, AsyncOpenAI

from backend.config.settings import Settings, UpstreamName
from backend.domain.assistant import Assistant
from backend.domain.errors import (
    UpstreamBroken,
    UpstreamError,
    UpstreamMisconfigured,
    UpstreamRefused,
)
from backend.domain.items import Item, RunError
from backend.openai_client.answers import read_answer
from backend.openai_client.client import base_url, create_client
from backend.openai_client.failures import translated
from backend.openai_client.key_check import check_key
from backend.openai_client.models import list_models
from backend.openai_client.place import place
from backend.openai_client.reasons import stream_failure
from backend.openai_client.sse import decoded_events
from backend.tools.function import FunctionSpec
from backend.upstreams.chat_completions.chunks import ChatEvent, decode_chunk
from backend.upstreams.chat_completions.messages import chat_messages, chat_tool
from backend.upstreams.chat_completions.round import ChatRound
from backend.upstreams.endings import INCOMPLETE, empty_answer
from backend.upstreams.events import RunEnded, ToolCallsRequired, UpstreamEvent
from backend.upstreams.request import RunRequest, ToolOutput
from backend.upstreams.responses.files import attached_parts
from backend.upstreams.responses.input import input_so_far, instructions, output_input
from backend.upstreams.responses.title import TITLE_INSTRUCTIONS, quoted
from backend.upstreams.thoughts import without_thoughts


class _Message(Struct):
    content: str | None = None


class _Choice(Struct):
    message: _Message | None = None


class _Answer(Struct):
    choices: list[_Choice] | None = None


def create_upstream(settings: Settings) -> "ChatCompletionsUpstream":
    """Raises `UpstreamMisconfigured` where OpenAI is meant and there is no key."""
    return ChatCompletionsUpstream(settings, create_client(settings))


class ChatCompletionsUpstream:
    name: UpstreamName = "chat_completions"
    holds_assistants = False

    def __init__(self, settings: Settings, client: AsyncOpenAI) -> None:
        self.base_url = base_url(settings)
        self._settings = settings
        self._client = client
        self._refused: set[str] = set()
        """Optional fields of a request that the server refused once."""

    def session(self, request: RunRequest) -> "ChatSession":
        return ChatSession(request, self._settings, self._client, self._refused)

    async def models(self) -> list[str]:
        return await list_models(self._client, self._settings)

    async def check_key(self) -> None:
        await check_key(
            self._client,
            self._settings,
            lambda: self._client.post("/chat/completions", cast_to=Response, body={}),
        )

    async def title(self, assistant: Assistant, history: tuple[Item, ...]) -> str | None:
        model = assistant.model or self._settings.model
        if not model:
            return None
        request = self._client.chat.completions.with_streaming_response.create(
            model=model,
            messages=[
                {"role": "system", "content": TITLE_INSTRUCTIONS},
                {"role": "user", "content": quoted(history)},
            ],
        )
        answer = await read_answer(_Answer, request, self._settings)
        said = [choice.message.content or "" for choice in answer.choices or () if choice.message]
        return " ".join(without_thoughts("".join(said)).split()) or None

    async def get_assistant(self, assistant_id: str) -> Assistant | None:
        """None: assistants of this upstream live in our store."""
        return None

    async def save_assistant(
        self, assistant: Assistant, functions: tuple[FunctionSpec, ...]
    ) -> Assistant:
        raise UpstreamRefused("The Chat Completions API keeps no assistants; save it locally.")

    async def close(self) -> None:
        await self._client.close()


class ChatSession:
    """One run: a completion per round, each with the whole conversation."""

    def __init__(
        self, request: RunRequest, settings: Settings, client: AsyncOpenAI, refused: set[str]
    ) -> None:
        self._request = request
        self._settings = settings
        self._client = client
        self._refused = refused
        self._input: list[dict[str, Any]] = []
        self._had_rounds = bool(request.rounds)
        self._response: AsyncAPIResponse[Any] | None = None
        self._cancelled = False

    async def next(self, outputs: tuple[ToolOutput, ...] | None) -> AsyncGenerator[UpstreamEvent]:
        if outputs is None:
            self._input = input_so_far(self._request, await attached_parts(self._request))
        else:
            self._input += output_input(outputs)
            self._had_rounds = True
        translation = ChatRound(self._request.run_id)
        failure: UpstreamError | None = None
        try:
            async with aclosing(self._stream(translation)) as events:
                async for event in events:
                    yield event
        except UpstreamError as error:
            if not self._cancelled and translation.error is None:
                raise
            failure = error
        for ending in translation.finish():
            yield ending
        yield self._end(translation, failure)

    async def cancel(self) -> None:
        self._cancelled = True
        with translated(self._settings):
            if self._response is not None:
                await self._response.http_response.aclose()

    def _end(
        self, translation: ChatRound, failure: UpstreamError | None
    ) -> ToolCallsRequired | RunEnded:
        usage, reason = translation.usage, translation.finish_reason
        if self._cancelled:
            return RunEnded("cancelled", usage=usage)
        if translation.error is not None:
            return RunEnded("failed", stream_failure(translation.error, self._settings), usage)
        if reason is None:
            raise failure or UpstreamBroken(
                f"{place(self._settings)} ended its stream before the answer was complete. Try "
                "again."
            )
        if calls := translation.calls:
            output = translation.output()
            self._input += output
            return ToolCallsRequired(calls, native={"output": output}, usage=usage)
        if reason in ("length", "content_filter"):
            code = "max_output_tokens" if reason == "length" else reason
            return RunEnded("incomplete", RunError(code=code, message=INCOMPLETE[code]), usage)
        if not (self._had_rounds or translation.says_something):
            return empty_answer(usage)
        return RunEnded("completed", usage=usage)

    async def _stream(self, translation: ChatRound) -> AsyncGenerator[UpstreamEvent]:
        with translated(self._settings):
            async with await self._send() as response:
                self._response = response
                decoded: AsyncGenerator[ChatEvent] = decoded_events(response, decode_chunk)
                async with aclosing(decoded) as events:
                    async for event in events:
                        for ours in translation.feed(event):
                            yield ours

    async def _send(self) -> Any:
        """Ask for a stream, with the tokens it took where the server tells them."""
        request = self._request
        model = request.assistant.model or self._settings.model
        if not model:
            raise UpstreamMisconfigured("No model is chosen. Choose one on /setup.")
        body: dict[str, Any] = {"messages": chat_messages(instructions(request), self._input)}
        if request.functions:
            body["tools"] = [chat_tool(spec) for spec in request.functions]
        return _Asked(self._client, model, body, self._refused)


class _Asked:
    """The answer's head; asked for once more without a field that the server refuses."""

    def __init__(
        self, client: AsyncOpenAI, model: str, body: dict[str, Any], refused: set[str]
    ) -> None:
        self._client = client
        self._model = model
        self._body = body
        self._refused = refused
        self._sent: Any = None

    async def __aenter__(self) -> AsyncAPIResponse[Any]:
        if "stream_options" not in self._refused:
            options = {"stream_options": {"include_usage": True}}
            try:
                return await self._enter(self._body | options)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if "stream_options" not in str(error.body):
                    raise
                self._refused.add("stream_options")
        return await self._enter(self._body)

    async def __aexit__(self, *error: Any) -> None:
        await self._sent.__aexit__(*error)

    async def _enter(self, body: dict[str, Any]) -> AsyncAPIResponse[Any]:
        # Beside the SDK's own parameters, which it would look through field by field.
        self._sent = self._client.chat.completions.with_streaming_response.create(
            model=self._model, messages=[], stream=True, extra_body=body
        )
        response: AsyncAPIResponse[Any] = await self._sent.__aenter__()
        return response
