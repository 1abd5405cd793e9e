"""Servers spoken to over HTTP: logins, redirections, sizes, an older transport, and an outage."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from backend.mcp import place
from backend.mcp.web import STREAM_PAUSE_S
from backend.mcp_demo.server import create_server
from tests.mcp.servers import mcp_app
from tests.patience import PATIENCE_S
from tests.ports import free_port
from tests.serving import serve

Answer = Callable[[Request, dict[str, Any]], Awaitable[Response]]

JSON = "application/json"
TOKEN = "Bearer hush-hush-hush"


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[str]:
    """The address of a server that answers each message with this."""

    async def respond(request: Request) -> Response:
        return await answer(request, await request.json() if request.method == "POST" else {})

    app = Starlette(routes=[Route("/mcp", respond, methods=["GET", "POST", "DELETE"])])
    async with serve(app) as url:
        yield f"{url}/mcp"


def result(message: dict[str, Any], text: str = "Done.") -> Response:
    """What an older server answers, without sessions and streams."""
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
                    "inputSchema": {"type": "object"},
                    "annotations": {"readOnlyHint": True},
                }
            ]
        },
        "tools/call": {"content": [{"type": "text", "text": text}]},
    }
    if "id" not in message:
        return Response(status_code=202)
    head = {"jsonrpc": "2.0", "id": message["id"]}
    if message["method"] not in values:
        return JSONResponse({**head, "error": {"code": -32601, "message": "Method not found"}})
    return JSONResponse({**head, "result": values[message["method"]]})


async def test_a_server_that_wants_a_login_says_so_until_it_gets_its_header(tmp_path: Path) -> None:
    async def guarded(request: Request, message: dict[str, Any]) -> Response:
        if request.headers.get("authorization") != TOKEN:
            return Response(status_code=401)
        return result(message)

    async with answering(guarded) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        server = await app.until("web", "needs_login")
        assert server["reason"] == "It wants a login, or a token in a header."

        app.configure({"web": {"url": url, "headers": {"Authorization": TOKEN}}})
        await app.until("web", "ready")
        assert (await app.call("web__do"))[1] == "Done."


async def test_a_token_is_not_sent_to_where_a_server_redirects(tmp_path: Path) -> None:
    stolen: list[str | None] = []

    async def other(request: Request, message: dict[str, Any]) -> Response:
        stolen.append(request.headers.get("authorization"))
        return result(message)

    async with answering(other) as evil:

        async def redirecting(request: Request, message: dict[str, Any]) -> Response:
            return RedirectResponse(evil, 307)

        async with answering(redirecting) as url:
            entry = {"url": url, "type": "http", "headers": {"Authorization": TOKEN}}
            async with mcp_app(tmp_path, {"web": entry}) as app:
                server = await app.until("web", "failed")
                assert "not followed" in server["reason"]
    assert stolen == []


async def test_a_stream_that_ends_at_once_is_not_opened_again_without_a_pause(
    tmp_path: Path,
) -> None:
    opened: list[float] = []
    is_enough = asyncio.Event()

    async def hasty(request: Request, message: dict[str, Any]) -> Response:
        if request.method == "GET":
            opened.append(time.monotonic())
            if len(opened) == 3:
                is_enough.set()
            return Response("retry: 0\nid: 1\n\n", media_type="text/event-stream")
        answer = result(message)
        answer.headers["Mcp-Session-Id"] = "one"
        return answer

    async with answering(hasty) as url, mcp_app(tmp_path, {"web": {"url": url, "type": "http"}}):
        async with asyncio.timeout(PATIENCE_S):
            await is_enough.wait()
    assert opened[2] - opened[0] > STREAM_PAUSE_S * 1.5


async def test_an_answer_that_is_too_large_is_an_output(tmp_path: Path) -> None:
    async def huge(request: Request, message: dict[str, Any]) -> Response:
        return result(message, "x" * 20_000_000)

    async with answering(huge) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        await app.until("web", "ready")
        call, told = await app.call("web__do")
        assert call.status == "failed"
        assert "It sent more than 16,777,216 bytes." in told


@pytest.mark.parametrize("media_type", [JSON, "text/event-stream"])
async def test_a_hundred_megabytes_are_not_waited_for(tmp_path: Path, media_type: str) -> None:
    async def endless(message: dict[str, Any]) -> AsyncIterator[str]:
        head, tail = bytes(result(message, "@").body).decode().split("@")
        yield ("" if media_type == JSON else "event: message\ndata: ") + head
        for _ in range(1_600):
            yield "x" * 65_536
        yield tail + "\n\n"

    async def huge(request: Request, message: dict[str, Any]) -> Response:
        if message.get("method") != "tools/call":
            return result(message)
        return StreamingResponse(endless(message), media_type=media_type)

    async with answering(huge) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        await app.until("web", "ready")
        call, told = await app.call("web__do")
        assert call.status == "failed"
        assert "The answer cannot be read: " in told
        assert "16,777,216 byte" in told.replace("16777216", "16,777,216")
        assert len(told) < 1_000
        assert (await app.servers())["web"]["starts"] == 1


async def test_an_answer_that_is_compressed_unasked_is_no_way_around_the_limit(
    tmp_path: Path,
) -> None:
    async def squeezed(request: Request, message: dict[str, Any]) -> Response:
        answer = result(message, "x" * 1_000_000)
        if message.get("method") != "tools/call":
            return answer
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        return Response(gzip.compress(bytes(answer.body)), headers=headers)

    async with answering(squeezed) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        await app.until("web", "ready")
        call, told = await app.call("web__do")
        assert call.status == "failed"
        assert "It sent a compressed answer, for which nobody asked." in told


DIGITS = "9" * 5_000


def events(*texts: str) -> Response:
    """An answer as a stream of events."""
    body = "".join(f"event: message\ndata: {text}\n\n" for text in texts)
    return Response(body, media_type="text/event-stream")


@pytest.mark.parametrize("sent", [events, lambda text: Response(text, media_type=JSON)])
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('{"jsonrpc":"2.0","id":ID,"result":{"content":[],"n":DIGITS}}', "number out of range"),
        ('{"jsonrpc":"2.0","id":ID,"result":{"content":[}', "expected value"),
        ('{"jsonrpc":"2.0","id":ID,"result":"Done."}', "it is no message of the protocol."),
        ('{"jsonrpc":"2.0","id":ID}', "it is no message of the protocol."),
        ('{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"What?"}}', "What?"),
    ],
)
async def test_an_answer_that_cannot_be_read_ends_its_call(
    tmp_path: Path, sent: Callable[[str], Response], answer: str, told: str
) -> None:
    async def odd(request: Request, message: dict[str, Any]) -> Response:
        if message.get("method") != "tools/call":
            return result(message)
        return sent(answer.replace("ID", str(message["id"])).replace("DIGITS", DIGITS))

    async with answering(odd) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        await app.until("web", "ready")
        call, output = await app.call("web__do")
        assert call.status == "failed"
        assert told in output
        assert "pydantic" not in output


async def test_progress_that_is_no_float_ends_neither_its_display_nor_the_connection(
    tmp_path: Path,
) -> None:
    async def vast(request: Request, message: dict[str, Any]) -> Response:
        if message.get("method") != "tools/call":
            return result(message)
        params = {
            "progressToken": message["params"]["_meta"]["progressToken"],
            "progress": 10**400,
            "message": "Far",
        }
        notice = {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}
        return events(json.dumps(notice), bytes(result(message).body).decode())

    async with answering(vast) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        await app.until("web", "ready")
        call, told = await app.call("web__do")
        assert told == "Done."
        assert call.status == "completed"
        assert (await app.servers())["web"]["starts"] == 1


@asynccontextmanager
async def older(
    said: asyncio.Queue[str], take: Callable[[Request], Awaitable[Response]]
) -> AsyncIterator[str]:
    """The address of a server of the older transport, which sends what is said."""

    async def stream(request: Request) -> Response:
        async def sent() -> AsyncIterator[str]:
            yield "event: endpoint\ndata: /messages\n\n"
            while True:
                yield f"event: message\ndata: {await said.get()}\n\n"

        return StreamingResponse(sent(), media_type="text/event-stream")

    routes = [Route("/sse", stream), Route("/messages", take, methods=["POST"])]
    async with serve(Starlette(routes=routes)) as url:
        yield f"{url}/sse"


async def test_an_answer_over_the_older_transport_that_cannot_be_read_ends_its_call(
    tmp_path: Path,
) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()

    async def take(request: Request) -> Response:
        message = await request.json()
        if message.get("method") == "tools/call":
            answer = f'{{"jsonrpc":"2.0","id":{message["id"]},"result":{{"n":{DIGITS}}}}}'
        else:
            answer = bytes(result(message).body).decode()
        if answer:
            await said.put(answer)
        return Response(status_code=202)

    async with (
        older(said, take) as url,
        mcp_app(tmp_path, {"old": {"url": url, "type": "sse"}}) as app,
    ):
        await app.until("old", "ready")
        call, told = await app.call("old__do")
        assert call.status == "failed"
        assert "The answer cannot be read: number out of range" in told


async def test_messages_go_nowhere_else_than_to_the_server_of_the_older_transport(
    tmp_path: Path,
) -> None:
    stolen: list[str | None] = []

    async def other(request: Request, message: dict[str, Any]) -> Response:
        stolen.append(request.headers.get("authorization"))
        return result(message)

    async with answering(other) as evil:

        async def stream(request: Request) -> Response:
            return Response(f"event: endpoint\ndata: {evil}\n\n", media_type="text/event-stream")

        routes = [Route("/sse", stream)]
        async with serve(Starlette(routes=routes)) as url:
            entry = {"url": f"{url}/sse", "type": "sse", "headers": {"Authorization": TOKEN}}
            async with mcp_app(tmp_path, {"old": entry}) as app:
                server = await app.until("old", "failed")
                assert "wants its messages at another server, 127.0.0.1" in server["reason"]
    assert stolen == []


async def test_a_message_that_the_older_transport_refuses_ends_its_call(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()

    async def take(request: Request) -> Response:
        message = await request.json()
        if message.get("method") == "tools/call":
            return Response(status_code=500)
        await said.put(bytes(result(message).body).decode())
        return Response(status_code=202)

    async with (
        older(said, take) as url,
        mcp_app(tmp_path, {"old": {"url": url, "type": "sse"}}) as app,
    ):
        await app.until("old", "ready")
        call, told = await app.call("old__do")
        assert call.status == "failed"
        assert "It answered 500." in told
        assert (await app.servers())["old"]["starts"] == 1


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ("event: message\ndata: {}\n\n", "It did not say where its messages go."),
        ("event: endpoint\ndata: http://x:y/\n\n", "Where its messages go is not an address."),
    ],
)
async def test_a_server_of_the_older_transport_without_an_address_says_so(
    tmp_path: Path, sent: str, reason: str
) -> None:
    async def stream(request: Request) -> Response:
        return Response(sent, media_type="text/event-stream")

    async with (
        serve(Starlette(routes=[Route("/sse", stream)])) as url,
        mcp_app(tmp_path, {"old": {"url": f"{url}/sse", "type": "sse"}}) as app,
    ):
        assert (await app.until("old", "failed"))["reason"] == reason


async def test_who_does_not_let_a_session_end_is_connected_to_again(tmp_path: Path) -> None:
    sessions: list[str] = []

    async def forgetful(request: Request, message: dict[str, Any]) -> Response:
        if request.method == "DELETE":
            await asyncio.Event().wait()
        if message.get("method") == "initialize":
            sessions.append(f"session-{len(sessions)}")
        if message.get("method") == "tools/call" and len(sessions) == 1:
            return Response(status_code=404)
        answer = result(message)
        answer.headers["Mcp-Session-Id"] = sessions[-1] if sessions else ""
        return answer

    async with answering(forgetful) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        await app.until("web", "ready")
        assert (await app.call("web__do"))[0].status == "failed"
        await app.until("web", lambda web: web["starts"] == 2 and web["state"] == "ready")
        assert (await app.call("web__do"))[1] == "Done."


async def test_a_name_that_led_to_the_internet_is_not_followed_to_this_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was_moved = False
    # No test has an address on the internet.
    monkeypatch.setattr(place, "is_on_the_internet", lambda _: not was_moved)

    async def web(request: Request, message: dict[str, Any]) -> Response:
        return result(message)

    async with answering(web) as url, mcp_app(tmp_path, {"web": {"url": url}}) as app:
        await app.until("web", "ready")
        was_moved = True
        call, told = await app.call("web__do")
        assert call.status == "failed"
        assert "Done." not in told
        server = await app.until("web", "failed")
        assert "leads to this network now" in server["reason"]


async def test_a_server_of_the_older_transport_is_understood(tmp_path: Path) -> None:
    async with (
        serve(create_server().sse_app()) as url,
        mcp_app(tmp_path, {"old": {"url": f"{url}/sse"}}) as app,
    ):
        await app.until("old", "ready")
        assert (await app.call("old__add", a=1, b=2))[0].output == {"result": 3.0}


async def test_a_server_that_is_down_is_told_of_and_used_again_once_it_is_back(
    tmp_path: Path,
) -> None:
    async def respond(request: Request) -> Response:
        return result(json.loads(await request.body() or b"{}"))

    web = Starlette(routes=[Route("/mcp", respond, methods=["GET", "POST", "DELETE"])])
    port = free_port()
    async with mcp_app(tmp_path, {"web": {"url": f"http://127.0.0.1:{port}/mcp"}}) as app:
        async with serve(web, port=port):
            await app.until("web", "ready")
        call, told = await app.call("web__do")
        assert call.status == "failed"
        assert "web was lost during the call" in told
        await app.until("web", "failed")
        async with serve(web, port=port):
            await app.http.post("/api/mcp/servers/web/retry")
            await app.until("web", "ready")
            assert (await app.call("web__do"))[1] == "Done."
