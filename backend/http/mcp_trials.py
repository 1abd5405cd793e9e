"""MCP servers that are tried before anybody adds them."""

import asyncio
from typing import Final

from backend.http.framework.api import endpoint
from backend.http.mcp_entries import usable
from backend.http.mcp_infos import server_info
from backend.http.mcp_models import McpServerList, McpServersToTry
from backend.mcp.servers import McpServers, NamedTool, configured

TRY_TIMEOUT_S: Final = 30.0


class McpTrialsApi:
    def __init__(self, servers: McpServers) -> None:
        self._servers = servers

    @endpoint("POST", "/api/mcp/trials", "Try MCP servers without adding them")
    async def try_servers(self, body: McpServersToTry) -> McpServerList:
        """Answers once each is connected or has failed, after half a minute at the latest."""
        entries = usable(body.configuration)
        tried = [self._servers.on_trial(configured(name, entry)) for name, entry in entries.items()]
        try:
            for connection in tried:
                connection.start()
            await asyncio.gather(*(each.started(TRY_TIMEOUT_S) for each in tried))
            infos = tuple(
                server_info(
                    each,
                    entries[each.config.name],
                    [NamedTool(tool.name, tool, each) for tool in each.tools.listed],
                    {},
                )
                for each in tried
            )
        finally:
            await asyncio.gather(*(each.close() for each in tried))
        return McpServerList(servers=infos, file=self._servers.path.name, problem=None, host=None)
