"""The Responses API, at OpenAI or at any server that speaks it (Ollama, vLLM, LM Studio, Azure).

https://platform.openai.com/docs/api-reference/responses

Stateless: `store=false`, the whole thread goes along each time. So there is nothing to cancel
over there but the stream itself, and a new session can go on where another one was. With
`RESPONSES_BACKGROUND` the server stores responses and works on them by itself.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Any

from httpx2 import Response

from backend.config.settings import Settings, UpstreamName
from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamError, UpstreamMisconfigured, UpstreamRefused
from backend.domain.hosted_tool import EVERY_HOSTED_TOOL, HostedTool
from backend.domain.items import Item
from backend.domain.parameters import Parameters
from backend.openai_client.client import Client, create_client, is_openai
from backend.openai_client.failures import translated
from backend.openai_client.hosted_files import HostedFiles
from backend.openai_client.sse import decoded_events, drain
from backend.upstreams.events import (
    RemoteState,
    RunEnded,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.openai_like import OpenAiLike
from backend.upstreams.parameters import REFUSALS, RefusedParameters, said_by
from backend.upstreams.pictures import without_refused_pictures
from backend.upstreams.prompt.attachments import attached_parts
from backend.upstreams.prompt.instructions import instructions
from backend.upstreams.request import RunRequest, ToolOutput
from backend.upstreams.request_fields import responses_fields
from backend.upstreams.responses.client_calls import arguments_for
from backend.upstreams.responses.decoding import decode_event
from backend.upstreams.responses.echo import without_picture
from backend.upstreams.responses.endings import broke_off, ended, usage_of
from backend.upstreams.responses.events import Created, ResponseEvent
from backend.upstreams.responses.hosted_tools import knowing_secrets
from backend.upstreams.responses.input import input_so_far, output_input
from backend.upstreams.responses.options import Options
from backend.upstreams.responses.round import Round
from backend.upstreams.responses.title import make_title
from backend.upstreams.tool_pictures import PictureForms, keep_newest, shown_pictures

Send = Callable[[AsyncExitStack], Awaitable[Response]]
"""Asks for a stream and returns the head of the answer."""


def create_upstream(settings: Settings) -> "ResponsesUpstream":
    """Raises `UpstreamMisconfigured` where OpenAI is meant and there is no key."""
    return ResponsesUpstream(settings, create_client(settings), _hosted_tools(settings))


def _hosted_tools(settings: Settings) -> frozenset[HostedTool]:
    """Returns what the settings say that the server runs: most servers would refuse any."""
    if settings.hosted_tools is not None:
        return frozenset(settings.hosted_tools)
    return EVERY_HOSTED_TOOL if is_openai(settings) else frozenset()


class ResponsesUpstream(OpenAiLike):
    """A server of the Responses API."""

    name: UpstreamName = "responses"
    key_path = "/responses"

    def __init__(
        self, settings: Settings, client: Client, hosted_tools: frozenset[HostedTool]
    ) -> None:
        """`hosted_tools` are those that the server runs; most servers would refuse any."""
        super().__init__(settings, client)
        self.hosted_tools = hosted_tools
        self.refused = RefusedParameters()
        self._options = Options(settings, hosted_tools, is_openai(settings))
        self._pictures = PictureForms("within")
        self.hosted_files = HostedFiles(client, settings)

    def session(self, request: RunRequest) -> "ResponsesSession":
        return ResponsesSession(
            request, self._settings, self._client, self._options, self.refused, self._pictures
        )

    async def title(self, assistant: Assistant, history: tuple[Item, ...]) -> str | None:
        return await make_title(self._client, self._settings, assistant, history)

    async def knowledge_store(self, assistant: Assistant, store_id: str | None) -> str:
        """Returns the store, made where there is none; each request names it."""
        return store_id or await self.hosted_files.create_store(assistant.name)


class ResponsesSession:
    """One run: a response per round. Each request repeats all that came before."""

    def __init__(
        self,
        request: RunRequest,
        settings: Settings,
        client: Client,
        options: Options,
        refused: RefusedParameters,
        pictures: PictureForms,
    ) -> None:
        self._request = request
        self._settings = knowing_secrets(settings, request.servers)
        self._client = client
        self._options = options
        self._refused = refused
        self._pictures = pictures
        self._input: list[dict[str, Any]] = []
        self._had_rounds = bool(request.rounds)
        self._cancelled = False
        self._in_background = False
        self._background_id: str | None = None
        """Of the response that goes on by itself at the server."""
        self._response: Response | None = None

    @property
    def _model(self) -> str:
        return self._request.assistant.model or self._settings.model or ""

    @property
    def _wanted(self) -> Parameters:
        return self._request.assistant.parameters

    async def next(self, outputs: tuple[ToolOutput, ...] | None) -> AsyncGenerator[UpstreamEvent]:
        if outputs is None:
            self._input = await self._told_so_far()
        else:
            pictures = await shown_pictures(outputs, self._settings.tool_pictures)
            self._input += output_input(outputs, self._input, pictures)
            self._had_rounds = True
        keep_newest(self._input, self._settings.tool_pictures)
        stream = without_refused_pictures(
            lambda: self._round(self._send),
            self._input,
            self._request,
            self._settings,
            self._pictures,
        )
        async with aclosing(stream) as events:
            async for event in events:
                yield event

    async def resume(self, remote: Mapping[str, Any]) -> AsyncGenerator[UpstreamEvent]:
        """Stream a background response again, from its beginning."""
        response_id = remote.get("background_id")
        if not response_id:
            raise UpstreamRefused("The response was not stored at the server.")
        self._background_id = response_id
        self._input = await self._told_so_far()

        async def again(stack: AsyncExitStack) -> Response:
            getting = self._client.responses.with_streaming_response.retrieve(
                response_id, stream=True
            )
            return (await stack.enter_async_context(getting)).http_response

        async with aclosing(self._round(again)) as events:
            async for event in events:
                yield event

    async def _told_so_far(self) -> list[dict[str, Any]]:
        return input_so_far(self._request, await attached_parts(self._request))

    async def _round(self, send: Send) -> AsyncGenerator[UpstreamEvent]:
        translation = Round(self._request.run_id)
        try:
            async with aclosing(self._stream(translation, send)) as events:
                async for event in events:
                    yield event
        except UpstreamError as error:
            if not self._cancelled and translation.error is None:
                raise
            failure = None if self._cancelled else error
        else:
            failure = None
        usage = usage_of(translation.terminal)
        if self._cancelled:
            yield RunEnded("cancelled", usage=usage)
            return
        if translation.terminal is None:
            yield broke_off(translation, failure, usage, self._settings)
            return
        calls = self._fitted(translation)
        if calls:
            output = translation.output()
            self._input += output
            stored = [without_picture(item) for item in output]
            yield ToolCallsRequired(calls, native={"output": stored}, usage=usage)
            return
        shows = self._had_rounds or translation.says_something
        yield ended(translation.terminal, translation, usage, self._settings, shows=shows)

    def _fitted(self, translation: Round) -> tuple[ToolCall, ...]:
        """Returns the calls, those of custom tools with the arguments of our functions."""
        specs = {spec.name: spec for spec in self._request.functions}
        return tuple(
            replace(call, arguments=arguments_for(kind, call.arguments, specs.get(call.name)))
            for kind, call in translation.kinds_and_calls
        )

    async def cancel(self) -> None:
        """Close the stream; without `background` that stops the response."""
        self._cancelled = True
        with translated(self._settings):
            if self._response is not None:
                await self._response.aclose()
            if self._background_id is not None:
                await self._client.responses.with_raw_response.cancel(self._background_id)

    async def _stream(self, translation: Round, send: Send) -> AsyncGenerator[UpstreamEvent]:
        with translated(self._settings):
            async with AsyncExitStack() as stack:
                self._response = response = await send(stack)
                for remark in self._refused.remarks(self._model, self._wanted):
                    yield remark
                for remark in self._options.remarks(self._request, self._model):
                    yield remark
                decoded: AsyncGenerator[ResponseEvent] = decoded_events(response, decode_event)
                events = await stack.enter_async_context(aclosing(decoded))
                async for event in events:
                    if isinstance(event, Created) and self._in_background:
                        self._background_id = event.response.id
                        yield RemoteState(run={"background_id": event.response.id})
                    for ours in translation.feed(event):
                        yield ours
                    if translation.terminal is not None:
                        await drain(events)
                        return

    async def _send(self, stack: AsyncExitStack) -> Response:
        """Returns the head of the answer. Asks again without each option that is refused."""
        request, model = self._request, self._model
        if not model:
            raise UpstreamMisconfigured("No model is chosen. Choose one on /setup.")
        while True:
            functions = [self._options.function(spec, model) for spec in request.functions]
            optional = self._options.body(request, model)
            self._in_background = "background" in optional
            parameters = self._refused.accepted(model, self._wanted)
            tools = functions + optional.get("tools", [])
            body: dict[str, Any] = {
                "model": model,
                "stream": True,
                "store": self._in_background,
                "instructions": instructions(request),
                **optional,
                **responses_fields(parameters, optional.get("reasoning", {})),
                **({"tools": tools} if tools else {}),
                "input": self._input,
            }
            try:
                return await stack.enter_async_context(self._client.posted("/responses", body))
            except REFUSALS as error:
                said = said_by(error)
                if not (
                    self._refused.learn(said, model, parameters)
                    or self._options.learn(said, optional, model, functions)
                    or self._refused.learn(said, model, parameters, loosely=True)
                ):
                    raise
