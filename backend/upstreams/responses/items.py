"""Output items of the Responses API, as the fields of them that we show.

One struct for all types, since every server has its own idea of what an item leaves out.
https://platform.openai.com/docs/api-reference/responses/object
"""

from typing import Any, Final

import msgspec
from msgspec import Struct

from backend.domain.ids import FileId
from backend.domain.items import FileSearchResult
from backend.domain.parts import FilePart, ImagePart
from backend.openai_client.lenient import JsonText, LenientDecoder, Word
from backend.upstreams.responses.client_calls import CLIENT_CALLS, call_arguments, call_name


class AnnotationBody(Struct, frozen=True):
    """Positions count code points of the part's text; `index` is where a citation is inserted."""

    type: Word = ""
    file_id: str | None = None
    filename: str | None = None
    container_id: str | None = None
    url: str | None = None
    title: str | None = None
    index: int | None = None
    start_index: int | None = None
    end_index: int | None = None


class ImageUrl(Struct, frozen=True):
    url: str | None = None


class ContentPart(Struct, frozen=True):
    """`output_text`, `refusal`, `summary_text` or `reasoning_text`, or a picture or file that the
    model made: OpenAI's messages have none, those of compatible servers do."""

    type: Word = ""
    text: str | None = None
    refusal: str | None = None
    annotations: list[AnnotationBody] | None = None
    image_url: str | ImageUrl | None = None
    file_id: str | None = None
    filename: str | None = None

    @property
    def made(self) -> ImagePart | FilePart | None:
        """The picture or the file."""
        url = self.image_url.url if isinstance(self.image_url, ImageUrl) else self.image_url
        file_id = FileId(self.file_id) if self.file_id else None
        if url:
            return ImagePart(url=url, name=self.filename)
        if file_id and "image" in self.type:
            return ImagePart(file_id=file_id, name=self.filename)
        if file_id and "file" in self.type:
            return FilePart(file_id=file_id, name=self.filename or file_id)
        return None


class CodeOutputBody(Struct, frozen=True):
    type: Word = ""
    logs: str | None = None
    url: str | None = None
    file_id: str | None = None


class SearchResultBody(Struct, frozen=True):
    file_id: str | None = None
    filename: str | None = None
    score: float | None = None
    text: str | None = None

    @property
    def result(self) -> FileSearchResult:
        return FileSearchResult(
            file_id=self.file_id or "", filename=self.filename, score=self.score, text=self.text
        )


class SourceBody(Struct, frozen=True):
    url: str | None = None
    name: str | None = None
    """Of a source that is no page."""


class ActionBody(Struct, frozen=True):
    """What a web search did."""

    type: Word | None = None
    query: str | None = None
    queries: list[str] | None = None
    pattern: str | None = None
    url: str | None = None
    sources: list[SourceBody] | None = None


class ToolBody(Struct, frozen=True):
    name: Word = ""


class OutputItem(Struct, frozen=True):
    type: Word = ""
    id: str | None = None
    status: Word | None = None
    content: list[ContentPart] | None = None
    summary: list[ContentPart] | None = None
    call_id: str | None = None
    name: Word | None = None
    arguments: JsonText | None = None
    code: str | None = None
    container_id: str | None = None
    outputs: list[CodeOutputBody] | None = None
    queries: list[str] | None = None
    results: list[SearchResultBody] | None = None
    action: ActionBody | None = None
    revised_prompt: str | None = None
    prompt: str | None = None
    result: str | None = None
    output_format: Word | None = None
    server_label: str | None = None
    approval_request_id: str | None = None
    tools: list[ToolBody] | None = None
    output: JsonText | None = None
    error: Any = None
    whole: dict[str, Any] | None = None
    """All fields, of a type that is none of `READ_TYPES`."""


READ_TYPES: Final = frozenset(
    {
        "message",
        "reasoning",
        "function_call",
        "code_interpreter_call",
        "file_search_call",
        "web_search_call",
        "image_generation_call",
        "mcp_call",
        "mcp_list_tools",
    }
)
"""The types whose fields are read here. Every other one is shown as it came."""

_DECODE: Final = LenientDecoder[OutputItem](OutputItem)


def decode_item(raw: msgspec.Raw) -> OutputItem:
    """Returns the item; one without a type and an id where there is nothing to read."""
    try:
        item = _DECODE(raw)
    except msgspec.MsgspecError:
        return OutputItem()
    if item.type in READ_TYPES or not item.type:
        return item
    whole = msgspec.json.decode(raw)
    if item.type in CLIENT_CALLS:
        name, arguments = call_name(item.type, item.name), call_arguments(whole)
        return msgspec.structs.replace(item, whole=whole, name=name, arguments=arguments)
    return msgspec.structs.replace(item, whole=whole)
