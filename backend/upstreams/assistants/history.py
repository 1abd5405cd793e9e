"""Our items as messages of a remote thread, for one that has to begin in the middle of a chat."""

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from openai.types.beta.threads import MessageContentPartParam
from openai.types.beta.threads.message_create_params import Attachment, AttachmentTool

from backend.domain.assistant import CODE_INTERPRETER, FILE_SEARCH, Assistant
from backend.domain.file import IMAGE_TYPES
from backend.domain.file_types import is_searchable
from backend.domain.items import Item, UserMessage
from backend.upstreams.prompt.words import told, with_names
from backend.upstreams.request import RunRequest

MAX_MESSAGES_PER_CREATE = 32
"""How many messages a thread may be created with."""


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
        text = told(item).strip()
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
    text = with_names(text, named)
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
