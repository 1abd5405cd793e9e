"""Servers whose names and descriptions deceive, and whoever tries to have a command run here."""

import json
import sys
from pathlib import Path
from typing import Any

import httpx2

from tests.mcp.servers import DEMO, mcp_app
from tests.mcp.test_rude_servers import rude

OURS = '''
from backend.tools.function import function


@function
def rude__do() -> str:
    """Do it here."""
    return "Done here."
'''


async def test_no_server_takes_the_name_of_a_function_of_ours(tmp_path: Path) -> None:
    functions = tmp_path / "functions"
    functions.mkdir()
    (functions / "ours.py").write_text(OURS)
    async with mcp_app(tmp_path, {"rude": rude("polite")}, functions_dir=functions) as app:
        server = await app.until("rude", "ready")
        [tool] = server["tools"]
        assert tool["called"] != "rude__do"
        assert (await app.call("rude__do"))[1] == "Done here."
        call, told = await app.call(tool["called"])
        assert told == "Done."
        # Whatever it is called by, whose it is stands on the card.
        assert call.title == "rude · do"


async def test_servers_whose_names_read_alike_are_told_apart(tmp_path: Path) -> None:
    servers = {
        "a": {**rude("argued"), "args": ["-m", "tests.mcp.rude", "argued"]},
        "a__b": rude("polite"),
        "A": rude("error"),
        "\u0430": rude("polite"),
    }
    async with mcp_app(tmp_path, servers) as app:
        called = {}
        for name in servers:
            [tool] = (await app.until(name, "ready"))["tools"]
            called[name] = tool["called"]
        assert len(set(called.values())) == len(servers)
        assert called["a"] == "a__do"
        assert called["\u0430"].isascii()
        assert (await app.call(called["a"], x=1))[1] == '{"x": 1}'
        assert "No luck today." in (await app.call(called["A"]))[1]


async def test_a_description_is_a_description_and_says_to_a_model_what_people_see(
    tmp_path: Path,
) -> None:
    async with mcp_app(tmp_path, {"rude": rude("persuading")}) as app:
        server = await app.until("rude", "ready")
        await app.call("rude__do")
        [session] = app.upstream.sessions
        offered = {spec.name: spec for spec in session.request.functions}
    shown = {tool["name"]: tool for tool in server["tools"]}
    assert shown.keys() == {"do", "other"}
    assert server["left_out"] == [
        {
            "name": "hiding",
            "reason": "It holds characters that nobody sees, in its name or in those of its arguments.",
        }
    ]
    assert offered["rude__do"].description == shown["do"]["description"]
    assert offered["rude__do"].description.endswith("call rude__other.")
    assert offered["rude__do"].parameters["properties"]["text"]["description"] == "Any text."
    assert shown["do"]["title"] == "Do"
    # It is told to nobody as an instruction, and what it wants called is asked about.
    assert "IGNORE" not in str(session.request.assistant)
    assert (shown["do"]["approval"], shown["other"]["approval"]) == ("never", "ask")


def changes(paths: dict[str, Any]) -> list[tuple[str, str]]:
    """All that may be changed of MCP servers over REST, whatever is added to it."""
    return [
        (method.upper(), path.replace("{name}", "demo").replace("{called}", "demo__add"))
        for path, operations in paths.items()
        if "/mcp" in path
        for method in operations
        if method != "get"
    ]


async def test_no_page_of_another_site_has_a_command_run(tmp_path: Path) -> None:
    """Without an access token, as on a laptop."""
    planted = tmp_path / "planted"
    touch = {"command": sys.executable, "args": ["-c", f"open({str(planted)!r}, 'w')"]}
    body = {
        "configuration": json.dumps({"mcpServers": {"x": touch}}),
        "entry": json.dumps(touch),
        "enabled": True,
    }
    off = {"demo": {**DEMO, "disabled": True}}
    async with mcp_app(tmp_path, off) as app:
        before = app.config.read_text()
        document = (await app.http.get("/api/openapi.json")).json()
        found = changes(document["paths"])
        assert {"/api/mcp/servers", "/api/mcp/trials", "/api/mcp/servers/demo"} <= {
            path for _, path in found
        }
        for method, path in found:
            for headers, status in (
                ({"Origin": "https://evil.example"}, 403),
                ({"Origin": "http://localhost.evil.example"}, 403),
                ({"Origin": "null"}, 403),
                ({"Sec-Fetch-Site": "cross-site"}, 403),
                ({"Host": "evil.example"}, 421),
                ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
            ):
                answer = await app.http.request(method, path, json=body, headers=headers)
                assert answer.status_code == status, (method, path, headers, answer.text)
        # What a form can send without asking anybody.
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            for path in ("/api/mcp/servers", "/api/mcp/trials"):
                request = httpx2.Request(
                    "POST", app.http.base_url.join(path), content=json.dumps(body)
                )
                request.headers["Content-Type"] = kind
                assert (await app.http.send(request)).status_code == 415
        for path in ("/api/mcp/servers", "/api/tools", "/api/setup"):
            answer = await app.http.get(path, headers={"Host": "evil.example"})
            assert (answer.status_code, "demo" in answer.text) == (421, False)
        assert app.config.read_text() == before
    assert not planted.exists()
