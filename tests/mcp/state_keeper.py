"""A server that has its state kept by the client: it answers calls with `input_required`.

https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr
"""

from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp_types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    SamplingMessage,
    TextContent,
    ToolAnnotations,
)

READS = ToolAnnotations(read_only_hint=True)
SECRET = "the server's own state"


def asked(message: str, **properties: Any) -> ElicitRequest:
    schema = {"type": "object", "properties": properties or {"answer": {"type": "string"}}}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def told(context: Context) -> dict[str, Any]:
    return {
        key: (given.action, given.content)
        for key, given in (context.input_responses or {}).items()
        if isinstance(given, ElicitResult)
    }


def create_server() -> MCPServer:
    server = MCPServer("keeper")

    @server.tool(annotations=READS)
    def two_at_once(context: Context) -> str | InputRequiredResult:
        if context.request_state is None:
            requests = {"first": asked("First?"), "second": asked("Second?")}
            return InputRequiredResult(input_requests=requests, request_state=SECRET)
        return f"{context.request_state == SECRET} {told(context)}"

    @server.tool(annotations=READS)
    def later(context: Context) -> str | InputRequiredResult:
        """Wants only to be called again, three times."""
        times = int(context.request_state or "0")
        return (
            f"Called {times} times."
            if times == 3
            else InputRequiredResult(request_state=str(times + 1))
        )

    @server.tool(annotations=READS)
    def much(context: Context) -> str | InputRequiredResult:
        return InputRequiredResult(
            input_requests={"one": asked("One?")}, request_state="x" * 200_000
        )

    @server.tool(annotations=READS)
    def a_model(context: Context) -> str | InputRequiredResult:
        message = SamplingMessage(role="user", content=TextContent(text="Hello"))
        params = CreateMessageRequestParams(messages=[message], max_tokens=10)
        return InputRequiredResult(input_requests={"one": CreateMessageRequest(params=params)})

    @server.tool(annotations=READS)
    def unshowable(context: Context) -> str | InputRequiredResult:
        """Asks for a structure until it gets one."""
        place = {"type": "object", "properties": {}}
        return InputRequiredResult(input_requests={"place": asked("Where?", place=place)})

    @server.tool(annotations=READS)
    def without_end(context: Context) -> str | InputRequiredResult:
        number = int(context.request_state or "0") + 1
        return InputRequiredResult(
            input_requests={"next": asked(f"Number {number}?")}, request_state=str(number)
        )

    return server
