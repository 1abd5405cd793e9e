"""One run of the demo: understand the last message, call functions, put the outputs into words."""

import secrets
import time
from collections.abc import AsyncGenerator, Iterator
from itertools import takewhile
from typing import assert_never

from backend.domain.app import AppContext
from backend.domain.assistant import ASK_USER, CODE_INTERPRETER, FILE_SEARCH, FIND_TOOLS
from backend.domain.errors import UpstreamNotFound
from backend.domain.ids import new_item_id
from backend.domain.items import AssistantMessage, FunctionCall, UserMessage
from backend.domain.parts import FilePart, MessagePart, TextPart
from backend.domain.text import json_text
from backend.domain.usage import Usage
from backend.openai_client.reasons import MODEL_MISSING_CODE
from backend.upstreams.demo import (
    answers,
    code_answers,
    document_answers,
    returned,
    weather_answers,
)
from backend.upstreams.demo.code_questions import CodeQuestion
from backend.upstreams.demo.pace import Pace, pieces, words
from backend.upstreams.demo.picture import hills
from backend.upstreams.demo.questions import (
    AskMeQuestion,
    DocumentQuestion,
    FunctionQuestion,
    HelpQuestion,
    MarkdownQuestion,
    NoteQuestion,
    PictureQuestion,
    SpokenQuestion,
    WeatherQuestion,
    understand,
)
from backend.upstreams.events import (
    ItemChanged,
    ItemFinished,
    ItemStarted,
    Remark,
    RunEnded,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.parameters import in_words
from backend.upstreams.request import RunRequest, ToolOutput

MODEL = "demo"
GET_WEATHER = "get_weather"
SAVE_NOTE = "save_note"


class DemoSession:
    """At most two rounds: calls, if the question asks for any, then the answer."""

    def __init__(self, request: RunRequest, deltas_per_s: float) -> None:
        self._request = request
        self._pace = Pace(deltas_per_s)
        self._today = request.now.date()
        names = frozenset(spec.name for spec in request.functions)
        self._question = understand(_said(request), self._today, names, _files(request))
        self._kept = tuple(_kept_calls(request))
        self._calls: tuple[ToolCall, ...] = ()
        self._words = 0

    async def next(
        self, outputs: tuple[ToolOutput, ...] | None
    ) -> AsyncGenerator[UpstreamEvent, None]:
        """See `UpstreamSession.next`."""
        if (model := self._request.model) not in (None, MODEL):
            raise UpstreamNotFound(f"The demo has no model {model}.", code=MODEL_MISSING_CODE)
        if outputs is None and self._request.instructions:
            yield Remark("The demo has no use for this chat’s instructions: it follows a script.")
        if outputs is None and (wished := self._request.assistant.parameters).given():
            ignored = " and ".join(in_words(wished, name) for name in wished.given())
            yield Remark(f"The demo has no use for {ignored}: it follows a script.")
        for event in self._round(outputs):
            if isinstance(event, TextDelta):
                await self._pace.wait()
                self._words += 1
            yield event

    async def cancel(self) -> None:
        """Nothing runs elsewhere."""

    def _round(self, outputs: tuple[ToolOutput, ...] | None) -> Iterator[UpstreamEvent]:
        if outputs is None:
            wanted = self._wanted_calls()
            self._calls = (*(call for call, _ in self._kept), *wanted)
            if wanted:
                for call in wanted:
                    yield from _call_events(call)
                yield ToolCallsRequired(wanted)
                return
        kept = tuple(output for _, output in self._kept)
        yield from _message_events(self._content((*kept, *(outputs or ()))))
        yield RunEnded("completed", usage=self._usage())

    def _wanted_calls(self) -> tuple[ToolCall, ...]:
        """What the question asks for and was not kept from a run before."""
        kept = [(call.name, call.arguments) for call, _ in self._kept]
        return tuple(call for call in self._asked_for() if (call.name, call.arguments) not in kept)

    def _asked_for(self) -> tuple[ToolCall, ...]:
        enabled = {spec.name for spec in self._request.functions}
        match self._question:
            case WeatherQuestion(places=places, dates=dates) if GET_WEATHER in enabled:
                days = [day.isoformat() for day in dates or (self._today,)]
                return tuple(
                    _tool_call(
                        GET_WEATHER,
                        json_text({"location": place, "dates": days}),
                    )
                    for place in places
                )
            case CodeQuestion(code=code) if CODE_INTERPRETER in enabled:
                return (_tool_call(CODE_INTERPRETER, json_text({"code": code})),)
            case DocumentQuestion(query=query):
                arguments = json_text({"query": query})
                return (_tool_call(FILE_SEARCH, arguments),)
            # Where tools are searched, there are more than are told of.
            case FunctionQuestion(name=name, arguments=arguments) if {name, FIND_TOOLS} & enabled:
                return (_tool_call(name, arguments),)
            case NoteQuestion(texts=texts) if SAVE_NOTE in enabled:
                return tuple(_tool_call(SAVE_NOTE, json_text({"text": text})) for text in texts)
            case AskMeQuestion() if ASK_USER in enabled:
                return (_tool_call(ASK_USER, json_text(answers.QUESTION)),)
            case _:
                return ()

    def _content(self, outputs: tuple[ToolOutput, ...]) -> tuple[MessagePart, ...]:
        if isinstance(self._question, PictureQuestion):
            before, after = answers.around_a_picture()
            return TextPart(text=before), hills(), TextPart(text=after)
        told = returned.by_apps(_contexts(self._request))
        return (TextPart(text=told + self._answer(self._question, outputs)),)

    def _answer(self, question: SpokenQuestion, outputs: tuple[ToolOutput, ...]) -> str:
        functions = self._request.functions
        if self._calls:
            texts = {output.call_id: output.output for output in outputs}
            answered = [(call, texts.get(call.call_id, "")) for call in self._calls]
            if isinstance(question, WeatherQuestion):
                return weather_answers.tell(answered, self._today)
            if isinstance(question, CodeQuestion):
                return code_answers.tell(question, answered[0][1])
            if isinstance(question, DocumentQuestion):
                return document_answers.tell(question.query, answered[0][1], functions)
            if isinstance(question, AskMeQuestion):
                return answers.told_by_user(answered[0][1])
            return returned.outputs(answered)
        match question:
            case WeatherQuestion(places=places):
                if places or GET_WEATHER not in {spec.name for spec in functions}:
                    return answers.not_enabled(GET_WEATHER, functions)
                return answers.which_place()
            case CodeQuestion():
                return code_answers.not_available(self._request.assistant)
            case FunctionQuestion(name=name):
                return answers.not_enabled(name, functions)
            case NoteQuestion():
                return answers.not_enabled(SAVE_NOTE, functions)
            case AskMeQuestion():
                return answers.not_enabled(ASK_USER, functions)
            case MarkdownQuestion(part=part):
                return answers.markdown(part)
            case HelpQuestion() | DocumentQuestion():
                return answers.capabilities(functions)
            case _:
                assert_never(question)

    def _usage(self) -> Usage:
        """Words, since there are no tokens."""
        read = sum(len(text.split()) for text in _said(self._request))
        return Usage(input_tokens=read, output_tokens=self._words, total_tokens=read + self._words)


def _said(request: RunRequest) -> tuple[str, ...]:
    """What the user wrote, oldest first."""
    return tuple(item.text for item in request.history if isinstance(item, UserMessage))


def _contexts(request: RunRequest) -> tuple[AppContext, ...]:
    """What apps told with the last message."""
    messages = [item for item in request.history if isinstance(item, UserMessage)]
    return messages[-1].contexts if messages else ()


def _files(request: RunRequest) -> tuple[FilePart, ...]:
    """The files that came with the messages."""
    messages = (item for item in request.history if isinstance(item, UserMessage))
    return tuple(file for message in messages for file in message.files)


def _kept_calls(request: RunRequest) -> Iterator[tuple[ToolCall, ToolOutput]]:
    """The calls that this run has had, or those of an unfinished run before it."""
    if request.rounds:
        for done in request.rounds:
            yield from zip(done.calls, done.outputs, strict=True)
        return
    since = takewhile(lambda item: not isinstance(item, UserMessage), reversed(request.history))
    for item in reversed(tuple(since)):
        if isinstance(item, FunctionCall):
            call = _tool_call(item.name, item.arguments)
            refused = (TextPart(text=item.error),) if item.error is not None else ()
            yield call, ToolOutput(call.call_id, item.outputs or refused)


def _tool_call(name: str, arguments: str) -> ToolCall:
    return ToolCall(new_item_id(), f"call_{secrets.token_hex(8)}", name, arguments)


def _call_events(call: ToolCall) -> Iterator[UpstreamEvent]:
    yield ItemStarted(FunctionCall(id=call.item_id, name=call.name, created_at=time.time()))
    for piece in pieces(call.arguments):
        yield TextDelta(call.item_id, "arguments", piece)


def _message_events(content: tuple[MessagePart, ...]) -> Iterator[UpstreamEvent]:
    item = AssistantMessage(id=new_item_id(), created_at=time.time())
    yield ItemStarted(item)
    for place, part in enumerate(content):
        if isinstance(part, TextPart):
            for word in words(part.text):
                yield TextDelta(item.id, "text", word, place)
        else:
            yield ItemChanged(item.model_copy(update={"content": content[: place + 1]}))
    yield ItemFinished(item.model_copy(update={"content": content, "status": "completed"}))
