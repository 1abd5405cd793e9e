"""HTTP clients that keep no more of an answer than this server can bear."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import httpx2

MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024


def bounded_client(
    headers: Mapping[str, str], timeout: httpx2.Timeout, auth: httpx2.Auth | None = None
) -> httpx2.AsyncClient:
    """Returns a client that reads no more than `MAX_ANSWER_BYTES` of any answer but a stream of events."""

    async def bound(response: httpx2.Response) -> None:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            return
        is_plain = response.headers.get("content-encoding", "identity") == "identity"
        response.stream = _Bounded(response.stream, is_plain)

    return httpx2.AsyncClient(
        # Not compressed, so that what is counted is what has to be kept.
        headers={"Accept-Encoding": "identity", **headers},
        timeout=timeout,
        auth=auth,
        event_hooks={"response": [bound]},
    )


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: Any, is_plain: bool) -> None:
        self._stream = stream
        self._is_plain = is_plain

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if not self._is_plain:
            # A few bytes may become any number.
            raise httpx2.StreamError("It sent a compressed answer, for which nobody asked.")
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > MAX_ANSWER_BYTES:
                raise httpx2.StreamError(f"It sent more than {MAX_ANSWER_BYTES:,} bytes.")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
