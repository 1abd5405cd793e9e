"""A request that is cancelled after its change was stored: the change takes effect all the same."""

import asyncio
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send
from websockets.exceptions import ConnectionClosed

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.websocket.messages import Ack, Error
from tests.commits import at_each_statement
from tests.running import FixedPool, Running
from tests.scripted import ScriptedUpstream, partial_message
from tests.serving import serve


@pytest.mark.sqlite
async def test_a_thread_is_gone_for_its_sockets_although_the_request_that_deleted_it_is_lost(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message("Hm"), asyncio.Event()])
    app = create_app(
        Configuration(tmp_path / ".env", data_dir=tmp_path / "data", code_interpreter="off"),
        upstreams=FixedPool(upstream),
    )
    requests: list[asyncio.Task[None]] = []

    async def noting_requests(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (task := asyncio.current_task()):
            requests.append(task)
        await app(scope, receive, send)

    def lose(statement: str) -> None:
        if "SET deleted_at" in statement:
            requests[-1].cancel()

    with at_each_statement(lose):
        async with serve(noting_requests) as url, Running(url).socket() as socket:
            await socket.say("one")
            ack = await socket.until(Ack)
            while len(socket.transcript.items) < 2:
                await socket.next()
            async with socket.rest() as http:
                lost = await http.delete(f"/api/threads/{ack.thread_id}")
            assert lost.status_code == 500
            assert (await socket.until(Error)).code == "not_found"
            with pytest.raises(ConnectionClosed):
                await socket.until(Ack)
    assert upstream.sessions[0].cancelled
