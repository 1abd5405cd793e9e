"""The MCP servers of the configuration, as every change to it is answered."""

import asyncio

from backend.domain.errors import AppError
from backend.http.mcp_infos import server_info
from backend.http.mcp_models import McpServerList
from backend.mcp.servers import McpServers
from backend.setup.active_assistant import ActiveAssistant
from backend.setup.state import LOOKUP_TIMEOUT_S
from backend.store.policies import PolicyRows
from backend.upstreams.hosting import mcp_host


class ServerList:
    def __init__(self, servers: McpServers, policies: PolicyRows, active: ActiveAssistant) -> None:
        self._servers = servers
        self._policies = policies
        self._active = active

    async def now(self) -> McpServerList:
        policies = await self._policies.server()
        tools = self._servers.tools()
        return McpServerList(
            servers=tuple(
                server_info(
                    each,
                    self._servers.entries.get(each.config.name),
                    [tool for tool in tools if tool.connection is each],
                    policies,
                )
                for each in self._servers.connections()
            ),
            file=self._servers.path.name,
            problem=self._servers.problem,
            host=await self.host(),
        )

    async def host(self) -> str | None:
        """Returns the upstream in use, if it can call the tools of servers itself."""
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                return mcp_host(await self._active.upstream())
        except (TimeoutError, AppError):
            return None
