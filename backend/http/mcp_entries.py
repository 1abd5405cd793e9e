"""Entries of the configuration of MCP servers, as requests name and change them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from backend.domain.errors import InvalidRequest, NotFound
from backend.mcp.entries import InvalidConfiguration, entries_of
from backend.mcp.server_config import ServerConfig
from backend.mcp.servers import McpServers, configured

MAX_AT_ONCE: Final = 10

Entries = dict[str, Any]
Change = Callable[[Entries], Mapping[str, Any]]


async def write(servers: McpServers, change: Change, field: str) -> None:
    """Change the file. Raises `InvalidRequest` about `field`, and what `McpServers.write` does."""
    try:
        await servers.write(change)
    except InvalidConfiguration as error:
        raise InvalidRequest(str(error), field=field) from None


def usable(text: str) -> Entries:
    """Returns the entries of a text. Raises `InvalidRequest` for one that is odd."""
    try:
        entries = entries_of(text)
        if not entries:
            raise InvalidConfiguration("There is no server in it.")
        if len(entries) > MAX_AT_ONCE:
            raise InvalidConfiguration(f"Add at most {MAX_AT_ONCE} servers at a time.")
        for name, entry in entries.items():
            check(configured(name, entry))
    except InvalidConfiguration as error:
        raise InvalidRequest(str(error), field="configuration") from None
    return entries


def check(config: ServerConfig) -> None:
    """Raises `InvalidConfiguration`."""
    if config.problem is not None:
        raise InvalidConfiguration(f"{config.name[:64]}: {config.problem}")


def entry_of(present: Entries, name: str) -> Entries:
    """Raises `NotFound`."""
    if not isinstance(entry := present.get(name), dict):
        raise missing(name)
    return entry


def missing(name: str) -> NotFound:
    return NotFound(f"There is no MCP server {name[:64]!r}.", code="mcp_server_missing")
