"""A connection to a server, spoken through the official SDK.

The SDK takes a second or two to load, so this module and others that import it are imported within
functions alone: who has no servers does not pay for them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from mcp import MCPError
from mcp.client.client import Client
from mcp.client.subscriptions import PromptsListChanged, ResourcesListChanged, ToolsListChanged
from mcp_types import (
    CONNECTION_CLOSED,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    ElicitCompleteNotification,
    GetPromptResult,
    InputRequiredResult,
    PromptListChangedNotification,
    ReadResourceResult,
    ResourceListChangedNotification,
    ServerCapabilities,
    Tool,
    ToolListChangedNotification,
)
from pydantic import TypeAdapter, ValidationError

from backend.mcp.app_resource import app_of
from backend.mcp.dialogue import Dialogue
from backend.mcp.elicitation import (
    OpenCalls,
    addresses_of,
    pending_of,
    responses_of,
)
from backend.mcp.failures import CallFailed, LeftOut, SessionFailed, said
from backend.mcp.listings import MAX_TOLD, left_out_of
from backend.mcp.program import Program
from backend.mcp.question import Pending
from backend.mcp.remote_tool import RemoteTool, shown_text
from backend.mcp.web import WebServer

MAX_TOOLS: Final = 2_000
ANSWER_TIMEOUT_S: Final = 60.0
"""To anything but a call of a tool."""

_RESULT: Final = TypeAdapter[CallToolResult | InputRequiredResult](
    CallToolResult | InputRequiredResult
)

T = TypeVar("T")


class Session:
    """Made by `connecting.connected`."""

    def __init__(
        self, client: Client, transport: Program | WebServer, completed: Callable[[str], None]
    ) -> None:
        self._client = client
        self._transport = transport
        self.gone = transport.gone
        """Set once the connection is over."""
        self.tools_changed = asyncio.Event()
        self.left_out: tuple[LeftOut, ...] = ()
        """Of the tools, when they were last listed."""
        self.prompts_changed = asyncio.Event()
        self.resources_changed = asyncio.Event()
        self.open_calls = OpenCalls()
        self._completed = completed

    @property
    def client(self) -> Client:
        """For what is asked through `ask`."""
        return self._client

    @property
    def version(self) -> str:
        return self._client.protocol_version

    @property
    def capabilities(self) -> ServerCapabilities:
        return self._client.server_capabilities

    async def tools(self) -> tuple[RemoteTool, ...]:
        """Returns the tools of all pages. Raises `SessionFailed`."""
        if self._client.server_capabilities.tools is None:
            return ()
        found: dict[str, RemoteTool] = {}
        left_out = list[LeftOut]()
        cursor: str | None = None
        try:
            while True:
                page = await self._client.list_tools(cursor=cursor)
                left_out += left_out_of(page.meta)
                for tool in page.tools:
                    if tool.name in found:
                        left_out.append(LeftOut(shown_text(tool.name, 80), "It is listed twice."))
                    elif len(found) < MAX_TOOLS:
                        found[tool.name] = _remote_tool(tool)
                if page.next_cursor in (None, cursor) or len(found) >= MAX_TOOLS:
                    if page.next_cursor not in (None, cursor):
                        left_out.insert(0, LeftOut("The rest", f"It has over {MAX_TOOLS:,} tools."))
                    self.left_out = tuple(left_out[:MAX_TOLD])
                    return tuple(found.values())
                cursor = page.next_cursor
        except (MCPError, ValidationError) as error:
            raise SessionFailed(f"It cannot list its tools: {said(error)}") from None

    async def call(
        self,
        name: str,
        arguments: dict[str, Any],
        dialogue: Dialogue[Any],
        answered: Pending | None,
    ) -> CallToolResult | Pending:
        """Make a call, or make it again once what it waited for is `answered`. What the server asks
        meanwhile is asked in the dialogue. Cancelling cancels it at the server.

        The structure of a result is not compared with the tool's `outputSchema`, as the SDK's own
        `call_tool` does: its patterns are the server's, and may keep this server busy for ever.

        Raises `CallFailed`, `SessionFailed`.
        """

        async def report(progress: float, total: float | None, message: str | None) -> None:
            dialogue.tell(progress / total if total else None, message)

        params = CallToolRequestParams(name=name, arguments=arguments)
        if answered is not None:
            params.input_responses = responses_of(answered)
            params.request_state = answered.state
        request = CallToolRequest(params=params)
        try:
            with self.open_calls.open(dialogue):
                result = await self._client.session.send_request(
                    request, _RESULT, progress_callback=report
                )
            if isinstance(result, InputRequiredResult):
                return pending_of(result, dialogue.notes)
        except MCPError as error:
            if self._is_lost(error):
                raise SessionFailed(self.end) from None
            addresses = addresses_of(error)
            if addresses is None:
                raise CallFailed(error.message, code=error.code) from None
            return addresses
        except ValidationError as error:
            raise CallFailed(f"The answer is not one of the protocol: {said(error)}") from None
        return result

    async def resource(self, uri: str) -> ReadResourceResult:
        """Read a resource. Raises `CallFailed`, `SessionFailed`."""
        reading = self._client.session.read_resource(uri, allow_input_required=True)
        with self.open_calls.in_something_else():
            return _complete(await self.ask(reading))

    async def prompt(self, name: str, values: Mapping[str, str]) -> GetPromptResult:
        """Get a prompt. Raises `CallFailed`, `SessionFailed`."""
        getting = self._client.session.get_prompt(name, dict(values), allow_input_required=True)
        with self.open_calls.in_something_else():
            return _complete(await self.ask(getting))

    async def ask(self, answer: Awaitable[T], within_s: float = ANSWER_TIMEOUT_S) -> T:
        """Wait for the answer to a request of `client`. Raises `CallFailed`, `SessionFailed`."""
        try:
            async with asyncio.timeout(within_s):
                return await answer
        except MCPError as error:
            if self._is_lost(error):
                raise SessionFailed(self.end) from None
            raise CallFailed(error.message, code=error.code) from None
        except ValidationError as error:
            raise CallFailed(f"The answer is not one of the protocol: {said(error)}") from None
        except TimeoutError:
            raise CallFailed("It did not answer in time.") from None

    def _is_lost(self, error: MCPError) -> bool:
        """Whether an error says that the connection is over. Servers use the SDK's code for it too."""
        if self.gone.is_set():
            return True
        if self._transport.refused == 404:
            # The server has forgotten the session.
            return True
        said = error.message.startswith(("SSE stream ended", "Connection closed"))
        return error.code == CONNECTION_CLOSED and said

    @property
    def end(self) -> str:
        """Why the connection is over."""
        return self._transport.end or "The connection was closed."

    @property
    def needs_login(self) -> bool:
        """Whether it is over because the server wants a login."""
        return isinstance(self._transport, WebServer) and self._transport.needs_login

    def suspect(self, *, tools: bool, prompts: bool, resources: bool) -> None:
        """Have those listed again that may have changed meanwhile."""
        for event, is_suspect in (
            (self.tools_changed, tools),
            (self.prompts_changed, prompts),
            (self.resources_changed, resources),
        ):
            if is_suspect:
                event.set()

    def hear(self, message: object) -> None:
        """Set what a message says has changed, or is completed, if it is one that does."""
        match message:
            case ToolListChangedNotification() | ToolsListChanged():
                self.tools_changed.set()
            case PromptListChangedNotification() | PromptsListChanged():
                self.prompts_changed.set()
            case ResourceListChangedNotification() | ResourcesListChanged():
                self.resources_changed.set()
            case ElicitCompleteNotification(params=params):
                self._completed(params.elicitation_id)
            case _:
                pass


def _complete(result: T | InputRequiredResult) -> T:
    if isinstance(result, InputRequiredResult):
        # There is no chat yet in which it could be asked.
        raise CallFailed("It asks for something before it answers, which only its tools may do.")
    return result


def _remote_tool(tool: Tool) -> RemoteTool:
    hints = tool.annotations
    title = tool.title or (hints.title if hints else None)
    app_uri, callers = app_of(tool.meta)
    return RemoteTool(
        name=tool.name,
        app_uri=app_uri,
        callers=callers,
        title=title,
        description=tool.description or "",
        schema=tool.input_schema,
        is_read_only=bool(hints and hints.read_only_hint),
        is_destructive=not (hints and hints.destructive_hint is False),
        is_idempotent=bool(hints and hints.idempotent_hint),
    )
