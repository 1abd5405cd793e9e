"""What the apps of servers consist of: their pages, what they may call, and what they read there.

https://github.com/modelcontextprotocol/ext-apps/blob/main/specification/2026-01-26/apps.mdx
"""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final

from backend.config.redaction import redact_known
from backend.domain.app import AppResource
from backend.domain.errors import AppError, NotFound
from backend.domain.frozen_model import FrozenModel
from backend.mcp.failures import CallFailed, ServerUnavailable
from backend.mcp.servers import McpServers, NamedTool
from backend.tools.app import App

MAX_READ_CHARS: Final = 4_194_304
"""Of a resource that an app reads; bytes are counted in base64."""
_FRESH_S: Final = 10.0
"""A page is wanted thrice in a row: what it may do, its document, and the copy that is kept."""


class NotRead(AppError):
    code = "not_read"
    status = 409


class AppTool(FrozenModel):
    """A tool as its server describes it to apps."""

    name: str
    title: str | None
    description: str
    input_schema: dict[str, Any]


class McpApps:
    def __init__(self, servers: McpServers, secrets: Callable[[], Collection[str]]) -> None:
        """`secrets` returns what is taken out of every text."""
        self._servers = servers
        self._secrets = secrets
        self._pages: dict[tuple[str, int, str], tuple[float, App]] = {}

    async def page(self, named: NamedTool) -> App | None:
        """Returns the app of a tool, None for a tool that has none.

        Raises `ServerUnavailable` and `CallFailed`.
        """
        from backend.mcp.app_resource import app_in

        uri, connection = named.tool.app_uri, named.connection
        if uri is None:
            return None
        now = time.monotonic()
        self._pages = {key: kept for key, kept in self._pages.items() if kept[0] > now}
        place = named.server, connection.status.starts, uri
        if place not in self._pages:
            resource = await connection.resource(uri)
            app = app_in(resource, named.tool.title or named.tool.name)
            page = await asyncio.to_thread(self._redacted, str(app.html))
            app = replace(app, html=page, title=app.title and self._redacted(app.title))
            self._pages[place] = time.monotonic() + _FRESH_S, app
        _, app = self._pages[place]
        return replace(app, tools=self._callable(named.server))

    async def opening(self, tool: str) -> App:
        """Returns the app of a tool, by our name of the tool, for a call that is not over.

        Raises `NotFound` and `NotRead`.
        """
        named = self._find(tool)
        try:
            app = None if named is None else await self.page(named)
        except (ServerUnavailable, CallFailed) as error:
            raise NotRead(f"The app cannot be read: {self._redacted(str(error))}") from None
        if app is None:
            raise NotFound("There is no such app here.")
        return app

    def about(self, tool: str) -> AppTool | None:
        """Returns what its app is told of a tool, None for one that no server has."""
        if (named := self._find(tool)) is None:
            return None
        remote = named.tool
        return AppTool(
            name=remote.name,
            title=remote.title,
            description=remote.description,
            input_schema=remote.schema,
        )

    async def read(self, tool: str, uri: str) -> tuple[AppResource, ...]:
        """Returns a resource of the server of this tool. Raises `NotFound` and `NotRead`."""
        if (named := self._find(tool)) is None:
            raise NotFound("The server of this app is not there any more.")
        from backend.mcp.app_resource import contents_of

        try:
            result = await named.connection.resource(uri)
            return await asyncio.to_thread(contents_of, result, MAX_READ_CHARS, self._redacted)
        except (ServerUnavailable, CallFailed) as error:
            raise NotRead(self._redacted(str(error))) from None

    def _callable(self, server: str) -> dict[str, str]:
        """Returns the tools that an app of a server may call: its own names, and ours."""
        return {
            each.tool.name: each.name
            for each in self._servers.tools()
            if each.server == server and each.is_enabled and "app" in each.tool.callers
        }

    def _find(self, tool: str) -> NamedTool | None:
        tools = self._servers.tools()
        return next((each for each in tools if each.name == tool and each.is_enabled), None)

    def _redacted(self, text: str) -> str:
        return redact_known(text, self._secrets())
