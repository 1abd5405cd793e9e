"""Which tools of MCP servers are switched on."""

from backend.domain.errors import NotFound, SettingsFileError
from backend.http.framework.api import endpoint
from backend.http.mcp_entries import Entries, entry_of, write
from backend.http.mcp_models import McpServerList, McpSwitch
from backend.http.mcp_server_list import ServerList
from backend.mcp.server_config import switched_off
from backend.mcp.servers import McpServers


class McpToolsApi:
    def __init__(self, servers: McpServers, server_list: ServerList) -> None:
        self._servers = servers
        self._list = server_list

    @endpoint(
        "PATCH",
        "/api/mcp/tools/{called}",
        "Switch a tool on or off",
        errors=(NotFound, SettingsFileError),
    )
    async def switch_tool(self, called: str, body: McpSwitch) -> McpServerList:
        """The tool is named as models call it."""
        named = next((each for each in self._servers.tools() if each.name == called), None)
        if named is None:
            raise NotFound(f"There is no tool {called[:64]!r} of an MCP server.")
        if body.enabled != named.is_enabled:

            def change(present: Entries) -> Entries:
                entry, tool = entry_of(present, named.server), named.tool.name
                off = [each for each in switched_off(entry) if each != tool]
                if not body.enabled:
                    off.append(tool)
                rest = {key: each for key, each in entry.items() if key != "disabledTools"}
                return {named.server: {**rest, "disabledTools": off} if off else rest}

            await write(self._servers, change, "enabled")
        return await self._list.now()
