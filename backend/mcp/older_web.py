"""The older HTTP transport: a stream of server-sent events, which says where messages are posted to.

https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
The SDK's own `sse_client` waits without end where that is another server, and a call of it whose
message was refused waits likewise.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import anyio
import httpx2
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import (
    INTERNAL_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCRequest,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from backend.domain.text import clean_json
from backend.mcp.bounded import MAX_ANSWER_BYTES
from backend.mcp.failures import SessionFailed, said
from backend.mcp.protection import origin_of
from backend.waiting import cancel

ADDRESS_TIMEOUT_S: Final = 30.0
MAX_REDIRECTIONS: Final = 5

Streams = tuple[
    MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]
]
_Events = AsyncIterator[httpx2.ServerSentEvent]


@asynccontextmanager
async def older_streams(
    url: str, client: httpx2.AsyncClient, ended: Callable[[str], None]
) -> AsyncGenerator[Streams]:
    """Raises `SessionFailed` and `httpx2.HTTPError`. `ended` is told why the stream is over."""
    response = await _sent(
        client, client.build_request("GET", url, headers={"Accept": "text/event-stream"})
    )
    try:
        response.raise_for_status()
        events = aiter(httpx2.EventSource(response, max_event_size=MAX_ANSWER_BYTES))
        address = await _address(events, response.url)
        to_session, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, from_session = anyio.create_memory_object_stream[SessionMessage](0)
        tasks = [
            asyncio.create_task(_read(events, to_session, ended)),
            asyncio.create_task(_write(client, address, from_session, to_session)),
        ]
        try:
            yield messages, outgoing
        finally:
            for stream in (to_session, messages, outgoing, from_session):
                stream.close()
            with anyio.CancelScope(shield=True):
                await cancel(tasks)
    finally:
        with anyio.CancelScope(shield=True):
            await response.aclose()


async def _address(events: _Events, url: httpx2.URL) -> httpx2.URL:
    """Returns where messages go. Raises `SessionFailed`."""
    try:
        async with asyncio.timeout(ADDRESS_TIMEOUT_S):
            async for event in events:
                if event.event == "endpoint":
                    address = url.join(event.data.strip())
                    if origin_of(address) != origin_of(url):
                        raise SessionFailed(
                            f"It wants its messages at another server, {address.host}, which gets none."
                        )
                    return address
    except TimeoutError:
        raise SessionFailed("It did not say in time where its messages go.") from None
    except httpx2.InvalidURL:
        raise SessionFailed("Where its messages go is not an address.") from None
    except httpx2.SSEError:
        raise SessionFailed("There is no MCP server: it sends no events.") from None
    raise SessionFailed("It did not say where its messages go.")


async def _read(
    events: _Events,
    messages: MemoryObjectSendStream[SessionMessage | Exception],
    ended: Callable[[str], None],
) -> None:
    with messages, suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        try:
            async for event in events:
                if event.event != "message" or not event.data.strip():
                    continue
                try:
                    text = clean_json(event.data.encode())
                    message = jsonrpc_message_adapter.validate_json(text, by_name=False)
                except ValidationError as error:
                    await messages.send(error)
                else:
                    await messages.send(SessionMessage(message))
            ended("It ended the connection.")
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.SSEError) as error:
            ended(f"The connection was lost: {said(error)}")


async def _write(
    client: httpx2.AsyncClient,
    address: httpx2.URL,
    outgoing: MemoryObjectReceiveStream[SessionMessage],
    messages: MemoryObjectSendStream[SessionMessage | Exception],
) -> None:
    """Posts one after the other: a server may refuse a request that overtakes `initialized`."""
    with outgoing, suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        async for sent in outgoing:
            message = sent.message
            text = message.model_dump_json(by_alias=True, exclude_unset=True)
            refusal = await _refusal(client, address, text)
            if refusal is not None and isinstance(message, JSONRPCRequest):
                error = ErrorData(code=INTERNAL_ERROR, message=refusal)
                answer = JSONRPCError(jsonrpc="2.0", id=message.id, error=error)
                await messages.send(SessionMessage(answer))


async def _refusal(client: httpx2.AsyncClient, address: httpx2.URL, text: str) -> str | None:
    """Post a message. Returns why it was not taken, or None."""
    request = client.build_request(
        "POST", address, content=text, headers={"Content-Type": "application/json"}
    )
    try:
        response = await _sent(client, request)
        await response.aclose()
    except httpx2.HTTPError as error:
        return f"It cannot be reached: {said(error)}"
    return None if response.is_success else f"It answered {response.status_code}."


async def _sent(client: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    """Returns an answer that is to be closed, of the same server: no token goes anywhere else."""
    for _ in range(MAX_REDIRECTIONS):
        response = await client.send(request, stream=True)
        following = response.next_request
        if (
            following is None
            or following.method != request.method
            or origin_of(following.url) != origin_of(request.url)
        ):
            return response
        await response.aclose()
        request = following
    raise SessionFailed("It redirects without end.")
