"""Tool calls of a remote run become items: one translator per call and kind."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from backend.domain.ids import RunId, new_item_id
from backend.domain.items import (
    CodeInterpreterCall,
    CodeLogs,
    CodeOutput,
    FileSearchCall,
    FileSearchResult,
    FunctionCall,
    ItemStatus,
)
from backend.domain.parts import ImagePart, TextPart
from backend.upstreams.assistants.events import (
    CodeOutputPart,
    CodePart,
    FileSearchPart,
    FunctionPart,
    ToolCallPart,
)
from backend.upstreams.events import (
    ItemChanged,
    ItemFinished,
    ItemStarted,
    TextDelta,
    ToolCall,
    UpstreamEvent,
)

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class FunctionCallTranslator:
    """A call that this server runs. It begins once its name is known."""

    run_id: RunId
    name: str = ""
    arguments: str = ""
    call_id: str = ""
    required: bool = False
    """Whether it was handed out; `runs/` then gives it its end."""
    item: FunctionCall | None = None

    def add(self, part: ToolCallPart) -> Iterator[UpstreamEvent]:
        function = part.function or FunctionPart()
        yield from self._begin(function.name or "", function.arguments or "")

    def settle(self, part: ToolCallPart) -> Iterator[UpstreamEvent]:
        """All of the call at once: what has not been streamed of it is told now."""
        function = part.function or FunctionPart()
        told, whole = self.arguments, function.arguments or ""
        if not self.required and whole.startswith(told):
            yield from self._begin(function.name or "", whole[len(told) :])

    def require(self, part: ToolCallPart) -> Iterator[UpstreamEvent]:
        """The required action names it: these are the arguments that count."""
        function = part.function or FunctionPart()
        name, arguments = function.name or self.name, function.arguments or ""
        if self.item is None:
            self.arguments = ""
            yield from self._begin(name or "unknown", arguments)
        elif (self.name, self.arguments) != (name, arguments):
            self.item = self.item.model_copy(update={"name": name, "arguments": arguments})
            yield ItemChanged(self.item)
        self.name, self.arguments, self.required = name, arguments, True

    def call(self) -> ToolCall:
        assert self.item is not None
        return ToolCall(self.item.id, self.call_id, self.name, self.arguments)

    def finish(self, status: ItemStatus, part: ToolCallPart | None) -> Iterator[UpstreamEvent]:
        if self.required or self.item is None:
            return
        output = part.function.output if part is not None and part.function is not None else None
        yield ItemFinished(
            self.item.model_copy(
                update={
                    "name": self.name,
                    "arguments": self.arguments,
                    "outputs": () if output is None else (TextPart(text=output),),
                    "status": "incomplete" if output is None and status == "completed" else status,
                }
            )
        )

    def _begin(self, name: str, more: str) -> Iterator[UpstreamEvent]:
        self.name = self.name or name
        self.arguments += more
        if self.item is not None:
            if more:
                yield TextDelta(self.item.id, "arguments", more)
        elif self.name:
            self.item = FunctionCall(
                id=new_item_id(),
                run_id=self.run_id,
                created_at=time.time(),
                name=self.name,
                arguments=self.arguments,
            )
            yield ItemStarted(self.item)


@dataclass(slots=True, eq=False)
class CodeInterpreterTranslator:
    """Code that the upstream runs. Its outputs are ours in the order in which they appear."""

    run_id: RunId
    call_id: str = ""
    item: CodeInterpreterCall | None = None
    code: list[str] = field(default_factory=list)
    outputs: dict[int, list[str] | ImagePart] = field(default_factory=dict)

    def add(self, part: ToolCallPart) -> Iterator[UpstreamEvent]:
        item = self.item
        if item is None:
            item = self.item = CodeInterpreterCall(
                id=new_item_id(), run_id=self.run_id, created_at=time.time()
            )
            yield ItemStarted(item)
        more = part.code_interpreter or CodePart()
        if more.input:
            self.code.append(more.input)
            yield TextDelta(item.id, "code", more.input)
        for place, output in enumerate(more.outputs or ()):
            yield from self._add_output(item, place, output)

    def settle(self, part: ToolCallPart) -> Iterator[UpstreamEvent]:
        if self.item is None:
            yield from self.add(part)

    def finish(self, status: ItemStatus, part: ToolCallPart | None) -> Iterator[UpstreamEvent]:
        if self.item is None:
            return
        if part is not None and part.code_interpreter is not None:
            whole = part.code_interpreter
            self.code = [whole.input] if whole.input else self.code
            if whole.outputs:
                self.outputs = {}
                for place, output in enumerate(whole.outputs):
                    for _ in self._add_output(self.item, place, output):
                        pass
        yield ItemFinished(self._as_it_stands(self.item).model_copy(update={"status": status}))

    def _add_output(
        self, item: CodeInterpreterCall, place: int, part: CodeOutputPart
    ) -> Iterator[UpstreamEvent]:
        index = place if part.index is None else part.index
        known = self.outputs.get(index)
        if part.logs:
            if not isinstance(known, list):
                known = self.outputs[index] = []
            known.append(part.logs)
            ours = list(self.outputs).index(index)
            yield TextDelta(item.id, "logs", part.logs, index=ours)
        elif part.image is not None:
            self.outputs[index] = ImagePart(file_id=part.image.file_id)
            yield ItemChanged(self._as_it_stands(item))

    def _as_it_stands(self, item: CodeInterpreterCall) -> CodeInterpreterCall:
        outputs: tuple[CodeOutput, ...] = tuple(
            CodeLogs(logs="".join(output)) if isinstance(output, list) else output
            for output in self.outputs.values()
        )
        return item.model_copy(update={"code": "".join(self.code), "outputs": outputs})


@dataclass(slots=True, eq=False)
class FileSearchTranslator:
    """A search that the upstream runs. Results come with the finished step."""

    run_id: RunId
    filenames: dict[str, str]
    call_id: str = ""
    item: FileSearchCall | None = None

    def add(self, part: ToolCallPart) -> Iterator[UpstreamEvent]:
        if self.item is None:
            self.item = FileSearchCall(id=new_item_id(), run_id=self.run_id, created_at=time.time())
            yield ItemStarted(self.item)

    settle = add

    def finish(self, status: ItemStatus, part: ToolCallPart | None) -> Iterator[UpstreamEvent]:
        if self.item is None:
            return
        search = (part.file_search if part is not None else None) or FileSearchPart()
        results = search.results or []
        self.filenames.update(
            (result.file_id, result.file_name) for result in results if result.file_name
        )
        yield ItemFinished(
            self.item.model_copy(
                update={
                    "status": status,
                    "results": tuple(
                        FileSearchResult(
                            file_id=result.file_id,
                            filename=result.file_name,
                            score=result.score,
                            text="\n".join(p.text for p in result.content or () if p.text) or None,
                        )
                        for result in results
                    ),
                }
            )
        )


ToolCallTranslator = FunctionCallTranslator | CodeInterpreterTranslator | FileSearchTranslator


def tool_call_translator(
    part: ToolCallPart, run_id: RunId, filenames: dict[str, str]
) -> ToolCallTranslator | None:
    """For a new call; None for a kind that is unknown here."""
    kind = part.type
    if kind == "function" or part.function is not None:
        return FunctionCallTranslator(run_id)
    if kind == "code_interpreter" or part.code_interpreter is not None:
        return CodeInterpreterTranslator(run_id)
    if kind == "file_search" or part.file_search is not None:
        return FileSearchTranslator(run_id, filenames)
    log.info("Skipped a tool call of type %r", kind)
    return None
