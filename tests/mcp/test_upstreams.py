"""An upstream that keeps its own assistants calls the tools of MCP servers as functions."""

import json
from pathlib import Path

from backend.domain.items import FunctionCall
from tests.mcp.servers import DEMO, McpApp
from tests.scripted import ScriptedUpstream
from tests.upstreams.assistants.runs import Call, Round, Say
from tests.upstreams.assistants.test_app import ask, chat

ADD = "function:demo__add"


async def test_an_assistant_of_the_assistants_api_is_given_a_tool_and_calls_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"demo": DEMO}}))
    rounds: list[Round] = [(Call("demo__add", a=1, b=2),), (Say("Three."),)]
    async with chat(tmp_path, rounds) as app:
        mcp = McpApp(app.app, ScriptedUpstream(), app.http, tmp_path / "mcp.json")
        await mcp.until("demo", "ready")
        assert ADD in (await app.http.get("/api/setup")).json()["tools"]
        body = {"name": "Ada", "model": "gpt-4.1", "tools": [ADD]}
        saved = await app.http.put("/api/setup/assistant", json=body)
        assert saved.json()["state"]["assistant"]["tools"] == [ADD]
        async with app.app.socket() as socket:
            assert (await ask(socket, "Add.")).status == "completed"
            [call] = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
    assert call.title == "demo · add"
    assert call.output == {"result": 3.0}
