"""MCP servers are added, changed and removed over REST, by those alone who may configure the server."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from backend.waiting import poll
from tests.mcp.servers import DEMO, POLL_S, McpApp, demo_over_http, mcp_app
from tests.patience import PATIENCE_S

TOKEN = "a-long-token-of-the-operator"


def pasted(**servers: Any) -> dict[str, Any]:
    return {"configuration": json.dumps({"mcpServers": servers})}


async def test_a_pasted_server_is_tried_added_switched_and_removed(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {}) as app:
        tried = (await app.http.post("/api/mcp/trials", json=pasted(demo=DEMO))).json()
        assert tried["servers"][0]["state"] == "ready"
        assert "add" in [tool["name"] for tool in tried["servers"][0]["tools"]]
        assert await app.servers() == {}

        added = await app.http.post("/api/mcp/servers", json=pasted(demo=DEMO))
        assert added.status_code == 200, added.text
        await app.until("demo", "ready")
        assert stat.S_IMODE(app.config.stat().st_mode) == 0o600
        again = await app.http.post("/api/mcp/servers", json=pasted(demo=DEMO))
        assert again.json()["error"]["code"] == "mcp_server_exists"

        await app.http.patch("/api/mcp/servers/demo", json={"enabled": False})
        assert (await app.servers())["demo"]["state"] == "disabled"
        await app.http.patch("/api/mcp/servers/demo", json={"enabled": True})
        await app.until("demo", "ready")

        await app.http.delete("/api/mcp/servers/demo")
        assert await app.servers() == {}
        for again in (
            await app.http.delete("/api/mcp/servers/demo"),
            await app.http.patch("/api/mcp/servers/demo", json={"enabled": False}),
            await app.http.put("/api/mcp/servers/demo", json={"entry": "{}"}),
            await app.http.post("/api/mcp/servers/demo/retry"),
        ):
            assert again.status_code == 404
            assert again.json()["error"]["code"] == "mcp_server_missing"
        assert json.loads(app.config.read_text()) == {"mcpServers": {}}


async def test_a_tool_that_is_switched_off_is_not_offered(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"demo": DEMO}) as app:
        await app.until("demo", "ready")
        answer = await app.http.patch("/api/mcp/tools/demo__add", json={"enabled": False})
        [server] = answer.json()["servers"]
        assert {tool["name"]: tool["enabled"] for tool in server["tools"]}["add"] is False
        assert (server["state"], server["starts"]) == ("ready", 1)
        _, told = await app.call("demo__add", a=1, b=2)
        assert "There is no function 'demo__add'" in told
        [request] = [session.request for session in app.upstream.sessions]
        offered = {spec.name for spec in request.functions}
        assert "demo__count" in offered
        assert "demo__add" not in offered

        await app.http.patch("/api/mcp/tools/demo__add", json={"enabled": True})
        assert (await app.call("demo__add", a=1, b=2))[0].status == "completed"


async def test_a_change_of_the_file_counts_at_once(tmp_path: Path) -> None:
    async with demo_over_http() as url, mcp_app(tmp_path, {}) as app:
        app.configure({"web": {"url": url}, "odd": {"command": 7}})
        await app.until("web", "ready")
        odd = await app.until("odd", "failed")
        assert odd["reason"] == 'Its "command" must be the name of a program.'

        app.config.write_text("{")
        problem = await poll(
            lambda: problem_of(app),
            within_s=PATIENCE_S,
            first_pause_s=POLL_S,
            longest_pause_s=POLL_S,
        )
        assert "mcp.json cannot be used: This is not JSON" in problem
        assert (await app.servers())["web"]["state"] == "ready"


async def test_another_file_may_be_named(tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "servers.json"
    other.parent.mkdir()
    other.write_text(json.dumps({"mcpServers": {"demo": DEMO}}))
    async with mcp_app(tmp_path, {}, mcp_config=other) as app:
        await app.until("demo", "ready")
        await app.http.patch("/api/mcp/servers/demo", json={"enabled": False})
        await app.until("demo", "disabled")
        assert json.loads(app.config.read_text()) == {"mcpServers": {}}
    assert json.loads(other.read_text())["mcpServers"]["demo"]["disabled"] is True


@pytest.mark.parametrize("damage", ["a folder", "no text", "much text"])
async def test_a_file_that_cannot_be_read_is_told_of_and_no_obstacle(
    tmp_path: Path, damage: str
) -> None:
    odd = tmp_path / "odd.json"
    if damage == "a folder":
        odd.mkdir()
    else:
        odd.write_bytes(b"\xff\xfe\0{" if damage == "no text" else b"{}" + b" " * 1_000_000)
    async with mcp_app(tmp_path, {}, mcp_config=odd) as app:
        assert "odd.json cannot be used: " in str(await problem_of(app))


async def problem_of(app: McpApp) -> str | None:
    problem: str | None = (await app.http.get("/api/mcp/servers")).json()["problem"]
    return problem


async def test_secrets_do_not_come_back_and_stay_where_they_are(tmp_path: Path) -> None:
    entry = {**DEMO, "env": {"API_TOKEN": "hush-hush-hush"}, "x": 1}
    async with mcp_app(tmp_path, {"demo": entry}) as app:
        await app.until("demo", "ready")
        answer = await app.http.get("/api/mcp/servers")
        assert "hush" not in answer.text
        shown = answer.json()["servers"][0]["entry"]
        assert "•••" in shown

        changed = json.dumps({**json.loads(shown), "x": 2})
        answer = await app.http.put("/api/mcp/servers/demo", json={"entry": changed})
        assert answer.status_code == 200, answer.text
        assert "hush" not in answer.text
        stored = json.loads(app.config.read_text())["mcpServers"]["demo"]
        assert stored == {**entry, "x": 2}

        elsewhere = json.dumps({**json.loads(shown), "command": "cat"})
        answer = await app.http.put("/api/mcp/servers/demo", json={"entry": elsewhere})
        assert answer.status_code == 400
        assert json.loads(app.config.read_text())["mcpServers"]["demo"] == stored


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ("{", "not JSON"),
        ("{}", "There is no server"),
        ('{"a": {"command": "x"}, "b": {}}', 'b: It has neither a "command" nor a "url"'),
        ('{"a; rm -rf /": {"command": "x"}}', "Rename it"),
    ],
)
async def test_a_text_with_an_odd_entry_is_refused_as_a_whole(
    tmp_path: Path, configuration: str, words: str
) -> None:
    async with mcp_app(tmp_path, {}) as app:
        before = app.config.read_text()
        answer = await app.http.post("/api/mcp/servers", json={"configuration": configuration})
        assert answer.status_code == 400
        assert words in answer.json()["error"]["message"]
        assert app.config.read_text() == before


DEEP = '{"command": "x", "more": ' + '{"a":' * 600 + "1" + "}" * 601


async def test_a_nest_is_refused_and_costs_its_entry_alone_where_the_file_has_one(
    tmp_path: Path,
) -> None:
    off = {**DEMO, "disabled": True}
    async with mcp_app(tmp_path, {"demo": off}) as app:
        before = app.config.read_text()
        for answer in (
            await app.http.post("/api/mcp/servers", json={"configuration": f'{{"deep": {DEEP}}}'}),
            await app.http.put("/api/mcp/servers/demo", json={"entry": DEEP}),
        ):
            assert answer.status_code == 400
            assert "levels deep" in answer.json()["error"]["message"]
        assert app.config.read_text() == before

        app.config.write_text(f'{{"mcpServers": {{"demo": {json.dumps(off)}, "deep": {DEEP}}}}}')
        deep = await app.until("deep", "failed")
        assert "levels deep" in deep["reason"]
        assert (await app.servers())["demo"]["state"] == "disabled"
        kept = await app.http.put("/api/mcp/servers/deep", json={"entry": '{"command": "•••"}'})
        assert kept.status_code == 400
        answer = await app.http.put("/api/mcp/servers/deep", json={"entry": json.dumps(off)})
        assert answer.status_code == 200, answer.text
        assert (await app.servers())["deep"]["state"] == "disabled"


async def test_what_nobody_can_store_is_replaced_in_a_pasted_text(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {}) as app:
        app.config.write_bytes(b'\xef\xbb\xbf{"mcpServers": {}} // Saved by an editor, \xff.')
        half = r'{"half": {"command": "x", "args": ["\ud800"], "disabled": true}}'
        answer = await app.http.post("/api/mcp/servers", json={"configuration": half})
        assert answer.status_code == 200, answer.text
        assert json.loads((await app.servers())["half"]["entry"])["args"] == ["\ufffd"]
        assert app.config.read_bytes().endswith(b"\xff.")


async def test_a_command_is_run_as_it_is_written_and_by_no_shell(tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    async with mcp_app(tmp_path, {}) as app:
        for command in (f"touch {planted}", f"true; touch {planted}", f"$(touch {planted})"):
            tried = await app.http.post("/api/mcp/trials", json=pasted(x={"command": command}))
            assert tried.json()["servers"][0]["state"] == "failed"
    assert not planted.exists()


CHANGES = [
    ("POST", "/api/mcp/servers", pasted(x={"command": "true"})),
    ("POST", "/api/mcp/trials", pasted(x={"command": "true"})),
    ("PUT", "/api/mcp/servers/demo", {"entry": '{"command": "true"}'}),
    ("PATCH", "/api/mcp/servers/demo", {"enabled": False}),
    ("DELETE", "/api/mcp/servers/demo", None),
    ("POST", "/api/mcp/servers/demo/retry", None),
    ("PATCH", "/api/mcp/tools/demo__add", {"enabled": False}),
]


async def test_no_page_of_another_site_or_port_and_no_visitor_without_the_token_changes_anything(
    tmp_path: Path,
) -> None:
    off = {"demo": {**DEMO, "disabled": True}}
    async with mcp_app(tmp_path, off, access_token=TOKEN) as app:
        before = app.config.read_text()
        own = {"Authorization": f"Bearer {TOKEN}"}
        for method, path, body in CHANGES:
            for headers, status in (
                ({}, 401),
                ({"Authorization": "Bearer wrong-token-of-nobody"}, 401),
                ({**own, "Origin": "https://evil.example"}, 403),
                ({**own, "Origin": "http://127.0.0.1:1"}, 403),
                ({**own, "Origin": "null"}, 403),
                ({**own, "Sec-Fetch-Site": "same-site"}, 403),
                ({**own, "Host": "evil.example"}, 421),
            ):
                answer = await app.http.request(method, path, json=body, headers=headers)
                assert answer.status_code in (status, 429), (method, path, headers, answer.text)
        assert app.config.read_text() == before
        assert (await app.http.get("/api/mcp/servers")).status_code in (401, 429)


async def test_a_form_of_another_site_cannot_send_what_is_taken(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {}) as app:
        body = json.dumps(pasted(x={"command": "true"}))
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            answer = await app.http.post(
                "/api/mcp/servers", content=body, headers={"Content-Type": kind}
            )
            assert answer.status_code == 415
        assert await app.servers() == {}


async def test_a_tool_is_not_switched_where_the_file_has_become_odd_meanwhile(
    tmp_path: Path,
) -> None:
    async with mcp_app(tmp_path, {"demo": DEMO}) as app:
        await app.until("demo", "ready")
        app.configure({"demo": {**DEMO, "disabledTools": 5}})
        answer = await app.http.patch("/api/mcp/tools/demo__add", json={"enabled": False})
        assert answer.status_code in (400, 404), answer.text
        assert "disabledTools" in answer.text or "There is no tool" in answer.text
