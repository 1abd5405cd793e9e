"""The demo server's app: a packing list to tick off, its tools, and what it reads."""

from pathlib import Path
from typing import Annotated, Final

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

_ADDRESS: Final = "ui://demo/packing.html"
_READS: Final = ToolAnnotations(read_only_hint=True)
_ALWAYS: Final = ("Passport", "Toothbrush", "Charger")
_A_DAY: Final = ("Shirts", "Socks", "Books")
_MORE: Final = ("Umbrella", "Sunglasses", "Map", "Water bottle", "Camera", "Notebook")


class PackingList(BaseModel):
    where: str
    things: list[str]


class Thing(BaseModel):
    thing: str


def add_packing(server: MCPServer) -> None:
    """Give the server the app, the tool that shows it, and the tool and resource that it uses."""

    @server.resource(_ADDRESS, mime_type="text/html;profile=mcp-app")
    def packing_page() -> str:
        return Path(__file__).with_name("packing.html").read_text(encoding="utf-8")

    @server.resource("demo://packing/tips", mime_type="text/plain")
    def packing_tips() -> str:
        return "Roll what is soft. Heavy things go near the wheels."

    @server.tool(title="Packing list", annotations=_READS, meta={"ui": {"resourceUri": _ADDRESS}})
    def packing_list(
        where: Annotated[str, Field(min_length=1, max_length=80)],
        days: Annotated[int, Field(ge=1, le=60)] = 3,
    ) -> PackingList:
        """Show a list to pack by, in an app of its own."""
        things = [*_ALWAYS, *(f"{each} for {days} days" for each in _A_DAY)]
        return PackingList(where=where, things=things)

    @server.tool(annotations=_READS, meta={"ui": {"visibility": ["app"]}})
    def one_more(have: list[str]) -> Thing:
        """Find something that is not on the list. For the app alone."""
        for thing in _MORE:
            if thing not in have:
                return Thing(thing=thing)
        raise ToolError("You have everything.")
