"""The stream of the Chat Completions API, as the few fields of it that we use.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from typing import Any, Final

import msgspec
from msgspec import Struct

from backend.openai_client.error_body import ErrorBody, error_body, error_event
from backend.openai_client.lenient import JsonText, LenientDecoder, Word
from backend.openai_client.sse import ServerSentEvent


class FunctionPart(Struct, frozen=True):
    name: Word | None = None
    arguments: JsonText | None = None


class ToolCallPart(Struct, frozen=True):
    index: int | None = None
    id: str | None = None
    function: FunctionPart | None = None


class TextPart(Struct, frozen=True):
    """Of a content in parts; `thinking` holds such parts itself."""

    type: Word = ""
    text: str | None = None
    thinking: Any = None


class Delta(Struct, frozen=True):
    content: str | list[TextPart] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCallPart] | None = None


class Choice(Struct, frozen=True):
    delta: Delta | None = None
    message: Delta | None = None
    """The whole of it, where a server does not stream."""
    finish_reason: Word | None = None


class PromptDetails(Struct, frozen=True):
    cached_tokens: int | None = None


class CompletionDetails(Struct, frozen=True):
    reasoning_tokens: int | None = None


class UsageBody(Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None


class Chunk(Struct, frozen=True):
    choices: list[Choice] | None = None
    usage: UsageBody | None = None
    error: Any = None


ChatEvent = Chunk | ErrorBody

_DECODE: Final = LenientDecoder[Chunk](Chunk)


def decode_chunk(event: ServerSentEvent) -> ChatEvent:
    """Returns the chunk, or the error in its place. Raises `msgspec.MsgspecError` for neither."""
    chunk = _DECODE(event.data)
    if chunk.error:
        return error_body({"error": chunk.error})
    if chunk.choices is None and chunk.usage is None:
        error = error_event(msgspec.json.decode(event.data), event.event)
        if error is None:
            raise msgspec.ValidationError("There is no choice in this chunk")
        return error
    return chunk
