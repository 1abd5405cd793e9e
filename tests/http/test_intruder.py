"""An intruder at every REST route: odd values, pages of other places, and what is somebody else's.

The routes are those of the OpenAPI document, so that a new one is tried too.
"""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from tests.process import backend
from tests.rest import rest
from tests.running import Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls
from tests.search.visitor import visiting

ODD_NAMES = (
    "%00",
    "%ED%A0%80",
    "%FF",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "a" * 30_000,
    "%E2%80%AE%0d%0aX-Planted:1",
    "'%20OR%201=1--",
    "9" * 400,
)
ODD_VALUES: tuple[object, ...] = (
    "",
    "\0",
    "\ud800",
    "x" * 100_000,
    "\u202e\r\nX-Planted: 1",
    -1,
    10**400,
    1e308,
    True,
    None,
    [],
    {},
    [[]],
    {"\0": "\ud800"},
)
ODD_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{",
    b'"\\ud800"',
    b"\xff\xfe{\x00}\x00",
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"9" * 5_000,
    b'{"a": NaN, "b": -Infinity, "c": 1e999}',
    b'{"__proto__": {}, "\\u0000": 1}',
)
SLOW = {"/api/setup/doctor"}
"""It really tries the upstream; its own tests do that."""


async def test_no_odd_value_makes_a_route_fail(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, rest(server.url) as http:
        document = (await http.get("/api/openapi.json")).json()
        for method, path, operation in _operations(document):
            for name in ODD_NAMES:
                if "{" in path:
                    await _answers(http, method, _filled(path, name), json={})
            for query in _odd_queries(operation):
                await _answers(http, method, _filled(path, "x"), params=query)
            for body in _odd_bodies(operation, document):
                headers = {"Content-Type": "application/json"}
                await _answers(http, method, _filled(path, "x"), content=body, headers=headers)
        assert (await http.get("/readyz")).status_code == 200


async def test_no_page_of_another_place_changes_anything(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, rest(server.url) as http:
        document = (await http.get("/api/openapi.json")).json()
        host, port = server.url.removeprefix("http://").split(":")
        elsewhere = (
            {"Origin": "https://evil.example"},
            {"Origin": f"http://{host}:{int(port) - 1}"},
            {"Origin": "null"},
            {"Origin": f"http://{host}:{port}.evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        )
        tried = 0
        for method, path, _ in _operations(document):
            for headers in elsewhere if method != "GET" else ():
                refused = await http.request(method, _filled(path, "x"), headers=headers)
                assert (refused.status_code, refused.json()["error"]["code"]) == (
                    403,
                    "origin_not_allowed",
                ), (method, path, headers)
                tried += 1
        assert tried > 100


async def test_nothing_of_another_owner_is_found(tmp_path: Path) -> None:
    """Each route with a thread, a file or an item of somebody else, whose own answer differs."""
    upstream = ScriptedUpstream()
    upstream.script(calls(("ask_user", '{"question": "Which?", "fields": []}')), [COMPLETED])
    (tmp_path / "mine.txt").write_text("The secret is 4711.")
    async with running(tmp_path, upstream) as server, visiting(server) as owner:
        (file,) = await owner.upload(tmp_path / "mine.txt")
        await owner.indexed(file["id"])
        async with owner.socket() as socket:
            await socket.say("mine", file_ids=[file["id"]])
            while not socket.transcript.items or (
                socket.transcript.items[-1].status != "awaiting_approval"
            ):
                await socket.next()
            assert socket.transcript.thread is not None
            thread_id, item_id = socket.transcript.thread.id, socket.transcript.items[-1].id
        document = (await owner.http.get("/api/openapi.json")).json()
        ids = {"thread_id": thread_id, "file_id": file["id"], "item_id": item_id}
        async with rest(server.url) as stranger:
            await stranger.get("/api/threads")
            tried = 0
            for method, path, operation in _operations(document):
                body = _body(operation, document)
                for name, id in ids.items():
                    if f"{{{name}}}" in path:
                        address = path.replace(f"{{{name}}}", id)
                        answer = await stranger.request(method, address, json=body)
                        assert answer.status_code == 404, (method, path, answer.text)
                        tried += 1
            assert tried >= 14
            for path, query in (
                ("/api/threads", {"query": "mine"}),
                ("/api/files", {"purpose": "attachment"}),
                ("/api/files", {"purpose": "generated"}),
                ("/api/grants", {}),
                ("/api/tools/ask_user/calls", {}),
            ):
                told = (await stranger.get(path, params=query)).text
                assert thread_id not in told
                assert file["id"] not in told
                assert "mine" not in told.replace("determine", "")
            grant = await stranger.delete("/api/grants/ask_user", params={"thread_id": thread_id})
            assert grant.status_code == 404
        waiting = (await owner.http.get(f"/api/threads/{thread_id}/actions")).json()
        assert [item["id"] for item in waiting["items"]] == [item_id]
        assert (await owner.http.get(f"/api/files/{file['id']}/text")).status_code == 200


async def test_at_debug_the_log_holds_nothing_of_files_imports_titles_and_calls_by_hand(
    tmp_path: Path,
) -> None:
    settings = {"LOG_LEVEL": "debug", "DEMO_DELTAS_PER_S": "0"}
    planted = "plantedword"
    async with backend(tmp_path, "--port", "0", settings=settings) as server:
        await server.started()
        async with visiting(Running(server.url)) as here:
            async with here.socket() as socket:
                await socket.say(f"What's the weather in {planted}?")
                await socket.until_run_ends()
                edited = socket.transcript.items[0].id
                await socket.send(type="message.edit", id="e", item_id=edited, text=planted)
                await socket.until_run_ends()
                await socket.send(type=planted, id=planted)
                assert socket.transcript.thread is not None
                thread = f"/api/threads/{socket.transcript.thread.id}"
            for name in (f"{planted}.txt", f"{planted}.pdf"):
                (tmp_path / name).write_text(f"The {planted} opens.")
                (file,) = await here.upload(tmp_path / name, purpose="knowledge")
                await here.indexed(file["id"])
            exported = (await here.http.get(f"{thread}/export?format=json")).json()
            tool = {"arguments": {"location": planted, "dates": []}}
            decision = {"item_ids": [planted], "decision": "deny", "reason": planted}
            assistant = {"name": planted, "model": planted, "instructions": planted, "tools": []}
            for method, path, body, status in (
                ("POST", "/api/threads", exported, 201),
                ("POST", "/api/threads", {"format": planted}, 400),
                ("PATCH", thread, {"title": planted}, 200),
                ("POST", f"{thread}/actions", decision, 404),
                ("POST", "/api/tools/get_weather/runs", tool, 200),
                ("POST", "/api/assistants", assistant, 201),
                ("GET", f"/api/threads?query={planted}", None, 200),
            ):
                answer = await here.http.request(method, path, json=body)
                assert answer.status_code == status, answer.text
        code, errors = await server.end(signal.SIGINT)
    assert code == 0
    assert planted not in errors


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def _body(operation: dict[str, Any], document: dict[str, Any]) -> object:
    """The smallest body that the operation takes; None where it takes none."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else _smallest(content["schema"], document)


def _smallest(schema: dict[str, Any], document: dict[str, Any]) -> object:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _smallest(document["components"]["schemas"][name], document)
    if "anyOf" in schema:
        return _smallest(schema["anyOf"][0], document)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            return {name: _smallest(fields[name], document) for name in schema.get("required", ())}
        case "array":
            return [_smallest(schema["items"], document)] * schema.get("minItems", 0)
        case "string":
            return "x"
        case "integer" | "number":
            return 1
        case "boolean":
            return False
        case _:
            return None


def _filled(path: str, value: str) -> str:
    return "/".join(value if part.startswith("{") else part for part in path.split("/"))


def _odd_queries(operation: dict[str, Any]) -> Iterator[list[tuple[str, str]]]:
    names = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    for name in names:
        for value in ("", "\0", "x" * 10_000, "-1", "9" * 400, "NaN", "1e5", "[]", "eyJ9"):
            yield [(name, value)]
        yield [(name, "1"), (name, "2")]
    yield [("unknown", "1")]


def _odd_bodies(operation: dict[str, Any], document: dict[str, Any]) -> Iterator[bytes]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    yield from ODD_BODIES
    name = content["schema"]["$ref"].rpartition("/")[2]
    for field in document["components"]["schemas"][name].get("properties", {}):
        for value in ODD_VALUES:
            yield json.dumps({field: value}).encode()


async def _answers(http: httpx2.AsyncClient, method: str, path: str, **request: Any) -> None:
    """With what was asked for or a sentence, and never a failure."""
    if path in SLOW:
        return
    answer = await http.request(method, path, **request)
    about = (method, path[:80], str(request)[:200], answer.status_code, answer.text[:300])
    assert answer.status_code < 500, about
    assert "x-planted" not in answer.headers
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["message"].endswith((".", "?")), about
        assert len(error["message"]) < 1000, about
