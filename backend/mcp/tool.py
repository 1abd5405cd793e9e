"""Tools of MCP servers as the tools of a run."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from backend.config.redaction import redact_beginning, redact_known
from backend.config.settings import Settings
from backend.domain.action import ApprovalPolicy
from backend.domain.assistant import Assistant
from backend.domain.hosted_tool import MCP_PREFIX
from backend.domain.ids import RunId
from backend.domain.items import FunctionCall, ToolItem
from backend.domain.parts import Part, TextPart
from backend.domain.text import clean_text
from backend.files.files import Files
from backend.mcp.apps import McpApps
from backend.mcp.conversation import Conversation, Suspension
from backend.mcp.dialogue import HeldCalls
from backend.mcp.failures import CallFailed, ServerUnavailable
from backend.mcp.remote_tool import RemoteTool, shown_text
from backend.mcp.servers import McpServers, NamedTool
from backend.mcp.tool_changes import changes_of
from backend.tools.app import App
from backend.tools.discovery import FunctionProblem
from backend.tools.form import Form
from backend.tools.function import FunctionSpec
from backend.tools.function_tool import ShownAsFunction, failed_call
from backend.tools.media import MediaRefused, Output, kept_parts
from backend.tools.output import UnusableOutput, as_output
from backend.tools.parameters import InvalidArguments
from backend.tools.progress import ProgressReport
from backend.tools.tool import CallContext, Display, Tool, ToolEntry, ToolResult
from backend.tools.tool_error import MAX_ERROR_CHARS

if TYPE_CHECKING:  # It loads the SDK.
    from mcp_types import CallToolResult

log = logging.getLogger(__name__)

MAX_DESCRIPTION_CHARS: Final = 4_000
GRACE_S: Final = 60.0
"""How much longer a call is kept open than somebody is waited for."""

Secrets = Callable[[], Collection[str]]


class McpTools:
    """The `ToolSource` of the servers' tools.

    An assistant has those of the servers that it names as `mcp:SERVER`, and those that it names one
    by one as `mcp:SERVER/TOOL` or, as upstreams do that keep assistants, `function:NAME`.
    """

    def __init__(
        self, servers: McpServers, files: Files, settings: Callable[[], Settings], secrets: Secrets
    ) -> None:
        """`secrets` returns what is taken out of every output."""
        self.apps = McpApps(servers, secrets)
        self._servers = servers
        self._files = files
        self._settings = settings
        self._secrets = secrets

    def tools(self, assistant: Assistant, hosted: frozenset[str]) -> Iterable[Tool]:
        wanted = frozenset(assistant.tools)
        return (
            self._tool(named)
            for named in self._servers.tools()
            if named.is_given(wanted) and MCP_PREFIX + named.server not in hosted
        )

    def entries(self) -> Iterable[ToolEntry]:
        return (
            ToolEntry(tool=tool, kind="mcp", origin=named.server, title=tool.title)
            for named, tool in ((named, self._tool(named)) for named in self._servers.tools())
            if named.is_enabled
        )

    def problems(self) -> Iterable[FunctionProblem]:
        file = self._servers.path.name
        if self._servers.problem is not None:
            yield FunctionProblem(file, self._servers.problem)
        for connection in self._servers.connections():
            if connection.config.problem is not None:
                yield FunctionProblem(
                    f"{file}, {connection.config.name}", connection.config.problem
                )

    def _tool(self, named: NamedTool) -> "McpTool":
        return McpTool(
            named, self._files, self._settings(), self._secrets, self.apps, self._servers.held
        )

    def let_go(self, run_id: RunId) -> None:
        self._servers.held.let_go(run_id)


class McpTool(ShownAsFunction):
    def __init__(
        self,
        named: NamedTool,
        files: Files,
        settings: Settings,
        secrets: Secrets,
        apps: McpApps,
        held: HeldCalls,
    ) -> None:
        """`held` keeps calls open that ask."""
        self._apps = apps
        self._named = named
        self._files = files
        self._settings = settings
        self._secrets = secrets
        self._held = held
        self._arguments = named.tool.arguments
        self.spec = spec_of(named)

    @property
    def title(self) -> str:
        """`server · tool`"""
        tool = self._named.tool
        return f"{self._named.server} · {shown_text(tool.title or tool.name, 80)}"

    @property
    def repeatable(self) -> bool:
        return self._named.tool.is_read_only or self._named.tool.is_idempotent

    @property
    def approval(self) -> ApprovalPolicy:
        return default_approval(self._named.tool)

    def unavailable(self) -> str | None:
        connection = self._named.connection
        # A call waits a moment for a server that is starting.
        return None if connection.status.state == "starting" else connection.unavailable()

    def form(self, arguments: str) -> Form:
        self._arguments.parse(arguments)
        before = self._named.connection.tools.called.get(self._named.tool.name)
        changes = () if before is None else changes_of(before, self._named.tool)
        return Form("approval", self._arguments.form, self._arguments.edited, changes=changes)

    def item(self, call: FunctionCall) -> ToolItem:
        has_app = self._named.tool.app_uri is not None
        return call.model_copy(update={"title": self.title, "has_app": has_app})

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        try:
            given = self._arguments.parse(arguments)
        except InvalidArguments as error:
            return self._failure(error.code, str(error))
        progress = ProgressReport(display)
        is_done = False
        deadline = asyncio.timeout(self._settings.tool_timeout_s)
        latest = asyncio.get_running_loop().time() + self._settings.run_timeout_s

        def report(fraction: float | None = None, message: str | None = None) -> None:
            # Who tells how far it is is not stuck; a call by hand has no run that ends it.
            progress(fraction, message and redact_known(message, self._secrets()))
            if not deadline.expired():
                next_s = asyncio.get_running_loop().time() + self._settings.tool_timeout_s
                deadline.reschedule(min(next_s, latest))

        settings = self._settings
        conversation = Conversation(
            self._named.connection,
            self._named.tool,
            given,
            context,
            self._held,
            partial(redact_known, secrets=self._secrets()),
            settings.action_timeout_s + GRACE_S,
        )
        try:
            async with deadline:
                result = await conversation.go_on(report)
            is_done = True
        except ServerUnavailable as error:
            return _noted(conversation.notes, self._failure("server_unavailable", str(error)))
        except CallFailed as error:
            return _noted(conversation.notes, self._failure("call_failed", str(error)))
        except TimeoutError:
            limit_s = self._settings.tool_timeout_s
            return self._failure("timeout", f"{self.title} took longer than {limit_s:g} s.")
        finally:
            progress.end(shown=is_done)
        if isinstance(result, Suspension):
            alone = self._failure(
                "nobody_to_ask", "It asks something, and nobody can be asked here."
            )
            return replace(alone, asks=result.form, keeps=result.keeps)
        return _noted(conversation.notes, await self._result(result, context))

    async def _result(self, result: "CallToolResult", context: CallContext) -> ToolResult:
        from backend.mcp.results import outputs_of

        redacted = partial(redact_known, secrets=self._secrets())
        limit_bytes = self._settings.tool_output_limit_bytes
        outputs: tuple[Output, ...] = await asyncio.to_thread(
            outputs_of, result, limit_bytes, redacted
        )
        shown = [] if result.is_error else await self._app(result, limit_bytes, redacted)
        try:
            parts = await self._kept(shown, outputs, context)
        except MediaRefused as error:
            return failed_call("output_not_kept", clean_text(str(error)))
        if not result.is_error:
            return ToolResult(parts)
        said = next((part.text for part in parts if part.type == "text"), "")
        return ToolResult(parts, failed=True, error=shown_text(said, 500) or "It failed.")

    async def _app(
        self, result: "CallToolResult", limit_bytes: int, redacted: Callable[[str], str]
    ) -> list[Output]:
        """Returns what shows the result, or a word on why it cannot be had, or nothing."""
        try:
            app = await self._apps.page(self._named)
            if app is None:
                return []
            data = as_output(result.structured_content, limit_bytes, redacted)
            meta = as_output(_own(result.meta), limit_bytes, redacted)
        except (ServerUnavailable, CallFailed, UnusableOutput) as error:
            return [self._no_app(error)]
        return [
            replace(
                app,
                data=data if isinstance(data, dict) else None,
                meta=meta if isinstance(meta, dict) and meta else None,
            )
        ]

    async def _kept(
        self, shown: list[Output], outputs: Iterable[Output], context: CallContext
    ) -> tuple[Part, ...]:
        """Keeps what was returned, without its app if that is what cannot be kept. Raises
        `MediaRefused`."""
        try:
            return await kept_parts(
                (*shown, *outputs),
                {},
                self._files,
                context.owner,
                context.thread_id,
                context.history,
            )
        except MediaRefused as error:
            if not any(isinstance(each, App) for each in shown):
                raise
            return await self._kept([self._no_app(error)], outputs, context)

    def _no_app(self, error: Exception) -> TextPart:
        told = shown_text(redact_beginning(str(error), self._secrets(), MAX_ERROR_CHARS), 500)
        log.warning("%s: its app cannot be shown: %s", self.title, told)
        return TextPart(text=f"[Its app cannot be shown: {told}]")

    def _failure(self, code: str, message: str) -> ToolResult:
        told = redact_beginning(message, self._secrets(), MAX_ERROR_CHARS)
        return failed_call(code, clean_text(told))


def _noted(notes: Sequence[str], result: ToolResult) -> ToolResult:
    """Returns the result with sentences before it."""
    said = tuple(TextPart(text=note) for note in notes)
    return replace(result, parts=(*said, *result.parts)) if said else result


def _own(meta: Any) -> dict[str, Any]:
    """Returns what a server says beside a result, without what the protocol says there."""
    return {key: meta[key] for key in meta or {} if not key.startswith("io.modelcontextprotocol/")}


def default_approval(tool: RemoteTool) -> ApprovalPolicy:
    """Returns what the server's own hints lead to."""
    return "never" if tool.is_read_only else "ask"


def spec_of(named: NamedTool) -> FunctionSpec:
    """Returns what a model reads of a tool."""
    tool = named.tool
    return FunctionSpec(
        named.name,
        clean_text(tool.description)[:MAX_DESCRIPTION_CHARS] or tool.name,
        tool.arguments.schema,
        tool.arguments.strict,
        tool.fingerprint,
        f"mcp:{named.server}",
    )
