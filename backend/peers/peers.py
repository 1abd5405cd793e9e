"""Asks other processes, in the name of a visitor."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from backend.domain.ids import OwnerId
from backend.peers.door import PREFIX, SOCKET_METHOD
from backend.peers.lookout import Lookout
from backend.peers.passport import NONCE, PASSPORT, Passport, Seal

CONNECT_S: Final = 2.0
"""Until another process answers at all."""
UNAUTHORIZED: Final = 401


class Peers:
    """`lookout` says when an answer need not be waited for any longer: no request has a limit."""

    def __init__(self, seal: Seal, lookout: Lookout) -> None:
        self.lookout = lookout
        self._seal = seal
        self._nonces: dict[str, str] = {}
        """By address, the number that its process gave out last."""
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(None, connect=CONNECT_S),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20),
            trust_env=False,
            verify=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    @asynccontextmanager
    async def socket(
        self,
        address: str,
        query: str,
        owner: OwnerId,
        client: str | None,
        headers: Mapping[str, str],
    ) -> AsyncIterator[ClientConnection]:
        """A socket at another process. Raises `OSError`, `InvalidHandshake` and `ConnectionClosed`."""
        target = f"{PREFIX}/ws?{query}"
        far = await self._connect(address, target, owner, client, headers)
        try:
            yield far
        finally:
            # A process that is stopped would not answer a goodbye.
            far.transport.abort()

    async def _connect(
        self,
        address: str,
        target: str,
        owner: OwnerId,
        client: str | None,
        headers: Mapping[str, str],
    ) -> ClientConnection:
        while True:
            nonce = self._nonces.get(address, "")
            passport = Passport(
                nonce=nonce, method=SOCKET_METHOD, target=target, owner=owner, client=client
            )
            try:
                return await connect(
                    f"ws{address.removeprefix('http')}{target}",
                    additional_headers={**headers, PASSPORT: self._seal.sign(passport)},
                    user_agent_header=None,
                    compression=None,
                    proxy=None,
                    open_timeout=CONNECT_S,
                    ping_interval=None,
                    max_size=None,
                )
            except InvalidStatus as refused:
                response = refused.response
                if not self._learns(address, nonce, response.status_code, response.headers):
                    raise

    async def send(
        self,
        address: str,
        request: httpx2.Request,
        owner: OwnerId,
        client: str | None,
    ) -> httpx2.Response:
        """Send it below `PREFIX`; the body of the answer is still to be read. Raises `HTTPError`."""
        target = PREFIX + request.url.raw_path.decode("ascii")
        request.url = httpx2.URL(address).copy_with(raw_path=target.encode("ascii"))
        while True:
            nonce = self._nonces.get(address, "")
            passport = Passport(
                nonce=nonce, method=request.method, target=target, owner=owner, client=client
            )
            request.headers[PASSPORT] = self._seal.sign(passport)
            response = await self._http.send(request, stream=True)
            if not self._learns(address, nonce, response.status_code, response.headers):
                return response
            await response.aclose()

    def _learns(self, address: str, nonce: str, status: int, headers: Mapping[str, str]) -> bool:
        """Whether it was refused for its number alone, and is to be sent again with the present one."""
        present = headers.get(NONCE)
        if status != UNAUTHORIZED or present is None or present == nonce:
            return False
        self._nonces[address] = present
        return True
