"""Calls that the server runs, while they stream: code, searches, images, and remote MCP servers."""

from typing import Final

from backend.domain.ids import FileId
from backend.domain.items import (
    CodeInterpreterCall,
    CodeLogs,
    CodeOutput,
    FileSearchCall,
    ImageGenerationCall,
    Item,
    ItemStatus,
    McpCall,
    WebSearchCall,
)
from backend.domain.parts import FilePart, ImagePart
from backend.domain.text import json_text
from backend.upstreams.builders.hosted_call import HostedCallBuilder
from backend.upstreams.builders.whole import Out, parsed_json
from backend.upstreams.events import ItemChanged, ItemFinished, Picture
from backend.upstreams.responses.items import ActionBody, CodeOutputBody, OutputItem

_PICTURE_FORMAT: Final = "png"
"""Where a server does not say."""


class HostedItemBuilder(HostedCallBuilder[OutputItem]):
    """A hosted call that is an output item."""

    def _has_failed(self, final: OutputItem) -> bool:
        return bool(final.error) or final.status == "failed"

    def _container_id(self, foreign: OutputItem) -> str | None:
        return foreign.container_id


class CodeInterpreterBuilder(HostedItemBuilder):
    streamed = "code"

    def _whole(self, final: OutputItem) -> str | None:
        return final.code

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        outputs = tuple(
            output for body in foreign.outputs or () if (output := _code_output(body)) is not None
        )
        return CodeInterpreterCall(**self._common(status), code=self._text, outputs=outputs)


def _code_output(body: CodeOutputBody) -> CodeOutput | None:
    match body.type:
        case "logs":
            return CodeLogs(logs=body.logs or "")
        case "image":
            return ImagePart(url=body.url, file_id=FileId(body.file_id) if body.file_id else None)
        case "file" if body.file_id:
            return FilePart(file_id=FileId(body.file_id), name=body.file_id)
        case _:
            return None


class FileSearchBuilder(HostedItemBuilder):
    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        return FileSearchCall(
            **self._common(status),
            queries=tuple(foreign.queries or ()),
            results=tuple(body.result for body in foreign.results or ()),
        )


class WebSearchBuilder(HostedItemBuilder):
    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        action = foreign.action or _asked(foreign.arguments)
        sources = [source.url or source.name for source in action.sources or ()] or [action.url]
        asked = [*(action.queries or ()), action.query, action.pattern]
        return WebSearchCall(
            **self._common(status),
            action=action.type,
            queries=tuple(dict.fromkeys(query for query in asked if query)),
            urls=tuple(dict.fromkeys(source for source in sources if source)),
        )


def _asked(arguments: str | None) -> ActionBody:
    """Returns what was searched for where it is told as arguments, as xAI does."""
    match parsed_json(arguments or ""):
        case {"query": str(query)}:
            return ActionBody(query=query)
        case _:
            return ActionBody()


class ImageGenerationBuilder(HostedItemBuilder):
    """Shows unfinished pictures on the way to the finished one."""

    _previews = 0

    def preview(self, out: Out, data: str, picture_format: str | None) -> None:
        self.run(out)
        self._previews += 1
        picture = Picture(data, picture_format or _PICTURE_FORMAT)
        out.append(ItemChanged(self._item(self.foreign, self._status), preview=picture))

    def finish(self, out: Out, final: OutputItem, status: ItemStatus) -> None:
        self._previews = 0
        item = self._item(final if final.type else self.foreign, status)
        assert isinstance(item, ImageGenerationCall)
        picture, reason = None, _picture_failure(final.error)
        if final.result:
            picture = Picture(final.result, final.output_format or _PICTURE_FORMAT)
        elif reason is not None or status == "completed":
            item = item.model_copy(update={"status": "failed"})
            reason = reason or "The server sent no picture."
        out.append(ItemFinished(item.model_copy(update={"error": reason}), picture=picture))

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        return ImageGenerationCall(
            **self._common(status),
            prompt=foreign.revised_prompt or foreign.prompt,
            previews=self._previews,
        )


def _picture_failure(error: object) -> str | None:
    """Returns the words of the error, and what its moderation found."""
    reason = error_text(error)
    match error:
        case {"moderation_details": {"categories": [*categories]}} if categories:
            found = ", ".join(str(category).replace("_", " ") for category in categories)
            return f"{reason} (Moderation: {found}.)"
        case _:
            return reason


class McpCallBuilder(HostedItemBuilder):
    streamed = "arguments"

    def _whole(self, final: OutputItem) -> str | None:
        return final.arguments

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        return McpCall(
            **self._common(status),
            call_id=foreign.approval_request_id,
            server_label=foreign.server_label or "",
            name=foreign.name or "",
            arguments=self._text,
            output=foreign.output,
            error=error_text(foreign.error),
        )


class McpListingBuilder(HostedItemBuilder):
    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        names = [tool.name for tool in foreign.tools or ()]
        return McpCall(
            **self._common(status),
            server_label=foreign.server_label or "",
            name="list_tools",
            output=", ".join(names) if names else None,
            error=error_text(foreign.error),
        )


def error_text(error: object) -> str | None:
    """Returns the words of an error: a string, or one of the objects of the published shapes."""
    match error:
        case None | "":
            return None
        case str(text) | {"message": str(text)} | {"text": str(text)}:
            return text
        case {"content": list(parts)}:
            return "\n".join(filter(None, map(error_text, parts)))
        case _:
            return json_text(error)
