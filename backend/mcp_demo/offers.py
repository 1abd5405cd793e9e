"""The resources and prompts of the demo server, one for each thing that they can do."""

from typing import Annotated, Final

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.prompts.base import AssistantMessage, Message, UserMessage
from mcp.server.mcpserver.resources import TextResource
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    EmbeddedResource,
    PromptReference,
    ResourceTemplateReference,
    TextResourceContents,
)
from pydantic import Field

from backend.mcp_demo.square import square

_GUIDE: Final = """# A guide to the harbour

The basin is 4 m deep at low tide. Boats with more draught wait outside until the water rises.

- The crane works from 7 to 16 o'clock.
- Call the harbour on channel 12.
"""
_TIDES: Final = {
    "Bergen": ("Norway", ("05:12", "17:38")),
    "Brest": ("France", ("03:40", "16:05")),
    "Bristol": ("England", ("06:55", "19:21")),
    "Cuxhaven": ("Germany", ("00:48", "13:10")),
}
_STYLES: Final = ("a child", "a sailor", "an engineer")


def add_resources(server: MCPServer) -> None:
    @server.resource("demo://guide", title="A guide to the harbour", mime_type="text/markdown")
    def guide() -> str:
        """What somebody should know who comes by boat."""
        return _GUIDE

    @server.resource("demo://flag", title="The flag of the harbour", mime_type="image/png")
    def flag() -> bytes:
        """A picture."""
        return square(bytes.fromhex("1d6b3a"))

    @server.resource("demo://tides/{place}", title="High water", mime_type="text/plain")
    def tides(place: str) -> str:
        """When the water is high today at a place."""
        if place not in _TIDES:
            raise ValueError(f"Nobody measures tides at {place}.")
        country, hours = _TIDES[place]
        return f"High water at {place} in {country}: {' and '.join(hours)}.\n"

    @server.completion()  # type: ignore[no-untyped-call, untyped-decorator]
    async def complete(
        reference: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        known = _STYLES if argument.name == "reader" else tuple(_TIDES)
        begun = argument.value.casefold()
        return Completion(values=[each for each in known if each.casefold().startswith(begun)])


def add_note(server: MCPServer, number: int, text: str) -> None:
    """Make a note that was saved a resource."""
    server.add_resource(
        TextResource(
            uri=f"note://{number}", name=f"note-{number}", title=f"Note {number}", text=text
        )
    )


def add_prompts(server: MCPServer) -> None:
    @server.prompt(title="Explain something")
    def explain(
        subject: Annotated[str, Field(description="What to explain.")],
        reader: Annotated[str, Field(description="Whom it is for.")] = "a child",
    ) -> str:
        """Have something explained to somebody."""
        return f"Explain {subject} to {reader}, in three sentences."

    @server.prompt(title="Plan to come in")
    def arrival(
        place: Annotated[str, Field(description="Where the boat goes.")],
    ) -> list[Message]:
        """Plan when a boat can come in, with the guide to the harbour."""
        guide = TextResourceContents(uri="demo://guide", mime_type="text/markdown", text=_GUIDE)
        return [
            UserMessage(f"When can I come in at {place}? Here is the guide."),
            UserMessage(EmbeddedResource(resource=guide)),
            AssistantMessage("How much draught has your boat?"),
            UserMessage("She draws 4.2 m."),
        ]
