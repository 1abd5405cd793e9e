"""The REST API of what MCP servers give to a message: resources are read, prompts filled in."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from backend.domain.errors import (
    AppError,
    DiskFull,
    FileTooLarge,
    InvalidRequest,
    NotFound,
    TooManyFiles,
)
from backend.domain.file import IMAGE_TYPES
from backend.http.files import file_info
from backend.http.framework.api import endpoint
from backend.http.mcp_context_models import (
    McpAttached,
    McpCompletionRequest,
    McpCompletions,
    McpPromptChoice,
    McpPromptFilled,
    McpResourceChoice,
    McpResourceContent,
    McpResourceRead,
)
from backend.http.security.identity import owner_of
from backend.mcp.connection import Connection
from backend.mcp.context import Argument, ServerContext
from backend.mcp.failures import CallFailed, ServerUnavailable
from backend.mcp.offers import Offers
from backend.mcp.servers import McpServers
from backend.mcp.uri_template import expanded, variables_of

if TYPE_CHECKING:  # It loads the SDK.
    from backend.mcp.resource_file import ResourceFile

PREVIEW_CHARS: Final = 20_000
PREVIEW_PICTURES_BYTES: Final = 4 * 1024 * 1024
"""Of all contents of a resource together."""


class McpServerAway(AppError):
    code = "mcp_server_away"
    status = 503
    retryable = True


class McpRequestFailed(AppError):
    code = "mcp_request_failed"
    status = 502


_ASKING: Final = (NotFound, McpServerAway, McpRequestFailed)
_KEEPING: Final = (*_ASKING, FileTooLarge, TooManyFiles, DiskFull)


class McpContextApi:
    """Resources and prompts of the servers that are connected, for everybody who may chat.

    Files that come of them belong to the owner who asked.
    """

    def __init__(self, servers: McpServers, context: ServerContext) -> None:
        self._servers = servers
        self._context = context

    @endpoint(
        "POST", "/api/mcp/servers/{name}/resources/read", "Look at a resource", errors=_ASKING
    )
    async def read_resource(self, name: str, body: McpResourceChoice) -> McpResourceRead:
        """Returns the beginning of it. Nothing is kept."""
        connection = self._servers.connection(name)
        with self._asking(name):
            contents = await self._context.read(connection, self._uri(connection, body))
        limit = self._context.max_files
        left_bytes = PREVIEW_PICTURES_BYTES
        shown: list[McpResourceContent] = []
        for each in contents[:limit]:
            is_picture = each.media_type in IMAGE_TYPES and len(each.content) <= left_bytes
            left_bytes -= len(each.content) if is_picture else 0
            shown.append(_shown(each, is_picture))
        return McpResourceRead(contents=tuple(shown), left_out=max(0, len(contents) - limit))

    @endpoint(
        "POST",
        "/api/mcp/servers/{name}/resources/attach",
        "Keep a resource as files for a message",
        status=201,
        errors=_KEEPING,
    )
    async def attach_resource(
        self, name: str, body: McpResourceChoice, request: Request
    ) -> McpAttached:
        """Its files go with a message as those that are uploaded do; a day later they are deleted
        if they went with none."""
        connection = self._servers.connection(name)
        with self._asking(name):
            attached = await self._context.attach(
                owner_of(request), connection, self._uri(connection, body)
            )
        return McpAttached(files=tuple(map(file_info, attached.files)), left_out=attached.left_out)

    @endpoint(
        "POST",
        "/api/mcp/servers/{name}/prompts/fill",
        "Fill in a prompt",
        errors=_KEEPING,
    )
    async def fill_prompt(
        self, name: str, body: McpPromptChoice, request: Request
    ) -> McpPromptFilled:
        """Returns its messages as one text, and keeps what they bring along as files for a message."""
        connection = self._servers.connection(name)
        _refuse_gaps(connection.offers, body)
        with self._asking(name):
            made = await self._context.fill(owner_of(request), connection, body.prompt, body.values)
        return McpPromptFilled(
            text=made.text,
            files=tuple(map(file_info, made.attached.files)),
            left_out=made.attached.left_out,
        )

    @endpoint(
        "POST",
        "/api/mcp/servers/{name}/completions",
        "Ask how the value of an argument may go on",
        errors=_ASKING,
    )
    async def complete(self, name: str, body: McpCompletionRequest) -> McpCompletions:
        """Returns none where the server knows none."""
        connection = self._servers.connection(name)
        argument = Argument(body.argument, body.value, body.values)
        with self._asking(name):
            if body.prompt is not None and body.template is None:
                values = await self._context.complete_prompt(connection, body.prompt, argument)
            elif body.template is not None and body.prompt is None:
                values = await self._context.complete_template(connection, body.template, argument)
            else:
                raise InvalidRequest("Name either a prompt or a template.", field="prompt")
        return McpCompletions(values=values)

    def _uri(self, connection: Connection, choice: McpResourceChoice) -> str:
        if choice.template is None and choice.uri is not None:
            return choice.uri
        if choice.template is None or choice.uri is not None:
            raise InvalidRequest("Name either a uri or a template.", field="uri")
        template = self._context.template(connection, choice.template)
        for variable in variables_of(template):
            if variable.is_required and not choice.values.get(variable.name):
                raise InvalidRequest(f"Give a value for {variable.name}.", field="values")
        return expanded(template, choice.values)

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
        try:
            yield
        except ServerUnavailable as error:
            raise McpServerAway(self._context.told(str(error))) from None
        except CallFailed as error:
            raise McpRequestFailed(f"{name}: {self._context.told(str(error))}") from None


def _refuse_gaps(offers: Offers, choice: McpPromptChoice) -> None:
    """Raises `InvalidRequest` for a required argument without a value."""
    listed = next((each for each in offers.prompts if each.name == choice.prompt), None)
    for argument in listed.arguments if listed is not None else ():
        if argument.is_required and not choice.values.get(argument.name):
            raise InvalidRequest(f"Give a value for {argument.name}.", field="values")


def _shown(file: "ResourceFile", with_picture: bool) -> McpResourceContent:
    """Returns as much of a content as is looked at."""
    # No character takes more than four bytes.
    head = file.content[: PREVIEW_CHARS * 4].decode(errors="ignore")[:PREVIEW_CHARS]
    return McpResourceContent(
        uri=file.uri,
        name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        text=head if file.is_text else None,
        is_cut=file.is_text and len(head.encode()) < len(file.content),
        picture=base64.b64encode(file.content).decode() if with_picture else None,
    )
