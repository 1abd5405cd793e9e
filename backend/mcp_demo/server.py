"""The tools of the demo server, one for each thing that a tool of MCP can do."""

import asyncio
from typing import Annotated, Any

from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import METHOD_NOT_FOUND, ToolAnnotations
from pydantic import BaseModel, Field

from backend.mcp_demo.offers import add_note, add_prompts, add_resources
from backend.mcp_demo.packing import add_packing
from backend.mcp_demo.questions import STATE, add_questions
from backend.mcp_demo.square import square

READS = ToolAnnotations(read_only_hint=True)


class Rolled(BaseModel):
    rolls: list[int]
    sum: int


class Note(BaseModel):
    number: int
    text: str


def create_server(*, legacy: bool = False) -> MCPServer:
    """Returns a server with notes of its own. A `legacy` one speaks no revision after 2025-11-25, in which
    a call stays open while its server asks."""
    server = MCPServer(
        "demo",
        instructions="Tools to try a client with.",
        request_state_security=STATE,
        middleware=[_knows_no_discovery] if legacy else [],
    )
    notes: list[str] = []

    @server.tool(annotations=READS)
    def add(a: float, b: float) -> float:
        """Add two numbers."""
        return a + b

    @server.tool(annotations=READS)
    async def count(
        context: Context,
        to: Annotated[int, Field(ge=1, le=100)] = 5,
        pause_s: Annotated[float, Field(ge=0, le=10)] = 0.2,
    ) -> str:
        """Count slowly, and tell how far it is."""
        for number in range(1, to + 1):
            await asyncio.sleep(pause_s)
            await context.report_progress(number, to, f"{number} of {to}")
        return f"Counted to {to}."

    @server.tool(annotations=READS)
    def picture(color: Annotated[str, Field(pattern="^[0-9a-fA-F]{6}$")] = "3366cc") -> Image:
        """Draw a square of one colour, given as six hexadecimal digits."""
        return Image(data=square(bytes.fromhex(color)), format="png")

    @server.tool(annotations=READS)
    def roll(dice: Annotated[list[int], Field(description="What each die shows.")]) -> Rolled:
        """Add dice up, and return a structure."""
        return Rolled(rolls=dice, sum=sum(dice))

    @server.tool(annotations=ToolAnnotations(destructive_hint=False))
    async def save_note(context: Context, text: str) -> Note:
        """Keep a note until the server stops. Clients ask before this one."""
        notes.append(text)
        add_note(server, len(notes), text)
        await context.notify_resources_changed()
        return Note(number=len(notes), text=text)

    @server.tool(annotations=READS)
    def fail(reason: str = "This tool always fails.") -> str:
        """Fail with a reason."""
        raise ToolError(reason)

    add_packing(server)
    add_questions(server)
    add_resources(server)
    add_prompts(server)
    return server


async def _knows_no_discovery(
    ctx: ServerRequestContext[Any, Any], call_next: CallNext
) -> HandlerResult:
    if ctx.method == "server/discover":
        raise MCPError(METHOD_NOT_FOUND, "Method not found")
    return await call_next(ctx)
