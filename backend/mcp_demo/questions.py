"""Tools that ask something in the middle of a call: with a form, and with an address to open.

The SDK asks in the open call where the client speaks a revision before 2026-07-28, and else ends the
call, which is then made again with the answer.
"""

import secrets
from datetime import date
from typing import Annotated, Literal

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.server.request_state import RequestStateSecurity
from mcp_types import (
    ElicitRequest,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
    ToolAnnotations,
)
from pydantic import BaseModel, Field

STATE = RequestStateSecurity(keys=["there is nothing to protect here"], ttl=14 * 24 * 3600)
"""With a key that lasts, so that what was asked can be answered once the server runs again."""


READS = ToolAnnotations(read_only_hint=True)


class Trip(BaseModel):
    where: str = Field(title="Where to?", min_length=1, max_length=80)
    how: Literal["by train", "by bike", "by ship"] = Field("by train", title="How?")
    days: int = Field(3, title="For how many days?", ge=1, le=60)
    luggage: list[Literal["a tent", "a camera", "a book"]] = Field([], title="With what?")
    first: date | None = Field(None, title="From which day on?")
    insured: bool = Field(False, title="With an insurance?")


def add_questions(server: MCPServer) -> None:
    @server.tool(annotations=READS)
    def plan_trip(trip: Annotated[ElicitationResult[Trip], Resolve(_ask_for_trip)]) -> str:
        """Ask the user for a trip, with each kind of field once, and repeat it."""
        match trip:
            case AcceptedElicitation(data=data):
                return f"{data.days} days to {data.where} {data.how}: {data.model_dump_json()}"
            case _:
                return f"No trip: the user chose to {trip.action}."

    @server.tool(annotations=READS)
    async def open_page(
        context: Context, url: str = "https://example.com/"
    ) -> str | InputRequiredResult:
        """Ask the user to open an address."""
        why = "Look at this page, then go on."
        if context.request_context.protocol_version >= "2026":
            answered = (context.input_responses or {}).get("page")
            if answered is None:
                asked = ElicitRequest(params=ElicitRequestURLParams(message=why, url=url))
                return InputRequiredResult(input_requests={"page": asked})
            action = answered.action if isinstance(answered, ElicitResult) else "cancel"
        else:
            action = (await context.elicit_url(why, url, secrets.token_hex(8))).action
        return f"The user chose to {action}."


def _ask_for_trip() -> Elicit[Trip]:
    return Elicit("Where shall the trip go?", Trip)
