"""How the connection to a server is."""

from dataclasses import dataclass
from typing import Literal

State = Literal["starting", "ready", "failed", "needs_login", "disabled"]


@dataclass(frozen=True, slots=True)
class Status:
    state: State
    reason: str | None = None
    """Why it failed, or what was odd."""
    version: str | None = None
    """Of the protocol, once it is agreed on."""
    starts: int = 0
    """How many times the connection was made since the configuration was read."""

    def unavailable(self, server: str) -> str | None:
        """Returns in a sentence why no call can be made now, or None."""
        match self.state:
            case "ready":
                return None
            case "starting":
                return f"The MCP server {server} is still starting. Try again in a moment."
            case "disabled":
                return f"The MCP server {server} is switched off."
            case "needs_login":
                return f"The MCP server {server} wants a login. /setup says more."
            case "failed":
                return f"The MCP server {server} is not connected: {self.reason}"
