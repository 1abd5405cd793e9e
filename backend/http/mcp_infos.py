"""What the API tells of an MCP server and its tools."""

from collections.abc import Mapping
from typing import Any, Literal

from backend.domain.action import ApprovalPolicy
from backend.domain.text import json_text
from backend.http.mcp_models import McpLeftOut, McpLoginInfo, McpServerInfo, McpToolInfo
from backend.mcp.connection import Connection
from backend.mcp.hidden import hidden
from backend.mcp.secrets import shown_target
from backend.mcp.server_config import HttpServer
from backend.mcp.servers import NamedTool
from backend.mcp.tool import default_approval, spec_of
from backend.tools.policy import policy_of


def server_info(
    connection: Connection,
    entry: Any,
    tools: list[NamedTool],
    policies: Mapping[str, ApprovalPolicy],
) -> McpServerInfo:
    config, status = connection.config, connection.status
    kind: Literal["stdio", "http"] = "http" if isinstance(config.target, HttpServer) else "stdio"
    return McpServerInfo(
        name=config.name,
        kind=None if config.target is None else kind,
        target=shown_target(config),
        entry=json_text(hidden(entry), indent=2),
        state=status.state,
        reason=status.reason,
        log=connection.log.end(),
        version=status.version,
        starts=status.starts,
        login=_login(connection),
        can_log_in=isinstance(config.target, HttpServer) and not config.target.has_token,
        hosted_by=config.hosted_by,
        tools=tuple(tool_info(named, policies) for named in tools),
        left_out=tuple(
            McpLeftOut(name=each.name, reason=each.reason) for each in connection.tools.left_out
        ),
    )


def _login(connection: Connection) -> McpLoginInfo | None:
    login = connection.login
    if login is None:
        return None
    return McpLoginInfo(issuer=login.issuer, expires_at=login.expires_at, renewed=login.is_renewed)


def tool_info(named: NamedTool, policies: Mapping[str, ApprovalPolicy]) -> McpToolInfo:
    return McpToolInfo(
        name=named.tool.name,
        called=named.name,
        title=named.tool.title,
        description=named.tool.description,
        enabled=named.tool.name not in named.connection.config.disabled_tools,
        approval=policy_of(spec_of(named), default_approval(named.tool), policies),
        default_approval=default_approval(named.tool),
    )
