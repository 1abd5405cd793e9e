"""Tool calls while they stream: functions that we run, and hosted tools that the server runs."""

import json
import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from backend.domain.ids import RunId, new_item_id
from backend.domain.items import (
    CodeFile,
    CodeImage,
    CodeInterpreterCall,
    CodeLogs,
    CodeOutput,
    DeltaField,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    ItemStatus,
    McpCall,
    WebSearchCall,
)
from backend.upstreams.events import ItemChanged, ItemFinished, ItemStarted, TextDelta, ToolCall
from backend.upstreams.responses.items import CodeOutputBody, OutputItem
from backend.upstreams.responses.message import Out, rest_of


class OpenFunctionCall:
    """It finishes in `runs/`, when it has an output; unless its response was incomplete."""

    kind = "function_call"

    def __init__(self, run_id: RunId, foreign: OutputItem) -> None:
        self.foreign = foreign
        self._item = FunctionCall(
            id=new_item_id(), run_id=run_id, created_at=time.time(), name=foreign.name or ""
        )
        self._started = False
        self._arguments: list[str] = []
        self.call: ToolCall | None = None
        """Once it is complete and may be executed."""

    @property
    def is_shown(self) -> bool:
        return self._started

    def start(self, out: Out) -> None:
        """Shown as soon as its name is known; what came before is sent after it."""
        if self._started or not self._item.name:
            return
        self._started = True
        out.append(ItemStarted(self._item))
        if self._arguments:
            out.append(TextDelta(self._item.id, "arguments", "".join(self._arguments)))

    def add_arguments(self, out: Out, delta: str) -> None:
        self._arguments.append(delta)
        if self._started and delta:
            out.append(TextDelta(self._item.id, "arguments", delta))

    def end_arguments(self, out: Out, arguments: str) -> None:
        """The final arguments are the truth, even where the deltas told another story."""
        if not arguments:
            return
        sent = "".join(self._arguments)
        if arguments.startswith(sent):
            self.add_arguments(out, arguments[len(sent) :])
            return
        self._arguments = [arguments]
        if self._started:
            out.append(ItemChanged(self._item.model_copy(update={"arguments": arguments})))

    def finish(self, out: Out, final: OutputItem, status: ItemStatus) -> None:
        if final.name:
            self._item = self._item.model_copy(update={"name": final.name})
        self.start(out)
        self.end_arguments(out, final.arguments or "")
        if not self._started:
            return
        arguments = "".join(self._arguments)
        if status == "completed":
            call_id = final.call_id or self.foreign.call_id or f"call_{self._item.id}"
            self.call = ToolCall(self._item.id, call_id, self._item.name, arguments)
        else:
            item = self._item.model_copy(update={"arguments": arguments, "status": status})
            out.append(ItemFinished(item))

    def give_up(self, out: Out, status: ItemStatus) -> None:
        """Its response turned out incomplete after the call itself was complete."""
        if self.call is not None:
            changes = {"arguments": self.call.arguments, "status": status}
            out.append(ItemFinished(self._item.model_copy(update=changes)))
            self.call = None

    def echo(self) -> dict[str, Any] | None:
        """The item for the next round, where the server never sent it whole."""
        if self.call is None:
            return None
        return {
            "type": "function_call",
            "call_id": self.call.call_id,
            "name": self.call.name,
            "arguments": self.call.arguments,
        }


