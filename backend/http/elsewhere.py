"""Requests that change a thread which is at home on another process: passed on, and so is its answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Final
from urllib.parse import quote

import httpx2
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.domain.errors import AppError
from backend.domain.ids import ThreadId
from backend.homes.base import Elsewhere, Homes
from backend.http.framework.body import read_body
from backend.http.framework.exception_handlers import from_app_error
from backend.http.security.identity import owner_of
from backend.http.security.root_path import route_path
from backend.peers.door import PASSED_ON
from backend.peers.peers import Peers

ASK_AGAIN_S: Final = 0.25
TRY_FOR_S: Final = 10.0
"""How long it is asked again who is at home, where nobody answers. A lease lasts four seconds."""

MOVED: Final = "runstream-moved"
"""The header of an answer that says: nothing was done, as the thread is at home elsewhere."""

_REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})
"""What may be sent again though nobody knows whether it was done."""
_NOT_CARRIED: Final = frozenset(
    {
        *(b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
        *(b"host", b"date", b"cookie", b"authorization", b"proxy-authorization"),
    }
)
"""Headers of one connection alone, and what opens only our own door."""


class LostAnswer(AppError):
    code = "lost_answer"
    status = 503


class PassedOn:
    """The exception handler of `Elsewhere`. `own_address` is where this process is asked by others."""

    def __init__(self, peers: Peers, homes: Homes, own_address: Callable[[], str]) -> None:
        self._peers = peers
        self._homes = homes
        self._own_address = own_address

    async def __call__(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Elsewhere)
        if getattr(request.state, PASSED_ON, False):
            refused = await from_app_error(request, error)
            refused.headers[MOVED] = "1"
            return refused
        address, until = error.address, asyncio.get_running_loop().time() + TRY_FOR_S
        while True:
            answer = await self._asked(request, error.thread_id, address)
            if answer is not None:
                return answer
            if asyncio.get_running_loop().time() > until:
                return await from_app_error(request, error)
            await asyncio.sleep(ASK_AGAIN_S)
            # Where nobody is at home this process will be, once it asks itself.
            address = await self._homes.where(error.thread_id) or self._own_address()

    async def _asked(self, request: Request, thread_id: ThreadId, address: str) -> Response | None:
        """Returns None where it is to be asked again who is at home."""
        client = request.client.host if request.client is not None else None
        sending = self._peers.send(address, _copy(request), owner_of(request), client)
        answer: httpx2.Response | None
        try:
            if address == self._own_address():
                answer = await sending
            else:
                answer = await self._peers.lookout.while_there(thread_id, address, sending)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return None
        except httpx2.TransportError:
            answer = None
        if answer is None:
            if request.method in _REPEATABLE:
                return None
            raise LostAnswer(
                "The process that worked on this thread is gone. Look what was done, then try again."
            )
        if MOVED in answer.headers:
            await answer.aclose()
            return None
        passed_on = StreamingResponse(_body_of(answer), answer.status_code)
        passed_on.raw_headers = _carried(answer.headers.raw)
        return passed_on


def _copy(request: Request) -> httpx2.Request:
    path, query = quote(route_path(request.scope)), request.url.query
    target = f"{path}?{query}" if query else path
    url = httpx2.URL("http://peer").copy_with(raw_path=target.encode("ascii"))
    # The length is that of the body that was read, which may be none of it.
    headers = [each for each in _carried(request.headers.raw) if each[0] != b"content-length"]
    return httpx2.Request(request.method, url, headers=headers, content=read_body(request))


def _carried(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in _NOT_CARRIED]


async def _body_of(answer: httpx2.Response) -> AsyncGenerator[bytes]:
    try:
        async for piece in answer.aiter_raw():
            yield piece
    finally:
        await answer.aclose()
