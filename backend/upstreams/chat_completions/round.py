"""One completion as it streams: chunks in, our events out. Pure; the I/O is in `upstream.py`."""

from typing import Any, Final

from backend.domain.ids import RunId
from backend.domain.items import ItemStatus
from backend.domain.parts import ImagePart
from backend.domain.usage import Usage
from backend.openai_client.error_body import ErrorBody
from backend.upstreams.builders.message import MessageBuilder
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out
from backend.upstreams.chat_completions.calls import Calls
from backend.upstreams.chat_completions.chunks import (
    DONE,
    Chunk,
    ContentPart,
    Delta,
    Failed,
    UsageBody,
)
from backend.upstreams.endings import tokens_of
from backend.upstreams.events import ToolCall, UpstreamEvent
from backend.upstreams.thoughts import without_thoughts

_CUT_SHORT: Final = {
    "length": "max_output_tokens",
    "max_tokens": "max_output_tokens",
    "model_length": "max_output_tokens",
    "content_filter": "content_filter",
}
"""Reasons why an answer is incomplete, in the words of the Responses API."""


class Round:
    """Translates the chunks of one completion."""

    def __init__(self, run_id: RunId) -> None:
        self._run_id = run_id
        self._message = MessageBuilder(run_id)
        self._pictures: list[str] = []
        """The addresses of the pictures shown. A server may repeat them in its last chunk."""
        self._reasoning: ReasoningBuilder | None = None
        self._thoughts: dict[str, list[str]] = {}
        """The reasoning by the field that it came in."""
        self._calls = Calls(run_id)
        self._reason: str | None = None
        self.usage: Usage | None = None
        self.error: ErrorBody | None = None
        self.is_done = False
        """Whether `[DONE]` has come, which is the end unless there is no reason to end."""

    def feed(self, chunk: Chunk) -> list[UpstreamEvent]:
        """Returns what the chunk means for our items."""
        out: Out = []
        if chunk is DONE:
            self.is_done = True
            return out
        if isinstance(chunk, Failed):
            self.error = chunk.failure
        if chunk.usage is not None:
            self.usage = _usage(chunk.usage)
        for choice in chunk.choices or ():
            if choice.index:
                continue
            if (delta := choice.delta or choice.message) is not None:
                self._add(out, delta)
            self._reason = choice.finish_reason or self._reason
        return out

    def finish(self) -> list[UpstreamEvent]:
        """Returns the ends of all items."""
        out: Out = []
        status: ItemStatus = "completed" if self.is_whole else "incomplete"
        if self._reasoning is not None:
            self._reasoning.finish(out, status)
        self._message.finish(out, status)
        self._calls.finish(out, status)
        return out

    @property
    def is_ended(self) -> bool:
        """Whether the model has come to an end; only usage may follow."""
        return self._reason is not None

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the answer is missing."""
        return (self.is_ended or self.is_done) and self.error is None and self.cut_short_by is None

    @property
    def cut_short_by(self) -> str | None:
        return _CUT_SHORT.get(self._reason or "")

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The function calls that wait for outputs, in order."""
        return self._calls.required

    @property
    def says_something(self) -> bool:
        """Whether there is more to show than reasoning."""
        return self._message.is_shown or self._calls.is_shown

    def echo(self) -> dict[str, Any]:
        """Returns the answer as a message of the next request.

        Its reasoning goes along, which DeepSeek insists on between the rounds of a run.
        """
        return {
            "role": "assistant",
            "content": without_thoughts(self._message.raw_text) or None,
            **{name: "".join(texts) for name, texts in self._thoughts.items()},
            "tool_calls": self._calls.echo(),
        }

    def _add(self, out: Out, delta: Delta) -> None:
        if delta.reasoning_content:
            self._think(out, delta.reasoning_content, "reasoning_content")
        elif delta.reasoning:
            self._think(out, delta.reasoning, "reasoning")
        if isinstance(delta.content, list):
            for part in delta.content:
                self._add_part(out, part)
        elif delta.content:
            self._say(out, delta.content)
        for image in delta.images or ():
            self._add_part(out, image)
        if delta.refusal:
            self._message.add_refusal(out, delta.refusal)
        for piece in delta.tool_calls or ():
            self._stop_thinking(out)
            self._calls.feed(out, piece)

    def _add_part(self, out: Out, part: ContentPart) -> None:
        if part.thinking is not None:
            self._think(out, _text(part.thinking))
        elif part.refusal:
            self._message.add_refusal(out, part.refusal)
        elif part.picture:
            self._show(out, part.picture)
        elif part.text:
            self._say(out, part.text)

    def _say(self, out: Out, text: str) -> None:
        if not self._message.is_shown and not self._message.raw_text and not text.strip():
            # Line breaks that templates leave between reasoning and answer, or before a call.
            return
        self._stop_thinking(out)
        self._message.add_text(out, 2 * len(self._pictures), text)

    def _show(self, out: Out, url: str) -> None:
        if url not in self._pictures:
            self._stop_thinking(out)
            if self._message.add_made(out, 2 * len(self._pictures) + 1, ImagePart(url=url)):
                self._pictures.append(url)

    def _think(self, out: Out, text: str, field: str | None = None) -> None:
        if self._reasoning is None:
            self._reasoning = ReasoningBuilder(self._run_id)
        self._reasoning.add_text(out, "content", text)
        if field is not None:
            self._thoughts.setdefault(field, []).append(text)

    def _stop_thinking(self, out: Out) -> None:
        if self._reasoning is not None:
            self._reasoning.finish(out, "completed")
            self._reasoning = None


def _text(parts: str | list[ContentPart]) -> str:
    return parts if isinstance(parts, str) else "".join(part.text or "" for part in parts)


def _usage(body: UsageBody) -> Usage | None:
    reasoning, cached = body.completion_tokens_details, body.prompt_tokens_details
    return tokens_of(
        body.prompt_tokens,
        body.completion_tokens,
        body.total_tokens,
        reasoning=reasoning.reasoning_tokens if reasoning else None,
        cached=(cached.cached_tokens if cached else None)
        or body.prompt_cache_hit_tokens
        or body.cached_tokens,
    )
