"""All transports behave alike. How each of them fails is tested in `test_failures`."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress

import pytest

from backend.domain.errors import UpstreamBroken
from backend.openai_client import whole_answers
from backend.upstreams.base import Upstream
from backend.upstreams.responses.upstream import create_upstream
from tests.patience import PATIENCE_S
from tests.upstreams.driving import drive, run_request, settings

pytestmark = pytest.mark.parametrize("transport", ["httpx", "aiohttp"])

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CREATED = {"type": "response.created", "response": {}}
DELTA = {"type": "response.output_text.delta", "output_index": 0, "delta": "Hel"}
COMPLETED = {"type": "response.completed", "response": {}}


def chunk(*events: object) -> bytes:
    data = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    return b"%x\r\n%b\r\n" % (len(data), data)


async def request(reader: asyncio.StreamReader) -> bytes:
    """Read a request to its end. Returns its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    [size] = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    await reader.readexactly(int(size.partition(b":")[2]))
    return head


def until_gone(gone: asyncio.Event) -> Handler:
    """Returns a handler that begins a stream and sets `gone` when the client hangs up."""

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(HEAD + chunk(CREATED, DELTA))
        assert await reader.read() == b""
        gone.set()
        writer.close()

    return stream


@asynccontextmanager
async def upstream_at(
    transport: str, handler: Handler, credentials: str = ""
) -> AsyncIterator[Upstream]:
    """Yields an upstream whose server answers each connection with `handler`."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    base_url = f"http://{credentials}127.0.0.1:{port}/v1"
    upstream = create_upstream(settings(openai_base_url=base_url, upstream_transport=transport))
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield upstream
    finally:
        await upstream.close()
        server.close()


async def test_a_run_that_is_given_up_hangs_up(transport: str) -> None:
    gone = asyncio.Event()
    async with upstream_at(transport, until_gone(gone)) as upstream:
        async with aclosing(upstream.session(run_request()).next(None)) as events:
            await anext(events)
        await gone.wait()


async def test_cancelling_from_another_task_hangs_up(transport: str) -> None:
    gone = asyncio.Event()
    async with upstream_at(transport, until_gone(gone)) as upstream:
        begun = asyncio.Event()

        async def run() -> None:
            async with aclosing(upstream.session(run_request()).next(None)) as events:
                async for _ in events:
                    begun.set()

        running = asyncio.create_task(run())
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await gone.wait()


async def test_each_delta_is_told_when_it_comes(transport: str) -> None:
    go_on = asyncio.Event()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(HEAD + chunk(CREATED, DELTA))
        await go_on.wait()
        writer.write(chunk(COMPLETED) + b"0\r\n\r\n")
        writer.close()

    async with (
        upstream_at(transport, stream) as upstream,
        aclosing(upstream.session(run_request()).next(None)) as events,
    ):
        told = [await anext(events), await anext(events)]
        go_on.set()
        told += [event async for event in events]
    assert [type(event).__name__ for event in told] == [
        "ItemStarted",
        "TextDelta",
        "ItemFinished",
        "RunEnded",
    ]


async def test_a_connection_that_a_server_leaves_after_a_stream_is_not_used_again(
    transport: str,
) -> None:
    count, left = 3, 0
    all_left = asyncio.Event()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        await request(reader)
        writer.write(HEAD + chunk(DELTA, COMPLETED) + b"0\r\n\r\n")
        # What comes in the moment before the end is not answered any more.
        await reader.read(1)
        writer.close()
        await writer.wait_closed()
        left += 1
        if left == count:
            all_left.set()

    async with upstream_at(transport, stream) as upstream:
        for _ in range(count):
            run = await drive(upstream)
            assert run.ended is not None
            assert run.ended.status == "completed"
    async with asyncio.timeout(PATIENCE_S):
        await all_left.wait()


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(
    transport: str,
) -> None:
    served = 0
    closed = asyncio.Event()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        await request(reader)
        served += 1
        writer.write(HEAD + chunk(DELTA, COMPLETED) + b"0\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with upstream_at(transport, stream) as upstream:
        for _ in range(3):
            closed.clear()
            await drive(upstream)
            await closed.wait()
            # The client's side of the loop learns of it one turn later.
            await asyncio.sleep(0)
    assert served == 3


async def test_more_runs_at_once_than_pools_usually_hold(transport: str) -> None:
    count = 120
    waiting = 0
    all_here = asyncio.Event()

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal waiting
        await request(reader)
        waiting += 1
        if waiting == count:
            all_here.set()
        await all_here.wait()
        writer.write(HEAD + chunk(DELTA, COMPLETED) + b"0\r\n\r\n")
        writer.close()

    async with upstream_at(transport, stream) as upstream:
        runs = await asyncio.gather(*(drive(upstream) for _ in range(count)))
    assert {run.ended.status for run in runs if run.ended is not None} == {"completed"}


async def test_an_error_that_never_ends_is_not_read_to_the_end(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_answers, "MAX_WHOLE_ANSWER_BYTES", 1024 * 1024)
    block, blocks, sent = b" " * 65_536, 1024, 0

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await request(reader)
        writer.write(
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n" % (blocks * len(block))
        )
        with suppress(ConnectionError):
            while sent < blocks and not writer.is_closing():
                writer.write(block)
                await writer.drain()
                sent += 1
        writer.close()

    async with upstream_at(transport, refuse) as upstream:
        with pytest.raises(UpstreamBroken, match="is longer than 1 MB"):
            await drive(upstream)
    assert sent < blocks


async def test_the_name_and_password_of_a_base_url_are_sent(transport: str) -> None:
    heads: list[bytes] = []

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await request(reader))
        writer.write(HEAD + chunk(DELTA, COMPLETED) + b"0\r\n\r\n")
        writer.close()

    async with upstream_at(transport, stream, "ada:pass%40word@") as upstream:
        await drive(upstream)
    [head] = heads
    assert base64.b64encode(b"ada:pass@word") in head
    assert b"pass%40word" not in head


async def test_what_goes_elsewhere_goes_through_the_proxy_of_the_environment(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await request(reader))
        writer.write(HEAD + chunk(DELTA, COMPLETED) + b"0\r\n\r\n")
        writer.close()

    async with upstream_at(transport, proxy) as upstream:
        monkeypatch.setenv("http_proxy", upstream.base_url.removesuffix("/v1"))
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "")
        elsewhere = create_upstream(
            settings(openai_base_url="http://models.example/v1", upstream_transport=transport)
        )
        local = create_upstream(
            settings(openai_base_url=upstream.base_url, upstream_transport=transport)
        )
        await drive(elsewhere)
        await drive(local)
        await elsewhere.close()
        await local.close()
    assert [head.partition(b"\r\n")[0] for head in heads] == [
        b"POST http://models.example/v1/responses HTTP/1.1",
        b"POST /v1/responses HTTP/1.1",
    ]
