"""Tool calls of a remote run, read from the deltas of its steps, and whole when these are over."""

import logging
from typing import Protocol

from backend.domain.ids import RunId
from backend.domain.items import (
    CodeInterpreterCall,
    CodeLogs,
    CodeOutput,
    FileSearchCall,
    FileSearchResult,
    ItemStatus,
)
from backend.domain.parts import ImagePart
from backend.upstreams.assistants.events import (
    CodeOutputPart,
    CodePart,
    FileSearchPart,
    FunctionPart,
    SearchResultPart,
    ToolCallPart,
)
from backend.upstreams.builders.function_call import FunctionCallBuilder
from backend.upstreams.builders.hosted_call import HostedCallBuilder
from backend.upstreams.builders.whole import Out
from backend.upstreams.events import TextDelta

log = logging.getLogger(__name__)


class RemoteCall(Protocol):
    """A call, of whichever tool."""

    call_id: str | None

    def add(self, out: Out, part: ToolCallPart) -> None:
        """More of it."""

    def catch_up(self, out: Out, part: ToolCallPart) -> None:
        """All of it at once: what has not been streamed is told now."""

    def close(self, out: Out, status: ItemStatus, part: ToolCallPart | None) -> None:
        """Its end, with what its step says of it then."""


class RemoteFunctionCall(FunctionCallBuilder):
    """A call that this server runs."""

    def add(self, out: Out, part: ToolCallPart) -> None:
        function = part.function or FunctionPart()
        self.start(out, function.name)
        self.add_arguments(out, function.arguments or "")

    def catch_up(self, out: Out, part: ToolCallPart) -> None:
        function = part.function or FunctionPart()
        if self.call is None:
            self.start(out, function.name)
            self.end_arguments(out, function.arguments)

    def require(self, out: Out, part: ToolCallPart) -> None:
        """The required action names it: these are the name and the arguments that count."""
        function = part.function or FunctionPart()
        self.end_arguments(out, function.arguments)
        self.finish(out, "completed", function.name or self.name or "unknown")

    def close(self, out: Out, status: ItemStatus, part: ToolCallPart | None) -> None:
        """Of a call that was required, `runs/` makes the end."""
        if self.call is not None:
            return
        output = part.function.output if part is not None and part.function is not None else None
        if output is None:
            self.finish(out, "incomplete" if status == "completed" else status)
        else:
            self.answer(out, output)
            self.finish(out, "completed")
            self.give_up(out, status)


class RemoteCode(HostedCallBuilder[CodePart]):
    """Code that the upstream runs. Its outputs are ours in the order in which they appear."""

    streamed = "code"

    def __init__(self, run_id: RunId) -> None:
        super().__init__(run_id, CodePart())
        self.call_id: str | None = None
        self._outputs: dict[int, list[str] | ImagePart] = {}

    def add(self, out: Out, part: ToolCallPart) -> None:
        self.start(out)
        more = part.code_interpreter or CodePart()
        self.add_delta(out, more.input or "")
        for place, output in enumerate(more.outputs or ()):
            self._add_output(out, place, output)

    def catch_up(self, out: Out, part: ToolCallPart) -> None:
        if not self.is_shown:
            self.add(out, part)

    def close(self, out: Out, status: ItemStatus, part: ToolCallPart | None) -> None:
        if not self.is_shown:
            return
        whole = (part.code_interpreter if part is not None else None) or CodePart()
        if whole.outputs:
            self._outputs = {}
            for place, output in enumerate(whole.outputs):
                self._add_output([], place, output)
        self.finish(out, whole, status)

    def _add_output(self, out: Out, place: int, part: CodeOutputPart) -> None:
        index = place if part.index is None else part.index
        if part.logs:
            known = self._outputs.get(index)
            logs = known if isinstance(known, list) else []
            self._outputs[index] = logs
            logs.append(part.logs)
            out.append(TextDelta(self._id, "logs", part.logs, list(self._outputs).index(index)))
        elif part.image is not None:
            self._outputs[index] = ImagePart(file_id=part.image.file_id)
            self.change(out)

    def _whole(self, final: CodePart) -> str | None:
        return final.input

    def _item(self, foreign: CodePart, status: ItemStatus) -> CodeInterpreterCall:
        outputs: tuple[CodeOutput, ...] = tuple(
            CodeLogs(logs="".join(output)) if isinstance(output, list) else output
            for output in self._outputs.values()
        )
        return CodeInterpreterCall(**self._common(status), code=self._text, outputs=outputs)


class RemoteSearch(HostedCallBuilder[FileSearchPart]):
    """A search that the upstream runs. Results come with the finished step."""

    def __init__(self, run_id: RunId, filenames: dict[str, str]) -> None:
        super().__init__(run_id, FileSearchPart())
        self.call_id: str | None = None
        self._filenames = filenames

    def add(self, out: Out, part: ToolCallPart) -> None:
        self.start(out)

    catch_up = add

    def close(self, out: Out, status: ItemStatus, part: ToolCallPart | None) -> None:
        if not self.is_shown:
            return
        search = (part.file_search if part is not None else None) or FileSearchPart()
        for result in search.results or ():
            if result.file_name:
                self._filenames[result.file_id] = result.file_name
        self.finish(out, search, status)

    def _item(self, foreign: FileSearchPart, status: ItemStatus) -> FileSearchCall:
        results = tuple(map(_result, foreign.results or ()))
        return FileSearchCall(**self._common(status), results=results)


def _result(part: SearchResultPart) -> FileSearchResult:
    return FileSearchResult(
        file_id=part.file_id,
        filename=part.file_name,
        score=part.score,
        text="\n".join(each.text for each in part.content or () if each.text) or None,
    )


def remote_call(part: ToolCallPart, run_id: RunId, filenames: dict[str, str]) -> RemoteCall | None:
    """For a new call; None for a kind that is unknown here."""
    kind = part.type
    if kind == "function" or part.function is not None:
        return RemoteFunctionCall(run_id)
    if kind == "code_interpreter" or part.code_interpreter is not None:
        return RemoteCode(run_id)
    if kind == "file_search" or part.file_search is not None:
        return RemoteSearch(run_id, filenames)
    log.info("Skipped a tool call of type %r", kind)
    return None
