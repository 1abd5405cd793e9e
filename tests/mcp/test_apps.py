"""Apps of MCP servers: their page with each result, and the tools that they may call."""

from pathlib import Path

from backend.domain.app import AppDomains, AppPart
from backend.domain.parts import JsonPart, TextPart
from tests.mcp.servers import mcp_app, python

SERVER = """
from mcp.server import MCPServer
from mcp_types import ToolAnnotations

server = MCPServer("clock")
UI = {"ui": {"resourceUri": "ui://clock/app.html"}}
READS = ToolAnnotations(read_only_hint=True)

@server.resource("ui://clock/app.html", mime_type="text/html;profile=mcp-app", meta={"ui": {
    "prefersBorder": False,
    "csp": {"connectDomains": ["https://api.example.com/", "x; script-src *", 5], "frameDomains": "no"},
}})
def page() -> str:
    return "<p>Clock</p>"

@server.resource("ui://clock/plain.html", mime_type="text/html")
def plain() -> str:
    return "<p>No app</p>"

@server.tool(meta=UI, annotations=READS)
def now() -> dict[str, str]:
    "Tell the time."
    return {"time": "12:00"}

@server.tool(meta={"ui": {"resourceUri": "ui://clock/app.html", "visibility": ["app"]}})
def wind() -> str:
    "Wind the clock."
    return "wound"

@server.tool(meta={"ui": {"visibility": ["model"]}}, annotations=READS)
def secret() -> str:
    "For the model alone."
    return "secret"

@server.resource("ui://clock/vast.html", mime_type="text/html;profile=mcp-app")
def vast() -> str:
    return "<p>" + "x" * 5_000_000

@server.tool(meta={"ui": {"resourceUri": "ui://clock/vast.html"}}, annotations=READS)
def much() -> str:
    "Has an app that nobody can keep."
    return "much"

@server.tool(meta={"ui": {"resourceUri": "ui://clock/plain.html"}}, annotations=READS)
def without() -> str:
    "Has no app after all."
    return "nothing to see"

server.run()
"""


async def test_a_result_comes_with_the_page_of_its_tool_which_may_call_its_own_server(
    tmp_path: Path,
) -> None:
    async with mcp_app(tmp_path, {"clock": python(SERVER)}) as app:
        await app.until("clock", "ready")
        call, told = await app.call("clock__now")
        plain, _ = await app.call("clock__without")
        vast, told_of_vast = await app.call("clock__much")
        offered = {each.name for each in app.upstream.sessions[0].request.functions}
    shown, value = call.outputs
    assert isinstance(shown, AppPart)
    assert value == JsonPart(value={"time": "12:00"})
    assert shown.data == {"time": "12:00"}
    assert shown.domains == AppDomains(connect=("https://api.example.com",))
    assert shown.prefers_border is False
    assert shown.tools == {
        "now": "clock__now", "wind": "clock__wind", "without": "clock__without",
        "much": "clock__much",
    }  # fmt: skip
    assert told.splitlines()[0].startswith("[Shown to the user: the app ")
    assert "<p>" not in told
    for call, reason in ((plain, "is not of the type"), (vast, "is larger than 4,194,304 bytes")):
        assert call.status == "completed"
        assert not any(isinstance(part, AppPart) for part in call.outputs)
        word, *others = call.outputs
        assert isinstance(word, TextPart)
        assert word.text.startswith("[Its app cannot be shown: ")
        assert reason in word.text
        assert others != []
    assert told_of_vast.endswith("bytes.]\nmuch")
    assert {"clock__now", "clock__secret"} <= offered
    assert "clock__wind" not in offered
