"""The servers whose tools the upstream calls itself: what it is told of them.

The configuration says so, a server each, and names the one upstream that may know its secrets. With
any other upstream their tools are called here.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from backend.domain.action import ApprovalPolicy
from backend.domain.assistant import Assistant
from backend.domain.hosted_tool import MCP_PREFIX, HostedServer, mcp_server
from backend.mcp.connection import Connection
from backend.mcp.failures import CallFailed, ServerUnavailable
from backend.mcp.secrets import secrets_in
from backend.mcp.server_config import HttpServer, ServerConfig
from backend.mcp.servers import McpServers, NamedTool
from backend.mcp.tool import default_approval, spec_of
from backend.tools.policy import policy_of

RENEWAL_TIMEOUT_S: Final = 10.0
_LABEL: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Hosting:
    """What an upstream runs for an assistant."""

    servers: tuple[HostedServer, ...]
    notes: tuple[str, ...]
    """Why servers are left out, a sentence each."""


class HostedServers:
    def __init__(self, servers: McpServers) -> None:
        self._servers = servers

    def names(self, host: str | None) -> frozenset[str]:
        """Returns the servers that the upstream of this origin runs, such as `mcp:NAME`. None is one
        that runs none."""
        configs = (connection.config for connection in self._servers.connections())
        return frozenset(MCP_PREFIX + each.name for each in configs if _is_hosted(each, host))

    async def of(
        self, assistant: Assistant, host: str | None, policies: Mapping[str, ApprovalPolicy]
    ) -> Hosting:
        """Returns those of an assistant. `policies` say which tools ask."""
        taken = {server.label for server in map(mcp_server, assistant.tools) if server is not None}
        servers, notes = list[HostedServer](), list[str]()
        for connection in self._servers.connections():
            config = connection.config
            if not _is_hosted(config, host) or not _is_given(config, assistant.tools):
                continue
            tools = [each for each in self._servers.tools() if each.connection is connection]
            allowed = _allowed(config, tools, assistant.tools)
            if allowed is None and config.disabled_tools:
                notes.append(
                    f"The MCP server {config.name} was left out: some of its tools are switched off, "
                    "and which others it has is not known here."
                )
                continue
            if allowed == ():
                continue
            token = await _access_token(connection)
            assert isinstance(config.target, HttpServer)
            servers.append(
                HostedServer(
                    label=_label(config.name, taken),
                    url=config.target.url,
                    headers=config.target.headers,
                    authorization=token,
                    allowed=allowed,
                    runs=tuple(_without_asking(tools, policies)),
                    secrets=secrets_in(config) | ({token} if token is not None else set()),
                )
            )
        return Hosting(tuple(servers), tuple(notes))


def _is_hosted(config: ServerConfig, host: str | None) -> bool:
    is_running = isinstance(config.target, HttpServer) and not config.is_disabled
    return host is not None and config.hosted_by == host and is_running


def _is_given(config: ServerConfig, wanted: Iterable[str]) -> bool:
    name = MCP_PREFIX + config.name
    return any(tool == name or tool.startswith(f"{name}/") for tool in wanted)


def _allowed(
    config: ServerConfig, tools: Sequence[NamedTool], wanted: Collection[str]
) -> tuple[str, ...] | None:
    """Returns the tools that may be called, None where any may."""
    if tools:
        return tuple(named.tool.name for named in tools if named.is_given(wanted))
    name = MCP_PREFIX + config.name
    if name in wanted:
        return None
    single = (tool.removeprefix(f"{name}/") for tool in wanted if tool.startswith(f"{name}/"))
    return tuple(tool for tool in single if tool not in config.disabled_tools)


def _without_asking(
    tools: Iterable[NamedTool], policies: Mapping[str, ApprovalPolicy]
) -> Iterable[str]:
    for named in tools:
        if policy_of(spec_of(named), default_approval(named.tool), policies) != "ask":
            yield named.tool.name


async def _access_token(connection: Connection) -> str | None:
    """Returns the token of a login, renewed where it has ended."""
    target, login = connection.config.target, connection.login
    if login is None or not isinstance(target, HttpServer) or target.has_token:
        return None
    if login.expires_at is not None and login.expires_at < time.time():
        # Whatever is asked renews it.
        with suppress(ServerUnavailable, CallFailed, TimeoutError):
            async with asyncio.timeout(RENEWAL_TIMEOUT_S):
                await connection.ask(lambda session: session.tools())
        login = connection.login or login
    token: str = login.tokens["access_token"]
    return token


def _label(name: str, taken: set[str]) -> str:
    """Returns a label that the API takes, and keeps it from being given again."""
    if _LABEL.fullmatch(name) is None or name in taken:
        mark = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:8]
        name = f"s_{_UNFIT.sub('_', name)[:40]}_{mark}"
    taken.add(name)
    return name
