"""Our items as messages of a remote thread, for one that has to begin in the middle of a chat."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypedDict, assert_never
from zoneinfo import ZoneInfo

from backend.threads.items import (
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

MAX_MESSAGES_PER_CREATE = 32
"""How many messages a thread may be created with."""

_LONGEST_QUOTE = 2_000
"""Characters of a former tool call's input or output."""


class ThreadMessage(TypedDict):
    role: Literal["user", "assistant"]
    content: str


def thread_messages(items: Iterable[Item]) -> list[ThreadMessage]:
    """The conversation as messages. Tool calls are told as text in the assistant's own message.

    Nothing is said twice or in vain: empty texts are left out, what the assistant did and said
    between two user messages becomes one message.
    """
    messages: list[ThreadMessage] = []
    for item in items:
        text = _text(item).strip()
        if not text:
            continue
        role: Literal["user", "assistant"] = "user" if item.type == "user_message" else "assistant"
        if role == "assistant" and messages and messages[-1]["role"] == "assistant":
            messages[-1]["content"] += "\n\n" + text
        else:
            messages.append(ThreadMessage(role=role, content=text))
    return messages


def date_and_time(now: datetime) -> str:
    """For the run's instructions: a model does not know what "tomorrow" is."""
    zone = now.tzinfo.key if isinstance(now.tzinfo, ZoneInfo) else (now.tzname() or "UTC")
    return f"The user's date and time: {now:%A, %Y-%m-%d %H:%M} ({zone}, UTC{now:%z})."


def _text(item: Item) -> str:
    match item:
        case UserMessage():
            return item.text
        case AssistantMessage():
            return "\n\n".join(text for text in (item.text, item.refusal) if text)
        case FunctionCall():
            if item.output is None and item.error is None:
                return f"(I called {item.name} with {_short(item.arguments)}, without an answer.)"
            answer = item.output if item.output is not None else item.error
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
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
