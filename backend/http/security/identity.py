"""A visitor's identity: an owner id in a signed cookie, set on the first visit.

`SameSite` is `Lax`, not `Strict`: a request that follows a link on another site would arrive
without a strict cookie, look like a first visit, and overwrite the identity that owns the chat.
The guard's Origin check does what `Strict` would add. Starlette's SessionMiddleware sets no cookie
in the answer to a WebSocket handshake, which is the only answer that a script gets.
"""

import hashlib
import re
from collections.abc import Iterator

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.domain.ids import OwnerId, new_owner_id
from backend.http.security.guard import HEALTH_PATHS

MAX_AGE_S = 365 * 24 * 60 * 60

_OWNER_ID = re.compile(r"owner_[0-9a-f]{24}")
_ANSWERS = frozenset({"http.response.start", "websocket.accept"})


def owner_of(request: Request) -> OwnerId:
    """Returns whose request it is."""
    owner: OwnerId = request.state.owner
    return owner


class Identity:
    """Sets `owner` in `scope["state"]`, and the cookie where it is missing or invalid.

    An owner known by access token stays. Assets and health checks get no cookie: only caches and
    monitors would collect it.
    """

    def __init__(self, app: ASGIApp, secret: bytes) -> None:
        self.app = app
        self.signer = Signer(
            secret, salt="runstream.owner", key_derivation="hmac", digest_method=hashlib.sha256
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] not in ("http", "websocket")
            or scope["path"] in HEALTH_PATHS
            or scope["path"].startswith("/assets/")
        ):
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if "owner" in state:
            await self.app(scope, receive, send)
            return

        name = cookie_name(scope)
        known = self._known_owner(scope, name)
        if known is not None:
            state["owner"] = known
            await self.app(scope, receive, send)
            return

        stranger = state["owner"] = new_owner_id()

        async def send_with_cookie(message: Message) -> None:
            if message["type"] in _ANSWERS:
                message.setdefault("headers", [])
                MutableHeaders(scope=message).append("set-cookie", self._cookie(scope, stranger))
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _known_owner(self, scope: Scope, name: str) -> OwnerId | None:
        for value in _cookies(scope, name):
            try:
                owner = self.signer.unsign(value.encode("latin-1")).decode("ascii", "replace")
            except BadSignature:
                continue
            if _OWNER_ID.fullmatch(owner):
                return OwnerId(owner)
        return None

    def _cookie(self, scope: Scope, owner: OwnerId) -> str:
        value = self.signer.sign(owner).decode("ascii")
        cookie = (
            f"{cookie_name(scope)}={value}; Path=/; Max-Age={MAX_AGE_S}; HttpOnly; SameSite=Lax"
        )
        return cookie + "; Secure" if scope["scheme"] in ("https", "wss") else cookie


def cookie_name(scope: Scope) -> str:
    """Returns a name that holds our port: browsers share cookies among the ports of a host."""
    server = scope.get("server")
    return f"session_{server[1]}" if server and server[1] else "session"


def _cookies(scope: Scope, name: str) -> Iterator[str]:
    """Yields every cookie of that name; there can be several, not all of them ours."""
    for key, header in scope["headers"]:
        if key == b"cookie":
            for pair in header.decode("latin-1").split(";"):
                found, _, value = pair.strip().partition("=")
                if found == name:
                    yield value
