"""A prompt of a server as what somebody may send: a text to edit, and files."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from mcp_types import (
    AudioContent,
    EmbeddedResource,
    GetPromptResult,
    ImageContent,
    PromptMessage,
    ResourceLink,
    TextContent,
)

from backend.domain.text import seen_text
from backend.mcp.failures import CallFailed, ServerUnavailable
from backend.mcp.remote_tool import shown_text
from backend.mcp.resource_file import Redacted, ResourceFile, content_file, media_file

MAX_MESSAGES: Final = 100
_SPEAKERS: Final = {"user": "User", "assistant": "Assistant"}

Read = Callable[[str], Awaitable[tuple[ResourceFile, ...]]]
Said = tuple[str | ResourceFile, ...]


@dataclass(frozen=True, slots=True)
class FilledPrompt:
    text: str
    files: tuple[ResourceFile, ...]


async def filled(
    result: GetPromptResult, server: str, prompt: str, redacted: Redacted, read: Read
) -> FilledPrompt:
    """Returns the messages of a prompt in their order. `read` reads a resource that one links to.

    All of it is sent as one message, so what the assistant is to have said stands under its name.
    Raises `CallFailed`.
    """
    turns: list[tuple[str, Said]] = []
    for message in result.messages[:MAX_MESSAGES]:
        said = await _said(message, server, prompt, redacted, read)
        if turns and turns[-1][0] == message.role:
            said = turns.pop()[1] + said
        turns.append((message.role, said))
    files = tuple(each for _, said in turns for each in said if isinstance(each, ResourceFile))
    if all(role == "user" for role, _ in turns):
        texts = (each for _, said in turns for each in said if isinstance(each, str))
        return FilledPrompt("\n\n".join(texts), files)
    return FilledPrompt("\n\n".join(_told(turns)), files)


def _told(turns: list[tuple[str, Said]]) -> Iterator[str]:
    for role, said in turns:
        lines = (each if isinstance(each, str) else f"[{each.name}]" for each in said)
        yield f"{_SPEAKERS[role]}:\n" + "\n\n".join(lines)


async def _said(
    message: PromptMessage, server: str, prompt: str, redacted: Redacted, read: Read
) -> Said:
    match message.content:
        case TextContent(text=text):
            return (redacted(seen_text(text)),)
        case ImageContent() | AudioContent() as media:
            return (media_file(media, server, prompt),)
        case EmbeddedResource(resource=resource):
            return (content_file(resource, server, redacted),)
        case ResourceLink() as link:
            try:
                return await read(link.uri)
            except (CallFailed, ServerUnavailable):
                title = shown_text(link.title or link.name, 200)
                return (redacted(f"{title} <{shown_text(link.uri, 2_000)}>"),)
        case _:
            assert_never(message.content)
