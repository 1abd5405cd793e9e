"""The REST API of MCP servers: how each is, and changes to the configuration.

A configuration names programs to run. Who may come here at all may change it: whoever has the
access token or, without one, whoever is on this machine. `security/` lets nobody else in, and no
page of another site.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from backend.domain.errors import (
    AppError,
    InvalidRequest,
    NotFound,
    SettingsFileError,
    UpstreamError,
)
from backend.domain.hosted_tool import MCP_PREFIX
from backend.http.framework.api import endpoint
from backend.http.mcp_entries import Entries, check, entry_of, missing, usable, write
from backend.http.mcp_models import (
    McpPlace,
    McpServerList,
    McpServersToAdd,
    McpServerUpdate,
    McpSwitch,
)
from backend.http.mcp_server_list import ServerList
from backend.mcp import jsonc
from backend.mcp.hidden import revealed
from backend.mcp.logins import Logins
from backend.mcp.server_config import HOSTED_BY
from backend.mcp.servers import McpServers, configured
from backend.setup.active_assistant import ActiveAssistant
from backend.setup.assistants import DEMO_ASSISTANT_ID
from backend.upstreams.hosting import holds_assistants


class McpServerExists(AppError):
    code = "mcp_server_exists"
    status = 409


class McpServersApi:
    def __init__(
        self,
        servers: McpServers,
        server_list: ServerList,
        active: ActiveAssistant,
        logins: Logins,
    ) -> None:
        self._servers = servers
        self._list = server_list
        self._active = active
        self._logins = logins

    @endpoint("GET", "/api/mcp/servers", "List the MCP servers and their tools")
    async def list_servers(self) -> McpServerList:
        return await self._list.now()

    @endpoint(
        "POST",
        "/api/mcp/servers",
        "Add MCP servers",
        errors=(McpServerExists, SettingsFileError),
    )
    async def add_servers(self, body: McpServersToAdd) -> McpServerList:
        """Takes a configuration as the README of a server shows it, all of it or nothing. The
        servers are connected to in the background."""
        entries = usable(body.configuration)

        def change(present: Entries) -> Entries:
            for name in entries:
                if name in present:
                    raise McpServerExists(
                        f"There is an MCP server {name} already. Change or remove it first."
                    )
            return entries

        await write(self._servers, change, "configuration")
        if body.give:
            with suppress(UpstreamError):
                await self._give(entries)
        return await self._list.now()

    @endpoint(
        "PUT",
        "/api/mcp/servers/{name}",
        "Change an MCP server",
        errors=(NotFound, SettingsFileError),
    )
    async def update_server(self, name: str, body: McpServerUpdate) -> McpServerList:
        try:
            entry = jsonc.parse(body.entry)
        except ValueError as error:
            raise InvalidRequest(f"This is not JSON: {error}.", field="entry") from None

        def change(present: Entries) -> Entries:
            changed = revealed(entry, entry_of(present, name))
            check(configured(name, changed))
            return {name: changed}

        await write(self._servers, change, "entry")
        return await self._list.now()

    @endpoint(
        "PATCH",
        "/api/mcp/servers/{name}",
        "Switch an MCP server on or off",
        errors=(NotFound, SettingsFileError),
    )
    async def switch_server(self, name: str, body: McpSwitch) -> McpServerList:
        def change(present: Entries) -> Entries:
            entry = {key: each for key, each in entry_of(present, name).items() if key != "enabled"}
            entry["disabled"] = not body.enabled
            return {name: entry}

        await write(self._servers, change, "enabled")
        return await self._list.now()

    @endpoint(
        "PUT",
        "/api/mcp/servers/{name}/place",
        "Have the upstream call the tools of an MCP server, or this server",
        errors=(NotFound, SettingsFileError),
    )
    async def place_server(self, name: str, body: McpPlace) -> McpServerList:
        host = await self._list.host() if body.there else None
        if body.there and host is None:
            raise InvalidRequest(
                "The upstream in use calls no tools of MCP servers: this server calls them.",
                field="there",
            )

        def change(present: Entries) -> Entries:
            entry = {key: each for key, each in entry_of(present, name).items() if key != HOSTED_BY}
            changed = entry if host is None else {**entry, HOSTED_BY: host}
            check(configured(name, changed))
            return {name: changed}

        await write(self._servers, change, "there")
        return await self._list.now()

    @endpoint(
        "DELETE",
        "/api/mcp/servers/{name}",
        "Remove an MCP server",
        errors=(NotFound, SettingsFileError),
    )
    async def remove_server(self, name: str) -> McpServerList:
        def change(present: Entries) -> Mapping[str, Any]:
            if name not in present:
                raise missing(name)
            return {name: None}

        login = next(
            (each.login for each in self._servers.connections() if each.config.name == name), None
        )
        await write(self._servers, change, "name")
        if login is not None:
            self._logins.revoke(login)
        return await self._list.now()

    @endpoint(
        "POST", "/api/mcp/servers/{name}/retry", "Connect to an MCP server now", errors=(NotFound,)
    )
    async def retry(self, name: str) -> McpServerList:
        """Does nothing where it is connected or switched off."""
        self._servers.connection(name).retry()
        return await self._list.now()

    async def _give(self, entries: Entries) -> None:
        """Give the servers' tools to the default assistant, where it is kept here."""
        assistants = self._active.assistants
        async with assistants.changing:
            upstream = await self._active.upstream()
            default = await assistants.default(upstream)
            if default is None or default.id == DEMO_ASSISTANT_ID or holds_assistants(upstream):
                return
            tools = (*default.tools, *(MCP_PREFIX + name for name in entries))
            await assistants.save(upstream, replace(default, tools=tuple(dict.fromkeys(tools))))
