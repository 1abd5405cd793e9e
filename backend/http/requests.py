"""Gives each request and each socket an id, which its lines in the log and its answer have."""

import re
import secrets
from ipaddress import ip_address, ip_network
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.domain.ids import ThreadId
from backend.http.security.guard import header_values
from backend.watching.steps import Requested
from backend.watching.watch import Watch

HEADER: Final = "X-Request-Id"

_ANSWERS: Final = frozenset({"http.response.start", "websocket.accept"})
_FIT: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_THREAD: Final = re.compile(r"thread_[0-9a-f]{24}")


class Requests:
    """Tells of each one. Takes the id that a trusted proxy has given it."""

    def __init__(self, app: ASGIApp, watch: Watch, trusted_proxies: tuple[str, ...]) -> None:
        self.app = app
        self.watch = watch
        self.trusted = tuple(map(ip_network, trusted_proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = self._given(scope) or secrets.token_hex(8)

        async def send_with_id(message: Message) -> None:
            if message["type"] in _ANSWERS:
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with self.watch.during(Requested(request_id, _thread_id(scope))):
            await self.app(scope, receive, send_with_id)

    def _given(self, scope: Scope) -> str | None:
        given = header_values(scope, HEADER.lower().encode())
        if not self._is_trusted(scope) or len(given) != 1 or not _FIT.fullmatch(given[0]):
            return None
        return given[0]

    def _is_trusted(self, scope: Scope) -> bool:
        try:
            return any(ip_address(scope["client"][0]) in network for network in self.trusted)
        except (TypeError, ValueError):
            return False


def _thread_id(scope: Scope) -> ThreadId | None:
    """Returns the thread that is asked for, whoever's it is."""
    named = _THREAD.search(scope["path"]) or _THREAD.search(
        scope.get("query_string", b"").decode("latin-1")
    )
    return ThreadId(named[0]) if named is not None else None
