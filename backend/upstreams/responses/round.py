"""One response as it streams: foreign events in, ours out. Pure; the I/O is in `upstream.py`."""

from typing import Any, assert_never

from backend.domain.ids import RunId
from backend.domain.items import ItemStatus
from backend.domain.text import json_text
from backend.openai_client.error_body import ErrorBody
from backend.upstreams.builders.function_call import FunctionCallBuilder
from backend.upstreams.builders.message import MessageBuilder
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out
from backend.upstreams.events import ToolCall, UpstreamEvent
from backend.upstreams.responses import contents, events
from backend.upstreams.responses.client_calls import call_name
from backend.upstreams.responses.echo import echoed_items
from backend.upstreams.responses.hosted_calls import (
    CodeInterpreterBuilder,
    FileSearchBuilder,
    ImageGenerationBuilder,
    McpCallBuilder,
    WebSearchBuilder,
)
from backend.upstreams.responses.items import OutputItem, decode_item
from backend.upstreams.responses.other_items import OtherItemBuilder
from backend.upstreams.responses.output import Output
from backend.upstreams.responses.slots import Slot, Slots

_AUDIO = "audio"


class Round:
    """Translates the events of one response."""

    def __init__(self, run_id: RunId) -> None:
        self._slots = Slots(run_id)
        self._output = Output(self._slots)
        self._open = self._output.open
        self.terminal: events.Terminal | None = None
        """How the response ended."""
        self.error: ErrorBody | None = None
        """What an `error` event said; mostly `response.failed` follows."""

    def feed(self, event: events.ResponseEvent) -> list[UpstreamEvent]:
        """Returns what the event means for our items."""
        out: Out = []
        self._output.out = out
        if isinstance(event, events.Place):
            slot = self._slots.by_id(event.item_id)
            if slot is None and isinstance(event, events.Command):
                slot = self._slots.at(event.output_index)
            if slot is not None and slot.done:
                return out
        match event:
            case events.TextDelta():
                self._open(event, MessageBuilder).add_text(out, event.content_index, event.delta)
            case events.ArgumentsDelta():
                self._open(event, FunctionCallBuilder).add_arguments(out, event.delta)
            case events.SummaryDelta():
                place = "summary", event.summary_index
                self._open(event, ReasoningBuilder).add_text(out, place, event.delta)
            case events.ReasoningDelta():
                place = "content", event.content_index
                self._open(event, ReasoningBuilder).add_text(out, place, event.delta)
            case events.CodeDelta():
                self._open(event, CodeInterpreterBuilder).add_delta(out, event.delta)
            case events.McpArgumentsDelta():
                self._open(event, McpCallBuilder).add_delta(out, event.delta)
            case events.PartialImage():
                image = self._open(event, ImageGenerationBuilder)
                image.preview(out, event.partial_image_b64, event.output_format)
            case events.CustomInputDelta():
                self._add_argument(event, event.delta, '{"input": "')
            case events.CommandDelta():
                self._add_argument(event, event.delta, '{"commands": ["')
            case events.TranscriptDelta():
                self._open(events.Place(), MessageBuilder).add_text(out, 0, event.delta)
            case events.RefusalDelta():
                self._open(event, MessageBuilder).add_refusal(out, event.delta)
            case events.AnnotationAdded():
                message = self._open(event, MessageBuilder)
                contents.annotate(message, out, event.content_index, event.annotation)
            case events.Error():
                self.error = event.body
            case events.Created():
                """Says nothing of an item."""
            case events.OutputItemAdded():
                self._output.add(event.output_index, decode_item(event.item))
            case events.OutputItemDone():
                self._output.end(event.output_index, event.item)
            case events.Completed() | events.Incomplete() | events.Failed() | events.Cancelled():
                self._end(event)
            case _:
                self._partly_done(event)
        return out

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls that wait for outputs, in order."""
        return tuple(call for _, call in self.kinds_and_calls)

    @property
    def kinds_and_calls(self) -> tuple[tuple[str, ToolCall], ...]:
        """The same calls with the type of the item that each of them was."""
        calls = ((slot.kind, _call_of(slot)) for slot in self._slots.all)
        return tuple((kind, call) for kind, call in calls if call is not None)

    @property
    def says_something(self) -> bool:
        """Whether there is more to show than reasoning."""
        return any(
            slot.item.is_shown and not isinstance(slot.item, ReasoningBuilder)
            for slot in self._slots.all
        )

    def output(self) -> list[dict[str, Any]]:
        """Returns the response's items for the input of the next round."""
        return echoed_items(self._slots.all)

    def _partly_done(
        self,
        event: events.ContentPartDone
        | events.TextDone
        | events.RefusalDone
        | events.ArgumentsDone
        | events.SummaryDone
        | events.SummaryPartDone
        | events.ReasoningDone
        | events.CodeDone
        | events.McpArgumentsDone
        | events.CustomInputDone
        | events.CommandAdded
        | events.CommandDone
        | events.ShellOutputDelta
        | events.ShellOutputDone
        | events.AudioDelta
        | events.Running,
    ) -> None:
        out = self._output.out
        match event:
            case events.ContentPartDone():
                self._content_part_done(event)
            case events.TextDone():
                self._open(event, MessageBuilder).end_text(out, event.content_index, event.text)
            case events.RefusalDone():
                self._open(event, MessageBuilder).end_refusal(out, event.refusal)
            case events.ArgumentsDone():
                self._open(event, FunctionCallBuilder).end_arguments(out, event.arguments)
            case events.SummaryDone():
                place = "summary", event.summary_index
                self._open(event, ReasoningBuilder).end_text(out, place, event.text)
            case events.SummaryPartDone():
                place = "summary", event.summary_index
                self._open(event, ReasoningBuilder).end_text(out, place, event.part.text)
            case events.ReasoningDone():
                place = "content", event.content_index
                self._open(event, ReasoningBuilder).end_text(out, place, event.text)
            case events.CodeDone():
                self._open(event, CodeInterpreterBuilder).end_delta(out, event.code)
            case events.McpArgumentsDone():
                self._open(event, McpCallBuilder).end_delta(out, event.arguments)
            case events.CustomInputDone():
                arguments = json_text({"input": event.input})
                self._open_call(event).end_arguments(out, arguments)
            case events.CommandAdded():
                call = self._open_call(event)
                if event.command_index and call.arguments:
                    call.add_arguments(out, '", "')
                if event.command:
                    self._add_argument(event, event.command, '{"commands": ["')
            case events.CommandDone():
                if not self._open_call(event).arguments:
                    self._add_argument(event, event.command, '{"commands": ["')
            case events.ShellOutputDelta():
                self._shell_output(event, [event.delta])
            case events.ShellOutputDone():
                self._shell_output(event, event.output or [], whole=True)
            case events.AudioDelta():
                self._audio_sent()
            case events.CodeRunning():
                self._open(event, CodeInterpreterBuilder).run(out)
            case events.FileSearchRunning():
                self._open(event, FileSearchBuilder).run(out)
            case events.WebSearchRunning():
                self._open(event, WebSearchBuilder).run(out)
            case events.ImageRunning():
                self._open(event, ImageGenerationBuilder).run(out)
            case _:
                assert_never(event)

    def _open_call(self, event: events.Place) -> FunctionCallBuilder:
        is_custom = isinstance(event, events.CustomInputDelta | events.CustomInputDone)
        kind = "custom_tool_call" if is_custom else "shell_call"
        name = None if is_custom else call_name(kind, None)
        return self._open(event, FunctionCallBuilder, OutputItem(type=kind, name=name))

    def _add_argument(self, event: events.Place, text: str, before: str) -> None:
        """Add to a text within JSON arguments, which begin with `before`."""
        call = self._open_call(event)
        if text:
            escaped = json_text(text)[1:-1]
            call.add_arguments(self._output.out, escaped if call.arguments else before + escaped)

    def _shell_output(
        self, event: events.Place, output: list[events.ShellDelta], *, whole: bool = False
    ) -> None:
        """What a shell at the server prints, shown on its call if there is one."""
        said = "".join((part.stdout or "") + (part.stderr or "") for part in output)
        slot = self._slots.by_id(event.item_id) or self._slots.at(event.output_index)
        calls = [each for each in self._slots.all if each.kind == "shell_call"]
        if calls and (slot is None or slot in calls):
            slot = slot or calls[-1]
        if slot is None or isinstance(slot.item, MessageBuilder | ReasoningBuilder):
            kind = OutputItem(type="shell_call_output", id=event.item_id)
            slot = self._output.begin(event.output_index, kind)
        slot.printed = said if whole else slot.printed + said
        if isinstance(slot.item, FunctionCallBuilder):
            slot.item.answer(self._output.out, slot.printed)
        elif isinstance(slot.item, OtherItemBuilder):
            shown = OutputItem(type=slot.kind, whole={"output": slot.printed})
            slot.item.answer(self._output.out, shown)

    def _audio_sent(self) -> None:
        """One card for all audio, which is not played here."""
        if not any(slot.kind == _AUDIO for slot in self._slots.all):
            note = {"output": "The server sent audio, which is not played here."}
            self._output.begin(-1, OutputItem(type=_AUDIO, whole=note))

    def _content_part_done(self, event: events.ContentPartDone) -> None:
        part, index = event.part, event.content_index
        if part.type in ("output_text", "refusal") or part.made is not None:
            contents.end_part(self._open(event, MessageBuilder), self._output.out, index, part)
        elif part.type == "reasoning_text":
            place = "content", index
            self._open(event, ReasoningBuilder).end_text(self._output.out, place, part.text)

    def _end(self, event: events.Terminal) -> None:
        if self.terminal is not None:
            return
        self.terminal = event
        self._output.catch_up(event.response.output or [])
        complete = (
            isinstance(event, events.Completed)
            and (event.response.status or "completed") == "completed"
        )
        status: ItemStatus = "completed" if complete else "incomplete"
        for slot in self._slots.all:
            # What was announced counts where nothing followed.
            self._output.finish(
                slot, OutputItem() if slot.item.is_shown else slot.announced, status
            )
            if isinstance(slot.item, OtherItemBuilder) or (
                isinstance(slot.item, FunctionCallBuilder) and slot.item.is_answered
            ):
                slot.item.settle(self._output.out)
            elif not complete and isinstance(slot.item, FunctionCallBuilder):
                slot.item.give_up(self._output.out, "incomplete")


def _call_of(slot: Slot) -> ToolCall | None:
    """Returns the call that waits for an output, or for a permission."""
    match slot.item:
        case FunctionCallBuilder():
            return slot.item.call
        case OtherItemBuilder():
            return slot.item.to_be_allowed
        case _:
            return None
