"""Our items as messages of a remote thread, for one that has to begin in the middle of a chat."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NotRequired, TypedDict, assert_never

from openai.types.beta.threads import MessageContentPartParam
from openai.types.beta.threads.message_create_params import Attachment, AttachmentTool

from backend.domain.assistant import CODE_INTERPRETER, FILE_SEARCH, Assistant
from backend.domain.file import IMAGE_TYPES
from backend.domain.file_types import is_searchable
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    McpCall,
    Reasoning,
    UserMessage,
    WebSearchCall,
)
from backend.domain.parts import in_words
from backend.domain.text import text_or_json
from backend.domain.time_zone import zone_name
from backend.upstreams.request import RunRequest

MAX_MESSAGES_PER_CREATE = 32
"""How many messages a thread may be created with."""

_LONGEST_QUOTE = 2_000
"""Characters of a former tool call's input or output."""


class ThreadMessage(TypedDict):
    role: Literal["user", "assistant"]
    content: str | list[MessageContentPartParam]
    attachments: NotRequired[list[Attachment]]


def thread_messages(items: Iterable[Item], request: RunRequest) -> list[ThreadMessage]:
    """The conversation as messages. Tool calls are told as text in the assistant's own message.

    Nothing is said twice or in vain: empty texts are left out, what the assistant did and said
    between two user messages becomes one message.
    """
    messages: list[ThreadMessage] = []
    for item in items:
        text = _text(item).strip()
        if not text:
            continue
        last = messages[-1] if messages else None
        if isinstance(item, UserMessage):
            messages.append(_user_message(item, text, request))
        elif last is not None and last["role"] == "assistant":
            last["content"] = f"{last['content']}\n\n{text}"
        else:
            messages.append(ThreadMessage(role="assistant", content=text))
    return messages


def date_and_time(now: datetime) -> str:
    """Returns a sentence for the run's instructions, since a model does not know the date."""
    return f"The user's date and time: {now:%A, %Y-%m-%d %H:%M} ({zone_name(now)}, UTC{now:%z})."


def _user_message(item: UserMessage, text: str, request: RunRequest) -> ThreadMessage:
    """Pictures to look at, other files for the assistant's tools, the rest by name."""
    pictures: list[MessageContentPartParam] = []
    attachments: list[Attachment] = []
    named: list[str] = []
    for file in item.files:
        file_id = request.files.remote_ids.get(file.file_id)
        tools = _tools_for(file.name, file.media_type, request.assistant)
        if file_id is not None and file.media_type in IMAGE_TYPES:
            pictures.append({"type": "image_file", "image_file": {"file_id": file_id}})
        elif file_id is not None and tools:
            attachments.append({"file_id": file_id, "tools": tools})
        else:
            named.append(file.name)
    if named:
        text += f"\n\n(Attached files: {', '.join(named)})"
    message = ThreadMessage(role="user", content=text)
    if pictures:
        message["content"] = [{"type": "text", "text": text}, *pictures]
    if attachments:
        message["attachments"] = attachments
    return message


def _tools_for(name: str, media_type: str, assistant: Assistant) -> list[AttachmentTool]:
    tools: list[AttachmentTool] = []
    if FILE_SEARCH in assistant.tools and is_searchable(name, media_type):
        tools.append({"type": "file_search"})
    if CODE_INTERPRETER in assistant.tools:
        tools.append({"type": "code_interpreter"})
    return tools


def _text(item: Item) -> str:
    match item:
        case UserMessage():
            return item.text
        case AssistantMessage():
            return "\n\n".join(filter(None, (in_words(item.content), item.refusal)))
        case FunctionCall():
            if not item.outputs and item.error is None:
                return f"(I called {item.name} with {_short(item.arguments)}, without an answer.)"
            answer = in_words(item.outputs) or item.error
            return f"(I called {item.name} with {_short(item.arguments)}; it answered {_short(answer)})"
        case CodeInterpreterCall():
            logs = "\n".join(o.logs for o in item.outputs if isinstance(o, CodeLogs))
            printed = f"; it printed:\n{_short(logs)}" if logs else ""
            return f"(I ran this code:\n{_short(item.code)}{printed})" if item.code else ""
        case FileSearchCall():
            names = sorted({result.filename or result.file_id for result in item.results})
            return f"(I searched the files and found {_short(', '.join(names))})" if names else ""
        case WebSearchCall():
            queries = ", ".join(item.queries)
            return f"(I searched the web for {_short(queries)})" if queries else ""
        case ImageGenerationCall():
            return f"(I made an image of: {_short(item.prompt)})" if item.prompt else ""
        case McpCall():
            answer = item.output if item.output is not None else item.error
            told = f"; it answered {_short(answer)}" if answer else ""
            return f"(I called {item.name} with {_short(item.arguments)}{told})"
        case Reasoning():
            return ""
        case _:
            assert_never(item)


def _short(value: object) -> str:
    text = text_or_json(value)
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
