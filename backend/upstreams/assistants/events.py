"""Objects and stream events of the Assistants API v2, as far as we read them.

https://platform.openai.com/docs/api-reference/assistants-streaming/events

Every field is optional, since servers differ in what they leave out. A delta and the finished
object share one struct: a delta has `index`es, a finished list is in order.
"""

from typing import Final

import msgspec

from backend.openai_client.error_body import ErrorBody, error_event
from backend.openai_client.lenient import JsonText, LenientDecoder, Word
from backend.openai_client.other_apis import refuse_chat_completions
from backend.openai_client.sse import ServerSentEvent


class _Object(msgspec.Struct, gc=False):
    """What msgspec decodes here. Fields we do not name are skipped."""


class FileCitationPart(_Object):
    file_id: str | None = None
    quote: str | None = None


class FilePathPart(_Object):
    file_id: str | None = None


class AnnotationPart(_Object):
    type: Word = ""
    text: str | None = None
    """What stands in the text for it: a marker, or a `sandbox:` address."""
    start_index: int | None = None
    end_index: int | None = None
    file_citation: FileCitationPart | None = None
    file_path: FilePathPart | None = None


class TextObject(_Object):
    value: str | None = None
    annotations: list[AnnotationPart] | None = None


class ImageFilePart(_Object):
    file_id: str | None = None


class ImageUrlPart(_Object):
    url: str | None = None


class ContentPart(_Object):
    index: int | None = None
    text: TextObject | None = None
    refusal: str | None = None
    image_file: ImageFilePart | None = None
    image_url: ImageUrlPart | None = None


class IncompleteDetails(_Object):
    reason: Word | None = None


class MessageObject(_Object):
    id: str | None = None
    role: Word | None = None
    status: Word | None = None
    run_id: str | None = None
    content: list[ContentPart] | None = None
    incomplete_details: IncompleteDetails | None = None


class MessageDeltaPart(_Object):
    content: list[ContentPart] | None = None


class MessageDelta(_Object):
    id: str | None = None
    delta: MessageDeltaPart | None = None


class FunctionPart(_Object):
    name: Word | None = None
    arguments: JsonText | None = None
    output: JsonText | None = None


class CodeOutputPart(_Object):
    index: int | None = None
    logs: str | None = None
    image: ImageFilePart | None = None


class CodePart(_Object):
    input: str | None = None
    outputs: list[CodeOutputPart] | None = None


class SearchContentPart(_Object):
    text: str | None = None


class SearchResultPart(_Object):
    file_id: str = ""
    file_name: str | None = None
    score: float | None = None
    content: list[SearchContentPart] | None = None


class FileSearchPart(_Object):
    results: list[SearchResultPart] | None = None


class ToolCallPart(_Object):
    id: str | None = None
    index: int | None = None
    type: Word = ""
    function: FunctionPart | None = None
    code_interpreter: CodePart | None = None
    file_search: FileSearchPart | None = None


class MessageCreation(_Object):
    message_id: str | None = None


class StepDetails(_Object):
    message_creation: MessageCreation | None = None
    tool_calls: list[ToolCallPart] | None = None


class StepObject(_Object):
    id: str | None = None
    status: Word | None = None
    step_details: StepDetails | None = None


class StepDeltaPart(_Object):
    step_details: StepDetails | None = None


class StepDelta(_Object):
    id: str | None = None
    delta: StepDeltaPart | None = None


class PromptDetails(_Object):
    cached_tokens: int | None = None


class UsagePart(_Object):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    prompt_token_details: PromptDetails | None = None


class SubmitToolOutputs(_Object):
    tool_calls: list[ToolCallPart] | None = None


class RequiredAction(_Object):
    submit_tool_outputs: SubmitToolOutputs | None = None


class RunObject(_Object):
    id: str | None = None
    status: Word | None = None
    required_action: RequiredAction | None = None
    last_error: ErrorBody | None = None
    incomplete_details: IncompleteDetails | None = None
    usage: UsagePart | None = None


class ThreadObject(_Object):
    id: str | None = None


class ErrorObject(_Object):
    body: ErrorBody


AssistantsEvent = (
    ThreadObject | RunObject | StepObject | StepDelta | MessageObject | MessageDelta | ErrorObject
)

EVENT_TYPES: Final[dict[str, type[AssistantsEvent]]] = {
    "thread.created": ThreadObject,
    "thread.run.created": RunObject,
    "thread.run.queued": RunObject,
    "thread.run.in_progress": RunObject,
    "thread.run.requires_action": RunObject,
    "thread.run.completed": RunObject,
    "thread.run.incomplete": RunObject,
    "thread.run.failed": RunObject,
    "thread.run.cancelling": RunObject,
    "thread.run.cancelled": RunObject,
    "thread.run.expired": RunObject,
    "thread.run.step.created": StepObject,
    "thread.run.step.in_progress": StepObject,
    "thread.run.step.delta": StepDelta,
    "thread.run.step.completed": StepObject,
    "thread.run.step.failed": StepObject,
    "thread.run.step.cancelled": StepObject,
    "thread.run.step.expired": StepObject,
    "thread.message.created": MessageObject,
    "thread.message.in_progress": MessageObject,
    "thread.message.delta": MessageDelta,
    "thread.message.completed": MessageObject,
    "thread.message.incomplete": MessageObject,
}
"""Every event of a run's stream but `error` and `done`, and what its data is."""

_DECODERS: Final = {
    name: LenientDecoder[AssistantsEvent](type) for name, type in EVENT_TYPES.items()
}


def decode(event: ServerSentEvent) -> AssistantsEvent:
    """Returns the event. Its name says which status the object has, whatever the object says.

    Raises `msgspec.MsgspecError` for one that is unknown here or unreadable, `UpstreamError` for
    one of another API.
    """
    decode_data = _DECODERS.get(event.event)
    if decode_data is None:
        value = msgspec.json.decode(event.data)
        if (error := error_event(value, event.event)) is not None:
            return ErrorObject(error)
        refuse_chat_completions(value)
        raise msgspec.ValidationError("There is no event of this name")
    data = decode_data(event.data)
    if isinstance(data, (RunObject, StepObject, MessageObject)):
        stage = event.event.rpartition(".")[2]
        data.status = "in_progress" if stage == "created" else stage
    return data
