"""One completion as it streams: chunks in, our events out. Pure; the I/O is in `upstream.py`."""

from dataclasses import replace
from typing import Any

from backend.domain.ids import RunId
from backend.domain.items import ItemStatus, Usage
from backend.openai_client.error_body import ErrorBody
from backend.upstreams.builders.function_call import FunctionCallBuilder
from backend.upstreams.builders.message import MessageBuilder
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out, object_arguments, parsed_json
from backend.upstreams.chat_completions.chunks import (
    ChatEvent,
    Chunk,
    Delta,
    TextPart,
    ToolCallPart,
    UsageBody,
)
from backend.upstreams.events import ToolCall, UpstreamEvent
from backend.upstreams.thoughts import without_thoughts


class ChatRound:
    """Translates the chunks of one completion."""

    def __init__(self, run_id: RunId) -> None:
        self._run_id = run_id
        self._message = MessageBuilder(run_id)
        self._reasoning = ReasoningBuilder(run_id)
        self._calls: list[FunctionCallBuilder] = []
        self._at: dict[int, FunctionCallBuilder] = {}
        self.finish_reason: str | None = None
        self.error: ErrorBody | None = None
        self.usage: Usage | None = None

    def feed(self, event: ChatEvent) -> list[UpstreamEvent]:
        """Returns what the event means for our items."""
        out: Out = []
        if isinstance(event, ErrorBody):
            self.error = event
            return out
        self._count(event)
        for choice in (event.choices or ())[:1]:
            for delta in (choice.delta, choice.message):
                if delta is not None:
                    self._add(out, delta)
            self.finish_reason = choice.finish_reason or self.finish_reason
        return out

    def finish(self) -> list[UpstreamEvent]:
        """Returns the ends of all items."""
        out: Out = []
        cut = self.finish_reason in ("length", "content_filter", None) or self.error is not None
        status: ItemStatus = "incomplete" if cut else "completed"
        self._reasoning.finish(out, status)
        self._message.finish(out, status)
        for call in self._calls:
            self._finish_call(out, call, status)
        return out

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(call.call for call in self._calls if call.call is not None)

    @property
    def says_something(self) -> bool:
        return self._message.is_shown or any(call.is_shown for call in self._calls)

    def output(self) -> list[dict[str, Any]]:
        """Returns the items for the input of the next round."""
        items: list[dict[str, Any]] = []
        if text := without_thoughts(self._message.raw_text):
            part = {"type": "output_text", "text": text}
            items.append({"type": "message", "role": "assistant", "content": [part]})
        for call in self._calls:
            if (echo := call.echo()) is not None:
                items.append({**echo, "arguments": object_arguments(echo["arguments"])})
        return items

    def _add(self, out: Out, delta: Delta) -> None:
        if thought := delta.reasoning_content or delta.reasoning:
            self._reasoning.add_text(out, "reasoning", thought)
        if isinstance(delta.content, str):
            self._say(out, delta.content)
        else:
            for part in delta.content or ():
                self._reasoning.add_text(out, "reasoning", _text_of(part.thinking))
                self._say(out, part.text or "")
        if delta.refusal:
            self._message.add_refusal(out, delta.refusal)
        for place, asked in enumerate(delta.tool_calls or ()):
            call = self._call(place, asked)
            function = asked.function
            call.start(out, function.name if function is not None else None)
            if function is not None:
                call.add_arguments(out, function.arguments or "")

    def _say(self, out: Out, text: str) -> None:
        if text:
            self._reasoning.finish(out, "completed")
            self._message.add_text(out, 0, text)

    def _call(self, place: int, part: ToolCallPart) -> FunctionCallBuilder:
        """By its id; without one by its index, which some servers leave out or always send 0."""
        known = next((call for call in self._calls if part.id and call.call_id == part.id), None)
        index = place if part.index is None else part.index
        call = known or self._at.get(index)
        if call is None or (known is None and part.id and call.call_id):
            call = FunctionCallBuilder(self._run_id)
            self._calls.append(call)
        self._at[index] = call
        call.call_id = call.call_id or part.id
        return call

    def _finish_call(self, out: Out, call: FunctionCallBuilder, status: ItemStatus) -> None:
        """Two calls with one id are one call if they ask for the same; else each gets an id."""
        earlier = self.calls
        call.finish(out, status)
        made = call.call
        twins = [twin for twin in earlier if made is not None and twin.call_id == made.call_id]
        if made is None or not twins:
            return
        if any(
            (twin.name, parsed_json(twin.arguments)) == (made.name, parsed_json(made.arguments))
            for twin in twins
        ):
            call.give_up(out, "cancelled")
        else:
            call.call = replace(made, call_id=f"call_{made.item_id}")

    def _count(self, chunk: Chunk) -> None:
        if chunk.usage is not None:
            self.usage = _usage(chunk.usage)


def _usage(body: UsageBody) -> Usage:
    given, made = body.prompt_tokens or 0, body.completion_tokens or 0
    cached, reasoning = body.prompt_tokens_details, body.completion_tokens_details
    return Usage(
        input_tokens=given,
        output_tokens=made,
        total_tokens=body.total_tokens or given + made,
        reasoning_tokens=(reasoning.reasoning_tokens if reasoning else None) or 0,
        cached_tokens=(cached.cached_tokens if cached else None) or 0,
    )


def _text_of(thinking: object) -> str:
    """The text of a part that holds reasoning: a string, or text parts."""
    match thinking:
        case str(text) | {"text": str(text)} | TextPart(text=str(text)):
            return text
        case list(parts):
            return "".join(map(_text_of, parts))
        case _:
            return ""
