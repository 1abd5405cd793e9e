"""The tools of a server: as it listed them last, and as they were when they were last called."""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from backend.mcp.failures import CallFailed, LeftOut, SessionFailed
from backend.mcp.remote_tool import RemoteTool, shown_text
from backend.mcp.server_log import ServerLog
from backend.mcp.tool_files import KnownTools

if TYPE_CHECKING:  # It loads the SDK.
    from backend.mcp.session import Session

log = logging.getLogger(__name__)

MAX_CALLED: Final = 1_000
"""Tools of a server whose state at their last call is kept."""
LIST_TIMEOUT_S: Final = 60.0
LIST_PAUSE_S: Final = 0.5

_HIDES: Final = "It holds characters that nobody sees, in its name or in those of its arguments."


class ToolList:
    def __init__(
        self,
        server: str,
        server_log: ServerLog,
        secrets: Collection[str],
        keep: Callable[[KnownTools], None],
    ) -> None:
        """`secrets` are taken out of descriptions; more may come. `keep` gets what is known of the tools
        whenever that is more, in a thread."""
        self._server = server
        self._log = server_log
        self._secrets = secrets
        self._keep = keep
        self._keeping = asyncio.Lock()
        self.listed: tuple[RemoteTool, ...] = ()
        """The last that were listed, also while the connection is lost or not made yet."""
        self.called: dict[str, RemoteTool] = {}
        """By name, as they were when they were last called."""
        self.left_out: tuple[LeftOut, ...] = ()
        """Those that nobody can use."""

    def restore(self, known: KnownTools) -> None:
        """Begin with what was known before this process."""
        self.listed, self.called = known.tools, dict(known.called)

    def check(self, tool: RemoteTool) -> None:
        """Raises `CallFailed` for a tool that is not what it was when somebody allowed its call."""
        present = next((each for each in self.listed if each.name == tool.name), None)
        if present is None:
            raise CallFailed(f"The MCP server {self._server} has no tool {tool.name} any more.")
        if present.fingerprint != tool.fingerprint:
            raise CallFailed(
                f"The call was not made, since the MCP server {self._server} has changed its tool "
                f"{tool.name}. Look at it again."
            )

    async def remember(self, tool: RemoteTool) -> None:
        """Keep what a tool was when it was called."""
        if self.called.get(tool.name) != tool:
            # The last ones are kept.
            self.called.pop(tool.name, None)
            self.called[tool.name] = tool
            await self._write()

    async def list(self, session: "Session") -> None:
        """Have them listed. Raises `SessionFailed`."""
        tools = await session.tools()

        def readable() -> list[RemoteTool]:
            return [tool.without(secrets) for tool in tools]

        secrets = [*self._secrets]
        read = await asyncio.to_thread(readable)
        self.listed = tuple(tool for tool in read if not tool.hides)
        hiding = (LeftOut(shown_text(tool.name, 80), _HIDES) for tool in read if tool.hides)
        self.left_out = tuple(
            LeftOut(self._log.redacted(each.name), self._log.redacted(each.reason))
            for each in (*session.left_out, *hiding)
        )
        await self._write()

    async def follow(self, session: "Session") -> None:
        """Runs until it is cancelled: lists them again whenever they have changed."""
        while True:
            await session.tools_changed.wait()
            session.tools_changed.clear()
            try:
                async with asyncio.timeout(LIST_TIMEOUT_S):
                    await self.list(session)
            except (TimeoutError, SessionFailed) as failed:
                said = self._log.redacted(str(failed) or "It did not answer in time.")
                log.warning("The MCP server %s: %s", self._server, said)
            # A server that changes them without end is not asked without end.
            await asyncio.sleep(LIST_PAUSE_S)

    async def _write(self) -> None:
        async with self._keeping:
            known = KnownTools(self.listed, dict([*self.called.items()][-MAX_CALLED:]))
            await asyncio.to_thread(self._keep, known)
