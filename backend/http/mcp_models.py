"""The bodies of the API of MCP servers."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from backend.domain.action import ApprovalPolicy
from backend.domain.frozen_model import FrozenModel
from backend.mcp.status import State

Configuration = Annotated[str, StringConstraints(max_length=200_000)]


class McpToolInfo(FrozenModel):
    name: str
    """What the server calls it."""
    called: str
    """What a model calls it."""
    title: str | None
    description: str
    enabled: bool
    approval: ApprovalPolicy
    """Whether somebody is asked before a call."""
    default_approval: ApprovalPolicy
    """What the server's hints lead to."""


class McpLeftOut(FrozenModel):
    name: str
    reason: str


class McpLoginInfo(FrozenModel):
    issuer: str | None
    """The authorization server that gave the token."""
    expires_at: float | None
    """Unix time of the token's end; null where nobody said."""
    renewed: bool
    """Whether the token is renewed by itself when it ends."""


class McpLoginBegun(FrozenModel):
    address: str
    """Of the authorization server. It leads back here within ten minutes."""


class McpServerInfo(FrozenModel):
    name: str
    kind: Literal["stdio", "http"] | None
    """Null for an entry that cannot be used."""
    target: str
    """The command or the address, without secrets."""
    entry: str
    """Its entry in the configuration: JSON text with a mark in place of each secret."""
    state: State
    reason: str | None
    """Why it failed."""
    log: str
    """The end of what it wrote to its standard error, or logged."""
    version: str | None
    """Of the protocol, once it is agreed on."""
    starts: int
    """How many times it was connected to since its entry was last changed."""
    login: McpLoginInfo | None
    """Null where nobody has logged in."""
    can_log_in: bool
    """Whether it has an address, and its configuration no token for it."""
    hosted_by: str | None
    """The upstream that calls its tools itself while it is in use; null where this server always
    does."""
    tools: tuple[McpToolInfo, ...]
    left_out: tuple[McpLeftOut, ...]
    """What it lists but nobody can use, and why."""


class McpServerList(FrozenModel):
    servers: tuple[McpServerInfo, ...]
    file: str
    """The name of the configuration, without its folder."""
    problem: str | None
    """Why that file cannot be read."""
    host: str | None
    """The upstream in use, such as `https://api.openai.com`, where it can call the tools of servers
    with an address itself."""


class McpServersToAdd(FrozenModel):
    configuration: Configuration
    """JSON as the READMEs of servers show it, with or without `mcpServers` around it."""
    give: bool = True
    """Whether the default assistant gets their tools."""


class McpServersToTry(FrozenModel):
    configuration: Configuration


class McpServerUpdate(FrozenModel):
    entry: Configuration
    """JSON text. Where a secret stood, its mark keeps it."""


class McpSwitch(FrozenModel):
    enabled: bool


class McpPlace(FrozenModel):
    there: bool
    """Whether the upstream in use calls the server's tools itself. It is sent the server's address,
    headers and login, and no other upstream ever is."""
