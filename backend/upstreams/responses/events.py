"""The Responses API's stream, as the few fields of it that we use.

https://platform.openai.com/docs/api-reference/responses-streaming

Compatible servers leave out what they like, hence the defaults. Output items stay `Raw`: they are
read by `responses_items` and echoed verbatim in the next round.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from backend.openai_client.sse import ServerSentEvent
from backend.upstreams.responses.items import AnnotationBody, ContentPart


class ErrorBody(Struct, frozen=True):
    code: str | int | None = None
    type: str | None = None
    message: str | None = None


class IncompleteDetails(Struct, frozen=True):
    reason: str | None = None


class InputDetails(Struct, frozen=True):
    cached_tokens: int | None = None


class OutputDetails(Struct, frozen=True):
    reasoning_tokens: int | None = None


class UsageBody(Struct, frozen=True):
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class ResponseBody(Struct, frozen=True):
    id: str | None = None
    status: str | None = None
    error: ErrorBody | None = None
    incomplete_details: IncompleteDetails | None = None
    output: list[Raw] | None = None
    usage: UsageBody | None = None


class Event(Struct, frozen=True, tag_field="type"):
    """Any event."""


class Place(Event, frozen=True):
    """An event about an output item. `item_id` can be anything: servers send what they like."""

    item_id: Any = None
    output_index: int = 0


class Created(Event, frozen=True, tag="response.created"):
    """Comes first; of a background response it brings the id to find it by."""

    response: ResponseBody = field(default_factory=ResponseBody)


class OutputItemAdded(Place, frozen=True, tag="response.output_item.added"):
    item: Raw = field(default_factory=Raw)


class OutputItemDone(Place, frozen=True, tag="response.output_item.done"):
    item: Raw = field(default_factory=Raw)


class ContentPartDone(Place, frozen=True, tag="response.content_part.done"):
    content_index: int = 0
    part: ContentPart = field(default_factory=ContentPart)


class TextDelta(Place, frozen=True, tag="response.output_text.delta"):
    content_index: int = 0
    delta: str = ""


class TextDone(Place, frozen=True, tag="response.output_text.done"):
    content_index: int = 0
    text: str = ""


class AnnotationAdded(Place, frozen=True, tag="response.output_text.annotation.added"):
    content_index: int = 0
    annotation: AnnotationBody = field(default_factory=AnnotationBody)


class RefusalDelta(Place, frozen=True, tag="response.refusal.delta"):
    delta: str = ""


class RefusalDone(Place, frozen=True, tag="response.refusal.done"):
    refusal: str = ""


class ArgumentsDelta(Place, frozen=True, tag="response.function_call_arguments.delta"):
    delta: str = ""


class ArgumentsDone(Place, frozen=True, tag="response.function_call_arguments.done"):
    arguments: str = ""


class SummaryDelta(Place, frozen=True, tag="response.reasoning_summary_text.delta"):
    summary_index: int = 0
    delta: str = ""


class SummaryDone(Place, frozen=True, tag="response.reasoning_summary_text.done"):
    summary_index: int = 0
    text: str = ""


class ReasoningDelta(Place, frozen=True, tag="response.reasoning_text.delta"):
    """Open models show their reasoning itself."""

    content_index: int = 0
    delta: str = ""


class ReasoningDone(Place, frozen=True, tag="response.reasoning_text.done"):
    content_index: int = 0
    text: str = ""


class CodeDelta(Place, frozen=True, tag="response.code_interpreter_call_code.delta"):
    delta: str = ""


class CodeDone(Place, frozen=True, tag="response.code_interpreter_call_code.done"):
    code: str = ""


class CodeRunning(Place, frozen=True, tag="response.code_interpreter_call.interpreting"):
    pass


class FileSearchRunning(Place, frozen=True, tag="response.file_search_call.searching"):
    pass


class WebSearchRunning(Place, frozen=True, tag="response.web_search_call.searching"):
    pass


class ImageRunning(Place, frozen=True, tag="response.image_generation_call.generating"):
    pass


class McpArgumentsDelta(Place, frozen=True, tag="response.mcp_call_arguments.delta"):
    delta: str = ""


class McpArgumentsDone(Place, frozen=True, tag="response.mcp_call_arguments.done"):
    arguments: str = ""


class Completed(Event, frozen=True, tag="response.completed"):
    response: ResponseBody = field(default_factory=ResponseBody)


class Incomplete(Event, frozen=True, tag="response.incomplete"):
    response: ResponseBody = field(default_factory=ResponseBody)


class Failed(Event, frozen=True, tag="response.failed"):
    response: ResponseBody = field(default_factory=ResponseBody)


class Cancelled(Event, frozen=True, tag="response.cancelled"):
    """Not in the published list; servers with background responses send it."""

    response: ResponseBody = field(default_factory=ResponseBody)


class Error(Event, frozen=True, tag="error"):
    """Flat as documented, or with the error nested as it comes over the wire."""

    code: str | int | None = None
    message: str | None = None
    error: ErrorBody | None = None

    @property
    def body(self) -> ErrorBody:
        return self.error or ErrorBody(code=self.code, message=self.message)


Running = CodeRunning | FileSearchRunning | WebSearchRunning | ImageRunning

Terminal = Completed | Incomplete | Failed | Cancelled

ResponseEvent = (
    Created
    | OutputItemAdded
    | OutputItemDone
    | ContentPartDone
    | TextDelta
    | TextDone
    | AnnotationAdded
    | RefusalDelta
    | RefusalDone
    | ArgumentsDelta
    | ArgumentsDone
    | SummaryDelta
    | SummaryDone
    | ReasoningDelta
    | ReasoningDone
    | CodeDelta
    | CodeDone
    | CodeRunning
    | FileSearchRunning
    | WebSearchRunning
    | ImageRunning
    | McpArgumentsDelta
    | McpArgumentsDone
    | Completed
    | Incomplete
    | Failed
    | Cancelled
    | Error
)

IGNORED = frozenset(
    {
        # They only say that something begins or ends, which the item's own events say as well.
        "response.queued",
        "response.in_progress",
        "response.content_part.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_part.done",
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call.completed",
        "response.file_search_call.in_progress",
        "response.file_search_call.completed",
        "response.web_search_call.in_progress",
        "response.web_search_call.completed",
        "response.image_generation_call.in_progress",
        "response.image_generation_call.completed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_list_tools.failed",
        # Previews; the finished item carries the image.
        "response.image_generation_call.partial_image",
        # Of tools and modes that we never ask for.
        "response.audio.delta",
        "response.audio.done",
        "response.audio.transcript.delta",
        "response.audio.transcript.done",
        "response.compaction.compacting",
        "response.custom_tool_call_input.delta",
        "response.custom_tool_call_input.done",
        "response.shell_call_command.added",
        "response.shell_call_command.delta",
        "response.shell_call_command.done",
        "response.shell_call_output_content.delta",
        "response.shell_call_output_content.done",
    }
)
"""Known events that say nothing new. Those of neither list cannot be read."""


class _Kind(Struct):
    type: Any = None


_DECODER: msgspec.json.Decoder[ResponseEvent] = msgspec.json.Decoder(ResponseEvent)
_KIND_DECODER = msgspec.json.Decoder(_Kind)


def decode_event(event: ServerSentEvent) -> ResponseEvent | None:
    """The event in the `data:` field; None for one of `IGNORED`.

    Raises `msgspec.MsgspecError` for one that is unknown here or unreadable.
    """
    try:
        return _DECODER.decode(event.data)
    except msgspec.ValidationError:
        if _KIND_DECODER.decode(event.data).type in IGNORED:
            return None
        raise
