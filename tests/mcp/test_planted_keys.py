"""Keys of servers are planted, the servers tell them wherever they can, and they are looked for."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.domain.items import FunctionCall
from backend.waiting import poll
from tests.mcp.servers import POLL_S, ROOT
from tests.patience import PATIENCE_S
from tests.process import backend
from tests.rest import rest
from tests.running import Running
from tests.serving import serve

KEY = "planted-Zq7xW93kfLmN2pRtVb8c"
IN_PATH, IN_QUERY, IN_FRAGMENT = "path9Kd83mQz71LpXw", "query4Jf72nRy60MoVu", "frag5Hs61bTx59NiUt"
KEYS = (KEY, IN_PATH, IN_QUERY, IN_FRAGMENT)

PROGRAM: dict[str, Any] = {
    "command": sys.executable,
    "args": ["-m", "tests.mcp.blabbing"],
    "cwd": str(ROOT),
    "env": {"API_KEY": KEY},
}


async def echoing(request: Request) -> Response:
    """Tells the address that it was asked at."""
    message = await request.json() if request.method == "POST" else {}
    told = f"You asked {request.url}"
    values: dict[str, Any] = {
        "initialize": {
            "protocolVersion": "2025-06-18",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "web", "version": "1"},
        },
        "tools/list": {
            "tools": [
                {
                    "name": "do",
                    "title": told,
                    "description": told,
                    "inputSchema": {"type": "object"},
                    "annotations": {"readOnlyHint": True},
                }
            ]
        },
        "tools/call": {"content": [{"type": "text", "text": told}]},
    }
    if "id" not in message:
        return Response(status_code=202 if message else 405)
    head = {"jsonrpc": "2.0", "id": message["id"]}
    if message["method"] not in values:
        return JSONResponse({**head, "error": {"code": -32601, "message": told}})
    return JSONResponse({**head, "result": values[message["method"]]})


def traces(text: str) -> Iterator[str]:
    """The keys in a text, or so much of one that it is no longer secret."""
    for key in KEYS:
        if key in text or key[-12:] in text:
            yield key


async def test_the_keys_of_servers_are_found_nowhere(tmp_path: Path) -> None:
    paths = [f"/{IN_PATH}/mcp", f"/{IN_PATH}/refusing"]
    routes = [
        Route(paths[0], echoing, methods=["GET", "POST", "DELETE"]),
        Route(paths[1], lambda _: Response(IN_PATH, status_code=500), methods=["GET", "POST"]),
    ]
    seen: list[str] = []
    async with AsyncExitStack() as stack:
        web = await stack.enter_async_context(serve(Starlette(routes=routes)))
        tail = f"?k={IN_QUERY}#{IN_FRAGMENT}"
        servers = {
            "blabbing": PROGRAM,
            "web": {"url": f"{web}{paths[0]}{tail}"},
            "refusing": {"url": f"{web}{paths[1]}{tail}"},
        }
        (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
        server = await stack.enter_async_context(
            backend(
                tmp_path, "--port", "0", settings={"LOG_LEVEL": "debug", "DEMO_DELTAS_PER_S": "0"}
            )
        )
        await server.started()
        http = await stack.enter_async_context(rest(server.url))

        async def settled() -> bool | None:
            listed = (await http.get("/api/mcp/servers")).json()["servers"]
            states = {each["name"]: each["state"] for each in listed}
            wanted = {"blabbing": "ready", "web": "ready", "refusing": "failed"}
            return True if states == wanted else None

        await poll(settled, within_s=PATIENCE_S, first_pause_s=POLL_S, longest_pause_s=POLL_S)
        socket = await stack.enter_async_context(Running(server.url).socket())
        for name in ("blabbing__do", "blabbing__fail", "web__do"):
            await socket.say(f"{name} a=b", id=name)
            await socket.until_run_ends()
        calls = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
        assert [call.status for call in calls] == ["completed", "failed", "completed"]
        assert [part.type for part in calls[0].outputs][:1] == ["app"]
        seen += [frame.model_dump_json() for frame in socket.received]
        for path in ("mcp/servers", "tools", "functions", "setup", "assistants"):
            answer = await http.get(f"/api/{path}")
            assert answer.status_code == 200
            seen.append(answer.text)
        code, log = await server.end(signal.SIGTERM)
    assert code == 0
    for word in ("Text [secret", "Progress [secret", "Description [secret", "Logged [secret"):
        assert any(word in text for text in seen), word
    for text in (*seen, log):
        assert [*traces(text)] == []
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or not [*traces(file.read_bytes().decode("latin-1"))], file
