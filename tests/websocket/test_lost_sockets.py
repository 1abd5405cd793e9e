"""Commands outlive their sockets, and whatever goes wrong in a frame, the socket says so."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Pool, event
from starlette.types import Receive, Scope, Send
from websockets.exceptions import ConnectionClosed

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.websocket.messages import Ack, Error, Hello
from tests.commits import at_each_commit
from tests.running import FixedPool, Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, message
from tests.serving import serve


@pytest.mark.sqlite
async def test_a_command_takes_effect_although_its_socket_is_lost_during_the_commit(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    app = create_app(
        Configuration(tmp_path / ".env", data_dir=tmp_path / "data", code_interpreter="off"),
        upstreams=FixedPool(upstream),
    )
    sockets: list[asyncio.Task[None]] = []
    steps: list[Callable[[], object]] = []

    async def noting_sockets(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and (task := asyncio.current_task()):
            sockets.append(task)
        await app(scope, receive, send)

    with at_each_commit(lambda: steps and steps.pop(0)()):
        async with serve(noting_sockets) as url:
            async with Running(url).socket() as socket:
                await socket.until(Hello)
                steps.append(lambda: sockets[0].cancel())
                await socket.say("one", id="a")
                with pytest.raises(ConnectionClosed):
                    await socket.until(Error)  # The ack may still come before the end.
            async with Running(url).socket(cookie=socket.cookie) as again:
                await again.say("one", id="a")
                ack = await again.until(Ack)
                assert (await again.until_ended(ack)).status == "completed"
    assert len(upstream.sessions) == 1


@contextmanager
def no_connections() -> Iterator[None]:
    """The database fails as it does where the system has no thread to spare."""

    def fail(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    event.listen(Pool, "checkout", fail)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", fail)


async def test_a_frame_that_fails_for_any_reason_is_answered(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.until(Hello)
        with no_connections():
            await socket.say("one", id="a")
            error = await socket.until(Error)
        assert (error.id, error.code) == ("a", "internal_error")
        await socket.say("one", id="a")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"


async def test_a_socket_that_fails_is_closed_with_a_code(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server:
        with no_connections():
            async with server.socket(thread_id="thread_1") as socket:
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1011