class OpenHostedCall(ABC):
    """A call that the server runs: shown as it goes, read from the finished item."""

    kind: ClassVar[str]
    streamed: ClassVar[DeltaField | None] = None
    """The field that arrives in deltas."""

    def __init__(self, run_id: RunId, foreign: OutputItem) -> None:
        self.foreign = foreign
        self._run_id = run_id
        self._id = new_item_id()
        self._created_at = time.time()
        self._deltas: list[str] = []
        self._status: ItemStatus = "in_progress"

    def start(self, out: Out) -> None:
        out.append(ItemStarted(self._item(self.foreign, "in_progress")))

    def add_delta(self, out: Out, delta: str) -> None:
        if delta and self.streamed is not None:
            self._deltas.append(delta)
            out.append(TextDelta(self._id, self.streamed, delta))

    def end_delta(self, out: Out, whole: str | None) -> None:
        self.add_delta(out, rest_of(self._deltas, whole))

    def run(self, out: Out) -> None:
        """The server has begun to work on it."""
        if self._status == "in_progress":
            self._status = "running"
            out.append(ItemChanged(self._item(self.foreign, "running"), self.foreign.container_id))

    def finish(self, out: Out, final: OutputItem, status: ItemStatus) -> None:
        self.end_delta(out, self._whole(final))
        failed = bool(final.error) or final.status == "failed"
        item = self._item(final, "failed" if failed else status)
        out.append(ItemFinished(item, final.container_id or self.foreign.container_id))

    def echo(self) -> dict[str, Any] | None:
        return None

    def _common(self, status: ItemStatus) -> dict[str, Any]:
        return {
            "id": self._id,
            "run_id": self._run_id,
            "created_at": self._created_at,
            "status": status,
        }

    def _whole(self, final: OutputItem) -> str | None:
        return None

    @abstractmethod
    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        """Our item for what the server says of it."""


class OpenCodeInterpreterCall(OpenHostedCall):
    kind = "code_interpreter_call"
    streamed = "code"

    def _whole(self, final: OutputItem) -> str | None:
        return final.code

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        outputs = tuple(
            output for body in foreign.outputs or () if (output := _code_output(body)) is not None
        )
        code = "".join(self._deltas)
        return CodeInterpreterCall(**self._common(status), code=code, outputs=outputs)


def _code_output(body: CodeOutputBody) -> CodeOutput | None:
    match body.type:
        case "logs":
            return CodeLogs(logs=body.logs or "")
        case "image":
            return CodeImage(url=body.url, file_id=body.file_id)
        case "file" if body.file_id:
            return CodeFile(file_id=body.file_id)
        case _:
            return None


class OpenFileSearchCall(OpenHostedCall):
    kind = "file_search_call"

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        return FileSearchCall(
            **self._common(status),
            queries=tuple(foreign.queries or ()),
            results=tuple(body.result for body in foreign.results or ()),
        )


class OpenWebSearchCall(OpenHostedCall):
    kind = "web_search_call"

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        action = foreign.action
        if action is None:
            return WebSearchCall(**self._common(status))
        urls = [source.url for source in action.sources or ()] or [action.url]
        return WebSearchCall(
            **self._common(status),
            action=action.type,
            queries=tuple(action.queries or ([action.query] if action.query else ())),
            urls=tuple(url for url in urls if url),
        )


class OpenImageGenerationCall(OpenHostedCall):
    kind = "image_generation_call"

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        return ImageGenerationCall(**self._common(status), prompt=foreign.revised_prompt)


class OpenMcpCall(OpenHostedCall):
    kind = "mcp_call"
    streamed = "arguments"

    def _whole(self, final: OutputItem) -> str | None:
        return final.arguments

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        return McpCall(
            **self._common(status),
            server_label=foreign.server_label or "",
            name=foreign.name or "",
            arguments="".join(self._deltas),
            output=foreign.output,
            error=_error_text(foreign.error),
        )


class OpenMcpListTools(OpenHostedCall):
    kind = "mcp_list_tools"

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        names = [tool.name for tool in foreign.tools or ()]
        return McpCall(
            **self._common(status),
            server_label=foreign.server_label or "",
            name="list_tools",
            output=", ".join(names) if names else None,
            error=_error_text(foreign.error),
        )


def _error_text(error: object) -> str | None:
    """The words of an error: a string, or one of the objects of the published shapes."""
    match error:
        case None | "":
            return None
        case str(text) | {"message": str(text)} | {"text": str(text)}:
            return text
        case {"content": list(parts)}:
            return "\n".join(filter(None, map(_error_text, parts)))
        case _:
            return json.dumps(error, ensure_ascii=False)
