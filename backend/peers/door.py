"""The door for other processes, on a port of its own: who has a passport comes in as their visitor."""

import logging
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.peers.passport import NONCE, PASSPORT, Nonces, Passport, Seal

log = logging.getLogger(__name__)

PREFIX: Final = "/internal"
SOCKET_METHOD: Final = "WEBSOCKET"
PASSED_ON: Final = "passed_on"
"""In `scope["state"]`: it has come by this door, so that it is not passed on once more."""


class Door:
    """Sets `owner` and `PASSED_ON` in `scope["state"]`. Refuses what has no passport for itself."""

    def __init__(self, app: ASGIApp, seal: Seal) -> None:
        self.app = app
        self.seal = seal
        self.nonces = Nonces()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        passport = self._passport(scope)
        if passport is None:
            log.debug("Refused %s %r", scope["type"], scope["path"])
            refusal = JSONResponse({}, 401, {NONCE: self.nonces.current})
            await refusal(scope, receive, send)
            return
        inside: Scope = {
            **scope,
            "path": scope["path"].removeprefix(PREFIX),
            "raw_path": scope["raw_path"].removeprefix(PREFIX.encode()),
            "client": (passport.client, 0) if passport.client is not None else None,
            "state": {**scope.get("state", {}), "owner": passport.owner, PASSED_ON: True},
        }
        await self.app(inside, receive, send)

    def _passport(self, scope: Scope) -> Passport | None:
        given = [value for name, value in scope["headers"] if name == PASSPORT.encode()]
        if len(given) != 1 or not scope["path"].startswith(f"{PREFIX}/"):
            return None
        passport = self.seal.read(given[0].decode("latin-1"))
        if passport is None or not self.nonces.takes(passport.nonce):
            return None
        method = scope["method"] if scope["type"] == "http" else SOCKET_METHOD
        is_for_this = (passport.method, passport.target) == (method, _target(scope))
        return passport if is_for_this else None


def _target(scope: Scope) -> str:
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path
