"""Output items of the Responses API, as the fields of them that we show.

One struct for all types, since every server has its own idea of what an item leaves out.
https://platform.openai.com/docs/api-reference/responses/object
"""

from typing import Any

import msgspec
from msgspec import Struct

from backend.domain.items import FileSearchResult


class AnnotationBody(Struct, frozen=True):
    """Positions count code points of the part's text; `index` is where a citation is inserted."""

    type: str = ""
    file_id: str | None = None
    filename: str | None = None
    container_id: str | None = None
    url: str | None = None
    title: str | None = None
    index: int | None = None
    start_index: int | None = None
    end_index: int | None = None


class ContentPart(Struct, frozen=True):
    """`output_text`, `refusal`, `summary_text` or `reasoning_text`."""

    type: str = ""
    text: str | None = None
    refusal: str | None = None
    annotations: list[AnnotationBody] | None = None


class CodeOutputBody(Struct, frozen=True):
    type: str = ""
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


class ActionBody(Struct, frozen=True):
    """What a web search did."""

    type: str | None = None
    query: str | None = None
    queries: list[str] | None = None
    url: str | None = None
    sources: list[SourceBody] | None = None


class ToolBody(Struct, frozen=True):
    name: str = ""


class OutputItem(Struct, frozen=True):
    type: str = ""
    id: str | None = None
    status: str | None = None
    content: list[ContentPart] | None = None
    summary: list[ContentPart] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    code: str | None = None
    container_id: str | None = None
    outputs: list[CodeOutputBody] | None = None
    queries: list[str] | None = None
    results: list[SearchResultBody] | None = None
    action: ActionBody | None = None
    revised_prompt: str | None = None
    server_label: str | None = None
    tools: list[ToolBody] | None = None
    output: str | None = None
    error: Any = None


class _Kind(Struct):
    type: str = ""


_DECODER = msgspec.json.Decoder(OutputItem)
_KIND_DECODER = msgspec.json.Decoder(_Kind)


def decode_item(raw: msgspec.Raw) -> OutputItem:
    """The item; of one whose fields mean something else, its type alone.

    Raises `msgspec.MsgspecError` for what is no item at all.
    """
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError:
        return OutputItem(type=_KIND_DECODER.decode(raw).type)
