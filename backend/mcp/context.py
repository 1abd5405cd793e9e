"""What servers give to a message: resources that are read and attached, prompts that are filled in."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from backend.config.redaction import REMOVED, redact_beginning, redact_known
from backend.domain.file import StoredFile
from backend.domain.ids import OwnerId
from backend.domain.text import clean_text
from backend.files.files import Files
from backend.mcp.connection import Connection
from backend.tools.tool_error import MAX_ERROR_CHARS

if TYPE_CHECKING:  # It loads the SDK.
    from backend.mcp.resource_file import ResourceFile

MAX_COMPLETIONS: Final = 100
_COMPLETION_TIMEOUT_S: Final = 10.0
_MAX_COMPLETION_CHARS: Final = 1_000
_CUT: Final = "\n[Cut here: the prompt is longer than a message may be.]"


@dataclass(frozen=True, slots=True)
class Attached:
    files: tuple[StoredFile, ...]
    left_out: int
    """How many there were beyond those that a message may carry."""


@dataclass(frozen=True, slots=True)
class PreparedMessage:
    """What a prompt has become."""

    text: str
    attached: Attached


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument whose value is being written."""

    name: str
    value: str
    others: Mapping[str, str]
    """The values of other arguments that are written already."""


class ServerContext:
    """Every method that asks a server raises `ServerUnavailable` and `CallFailed`."""

    def __init__(self, files: Files, secrets: Callable[[], Collection[str]]) -> None:
        """`secrets` returns what is taken out of everything that servers send."""
        self._files = files
        self._secrets = secrets

    @property
    def max_files(self) -> int:
        """How many files a message may carry."""
        return self._files.settings.max_files_per_message

    def redacted(self) -> Callable[[str], str]:
        """Returns what takes secrets out of what a server sent."""
        return partial(redact_known, secrets=self._secrets())

    def told(self, message: str) -> str:
        """Returns why something failed, without secrets or what looks like one."""
        return clean_text(redact_beginning(message, self._secrets(), MAX_ERROR_CHARS))

    async def read(self, connection: Connection, uri: str) -> tuple["ResourceFile", ...]:
        """Read a resource, which may consist of several.

        An address from which a secret was taken is that of the resource in the list that looks so.
        """
        from backend.mcp.resource_file import files_of

        redacted = self.redacted()
        listed = (each.uri for each in connection.offers.resources)
        result = await connection.resource(_real(uri, listed, redacted))
        return await asyncio.to_thread(files_of, result, connection.config.name, redacted)

    async def attach(self, owner: OwnerId, connection: Connection, uri: str) -> Attached:
        """Read a resource and keep it as files of `owner` for a message. Raises as `Files` does, too."""
        return await self._kept(owner, await self.read(connection, uri))

    async def fill(
        self, owner: OwnerId, connection: Connection, prompt: str, values: Mapping[str, str]
    ) -> PreparedMessage:
        """Get a prompt, and keep what it brings along as files. Raises as `Files` does, too."""
        from backend.mcp.prompt_text import filled

        result = await connection.ask(lambda session: session.prompt(prompt, values))
        read = partial(self.read, connection)
        made = await filled(result, connection.config.name, prompt, self.redacted(), read)
        limit, text = self._files.settings.max_message_chars, made.text
        if len(text) > limit:
            text = text[: limit - len(_CUT)] + _CUT
        return PreparedMessage(text, await self._kept(owner, made.files))

    async def complete_prompt(
        self, connection: Connection, prompt: str, argument: Argument
    ) -> tuple[str, ...]:
        """Returns how the value of an argument may go on, as its server says."""
        from mcp_types import PromptReference

        return await self._complete(connection, PromptReference(name=prompt), argument)

    async def complete_template(
        self, connection: Connection, template: str, argument: Argument
    ) -> tuple[str, ...]:
        from mcp_types import ResourceTemplateReference

        real = self.template(connection, template)
        return await self._complete(connection, ResourceTemplateReference(uri=real), argument)

    def template(self, connection: Connection, shown: str) -> str:
        """Returns the template of which a secret was taken out."""
        listed = (each.uri for each in connection.offers.templates)
        return _real(shown, listed, self.redacted())

    async def _complete(
        self, connection: Connection, reference: Any, argument: Argument
    ) -> tuple[str, ...]:
        if not connection.offers.completes:
            return ()
        answer = await connection.ask(
            lambda session: session.ask(
                session.client.complete(
                    reference,
                    {"name": argument.name, "value": argument.value},
                    dict(argument.others) or None,
                ),
                within_s=_COMPLETION_TIMEOUT_S,
            )
        )
        redacted = self.redacted()
        values = (redacted(clean_text(each)) for each in answer.completion.values)
        fitting = (each for each in values if each and len(each) <= _MAX_COMPLETION_CHARS)
        return tuple(dict.fromkeys(fitting))[:MAX_COMPLETIONS]

    async def _kept(self, owner: OwnerId, read: tuple["ResourceFile", ...]) -> Attached:
        read = tuple(file for file in read if file.content) or read
        kept: list[StoredFile] = []
        try:
            for file in read[: self.max_files]:
                kept.append(
                    await self._files.add_attachment(owner, file.name, file.content, file.origin)
                )
        except BaseException:
            await self._files.delete(kept)
            raise
        return Attached(tuple(kept), len(read) - len(kept))


def _real(shown: str, listed: Iterable[str], redacted: Callable[[str], str]) -> str:
    if REMOVED not in shown:
        return shown
    return next((each for each in listed if redacted(each) == shown), shown)
