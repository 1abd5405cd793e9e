"""The Responses API's stream, as the few fields of it that we use.

https://platform.openai.com/docs/api-reference/responses-streaming

Compatible servers leave out what they like, hence the defaults. Output items stay `Raw`: `items.py`
reads them, and the next round repeats them to the server.
"""

from msgspec import Raw, Struct, field

from backend.openai_client.error_body import ErrorBody
from backend.openai_client.lenient import JsonText, Word
from backend.upstreams.responses.items import AnnotationBody, ContentPart


class IncompleteDetails(Struct, frozen=True):
    reason: Word | None = None


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
    status: Word | None = None
    error: ErrorBody | None = None
    incomplete_details: IncompleteDetails | None = None
    output: list[Raw] | None = None
    usage: UsageBody | None = None


class Event(Struct, frozen=True, tag_field="type"):
    """Any event."""


class Place(Event, frozen=True):
    """An event about an output item."""

    item_id: str | None = None
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
    arguments: JsonText = ""


class SummaryDelta(Place, frozen=True, tag="response.reasoning_summary_text.delta"):
    summary_index: int = 0
    delta: str = ""


class SummaryDone(Place, frozen=True, tag="response.reasoning_summary_text.done"):
    summary_index: int = 0
    text: str = ""


class SummaryPartDone(Place, frozen=True, tag="response.reasoning_summary_part.done"):
    summary_index: int = 0
    part: ContentPart = field(default_factory=ContentPart)


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


class PartialImage(Place, frozen=True, tag="response.image_generation_call.partial_image"):
    partial_image_b64: str = ""
    output_format: Word | None = None


class McpArgumentsDelta(Place, frozen=True, tag="response.mcp_call_arguments.delta"):
    delta: str = ""


class McpArgumentsDone(Place, frozen=True, tag="response.mcp_call_arguments.done"):
    arguments: JsonText = ""


class CustomInputDelta(Place, frozen=True, tag="response.custom_tool_call_input.delta"):
    delta: str = ""


class CustomInputDone(Place, frozen=True, tag="response.custom_tool_call_input.done"):
    input: str = ""


class CommandAdded(Place, frozen=True, tag="response.shell_call_command.added"):
    command_index: int = 0
    command: str = ""


class CommandDelta(Place, frozen=True, tag="response.shell_call_command.delta"):
    command_index: int = 0
    delta: str = ""


class CommandDone(Place, frozen=True, tag="response.shell_call_command.done"):
    command_index: int = 0
    command: str = ""


Command = CommandAdded | CommandDelta | CommandDone
"""These name no item, only its place."""


class ShellDelta(Struct, frozen=True):
    stdout: str | None = None
    stderr: str | None = None


class ShellOutputDelta(Place, frozen=True, tag="response.shell_call_output_content.delta"):
    command_index: int = 0
    delta: ShellDelta = field(default_factory=ShellDelta)


class ShellOutputDone(Place, frozen=True, tag="response.shell_call_output_content.done"):
    command_index: int = 0
    output: list[ShellDelta] | None = None


class TranscriptDelta(Event, frozen=True, tag="response.audio.transcript.delta"):
    """What is spoken, of a server that sends audio. It names no item."""

    delta: str = ""


class AudioDelta(Event, frozen=True, tag="response.audio.delta"):
    pass


class Completed(Event, frozen=True, tag="response.completed"):
    response: ResponseBody = field(default_factory=ResponseBody)


class Incomplete(Event, frozen=True, tag="response.incomplete"):
    response: ResponseBody = field(default_factory=ResponseBody)


class Failed(Event, frozen=True, tag="response.failed"):
    response: ResponseBody = field(default_factory=ResponseBody)


class Cancelled(Event, frozen=True, tag="response.cancelled"):
    """Not in the published list; servers with background responses send it."""

    response: ResponseBody = field(default_factory=ResponseBody)


class Error(Struct, frozen=True):
    """An error in whatever shape: flat as documented, nested, without a type, or a mere string."""

    body: ErrorBody


Running = CodeRunning | FileSearchRunning | WebSearchRunning | ImageRunning

Terminal = Completed | Incomplete | Failed | Cancelled

TypedEvent = (
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
    | SummaryPartDone
    | ReasoningDelta
    | ReasoningDone
    | CodeDelta
    | CodeDone
    | CodeRunning
    | FileSearchRunning
    | WebSearchRunning
    | ImageRunning
    | PartialImage
    | McpArgumentsDelta
    | McpArgumentsDone
    | CustomInputDelta
    | CustomInputDone
    | CommandAdded
    | CommandDelta
    | CommandDone
    | ShellOutputDelta
    | ShellOutputDone
    | TranscriptDelta
    | AudioDelta
    | Completed
    | Incomplete
    | Failed
    | Cancelled
)

ResponseEvent = TypedEvent | Error
