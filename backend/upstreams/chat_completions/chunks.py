"""The stream of a chat completion, as the few fields of it that we use.

https://platform.openai.com/docs/api-reference/chat-streaming

An answer that comes in one piece has a `message` where a chunk has a `delta`.
"""

from typing import Any, Final

import msgspec
from msgspec import Struct

from backend.domain.errors import UpstreamMisconfigured
from backend.openai_client.error_body import ErrorBody, error_event
from backend.openai_client.lenient import JsonText, LenientDecoder, Word
from backend.openai_client.other_apis import OTHER_API_CODE
from backend.openai_client.sse import ServerSentEvent


class ImageUrl(Struct, frozen=True):
    url: str | None = None


class ContentPart(Struct, frozen=True):
    """Of content in parts. Mistral sends reasoning as such: `thinking`, again with parts in it."""

    type: Word = "text"
    text: str | None = None
    image_url: str | ImageUrl | None = None
    refusal: str | None = None
    thinking: "str | list[ContentPart] | None" = None

    @property
    def picture(self) -> str | None:
        """The address of a picture, mostly one that holds it whole: `data:image/png;base64,…`."""
        return self.image_url.url if isinstance(self.image_url, ImageUrl) else self.image_url


class FunctionPiece(Struct, frozen=True):
    name: Word | None = None
    arguments: JsonText | None = None


class CallPiece(Struct, frozen=True):
    """A piece of a tool call, or the whole of it."""

    index: int | None = None
    id: str | None = None
    function: FunctionPiece | None = None
    extra_content: Any = None
    """What Gemini wants to be told again: the signature of its thoughts."""

    @property
    def name(self) -> str:
        return (self.function and self.function.name) or ""

    @property
    def arguments(self) -> str:
        return (self.function and self.function.arguments) or ""


class Delta(Struct, frozen=True):
    content: str | list[ContentPart] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    images: list[ContentPart] | None = None
    """Where OpenRouter and LiteLLM put the pictures that a model made."""
    tool_calls: list[CallPiece] | None = None


class Choice(Struct, frozen=True):
    index: int | None = None
    delta: Delta | None = None
    message: Delta | None = None
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
    prompt_cache_hit_tokens: int | None = None
    """What DeepSeek calls the cached ones."""
    cached_tokens: int | None = None
    """Where Moonshot tells them."""


class Chunk(Struct, frozen=True):
    choices: list[Choice] | None = None
    usage: UsageBody | None = None
    error: Any = None


class Failed(Chunk, frozen=True):
    """A chunk that tells an error, perhaps besides what chunks tell."""

    failure: ErrorBody = ErrorBody()


DONE: Final = Chunk()
"""What `[DONE]` is read as."""

_decode: LenientDecoder[Chunk] = LenientDecoder(Chunk)


def decode_chunk(event: ServerSentEvent) -> Chunk:
    """Returns the chunk in the `data:` field.

    Raises `msgspec.MsgspecError` for what is none, `UpstreamError` for an event of another API.
    """
    chunk = _decode(event.data)
    if chunk.choices is not None and chunk.error is None and event.event == "message":
        return chunk
    value = msgspec.json.decode(event.data)
    if (failure := error_event(value, event.event)) is not None:
        return Failed(choices=chunk.choices, usage=chunk.usage, failure=failure)
    if chunk.choices is None and chunk.usage is None:
        _refuse_responses(value)
        raise msgspec.ValidationError("Neither choices nor an error")
    return chunk


def _refuse_responses(value: Any) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind.startswith("response."):
        raise UpstreamMisconfigured(
            "The server answered in the Responses API, which is not the one that was asked for. "
            "Choose `responses` as the upstream on /setup.",
            code=OTHER_API_CODE,
        )
