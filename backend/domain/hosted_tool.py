"""Built-in tools that a server may run itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

HostedTool = Literal["code_interpreter", "file_search", "image_generation", "mcp", "web_search"]

EVERY_HOSTED_TOOL: Final[frozenset[HostedTool]] = frozenset(get_args(HostedTool))
"""What OpenAI runs."""

WEB_SEARCH: Final = "web_search"
IMAGE_GENERATION: Final = "image_generation"
SHELL: Final = "shell"
APPLY_PATCH: Final = "apply_patch"
"""Both run here, in the sandbox. OpenAI knows them as tools of its API."""
MCP_PREFIX: Final = "mcp:"

_MCP: Final = re.compile(r"mcp:([A-Za-z0-9_-]{1,64})=(https?://[^\s@/?#]+(?:[/?#]\S*)?)")


@dataclass(frozen=True, slots=True)
class McpServer:
    """A server of the Model Context Protocol whose tools the upstream calls."""

    label: str
    url: str


def mcp_server(tool: str) -> McpServer | None:
    """Returns the server that an assistant's tool `mcp:LABEL=URL` names, None for other tools.

    There is no user or password in the URL: tools are shown.
    """
    found = _MCP.fullmatch(tool)
    return McpServer(found[1], found[2]) if found else None


@dataclass(frozen=True, slots=True)
class HostedServer:
    """A server of our own configuration whose tools the upstream calls for a run."""

    label: str
    """Unlike that of any other server of the run."""
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    authorization: str | None = field(default=None, repr=False)
    """The access token of a login."""
    allowed: tuple[str, ...] | None = None
    """The tools that may be called, by the server's own names; None where they are not known."""
    runs: tuple[str, ...] = ()
    """Those of them that run without asking."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What is to be taken out of whatever the upstream says."""
