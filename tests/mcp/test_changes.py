"""What servers of the newer revision say has changed is heard of, also after their stream has ended."""

import json
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.mcp.servers import mcp_app
from tests.serving import serve


async def test_a_stream_of_changes_that_ends_is_opened_again_and_what_was_missed_is_listed(
    tmp_path: Path,
) -> None:
    server = MCPServer("changing")
    server.add_tool(lambda: "First.", name="first", description="The first.")
    opened: list[int] = []

    def again() -> None:
        # Nobody is told of this one.
        server.add_tool(lambda: "Second.", name="second", description="The second.")

    app = cutting(server.streamable_http_app(), opened, again)
    async with (
        serve(app, lifespan="on") as url,
        mcp_app(tmp_path, {"web": {"url": f"{url}/mcp"}}) as chat,
    ):
        shown = await chat.until("web", lambda web: len(web["tools"]) == 2)
        assert shown["version"] >= "2026"
        assert shown["starts"] == 1
        assert len(opened) == 2


def cutting(app: ASGIApp, opened: list[int], again: Any) -> ASGIApp:
    """The first stream of changes ends after its first event; `again` is called before the second."""

    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if b"subscriptions/listen" not in body or "listen" not in json.loads(body)["method"]:
            await app(scope, replayed(body, receive), send)
            return
        opened.append(len(opened))
        if len(opened) > 1:
            again()
            await app(scope, replayed(body, receive), send)
            return
        is_over = False

        async def shortened(message: Message) -> None:
            nonlocal is_over
            if is_over:
                return
            is_over = message["type"] == "http.response.body" and bool(message.get("body"))
            await send({**message, "more_body": False} if is_over else message)

        await app(scope, replayed(body, receive), shortened)

    return cut


def replayed(body: bytes, receive: Receive) -> Receive:
    is_read = False

    async def again() -> Message:
        nonlocal is_read
        if is_read:
            return await receive()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
