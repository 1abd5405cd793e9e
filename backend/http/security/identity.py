"""A visitor's identity: an owner id in a signed cookie, given on the first visit.

`SameSite` is `Lax`, not `Strict`: a link from elsewhere to a chat would arrive without a strict
cookie, look like a first visit, and overwrite the identity that owns the chat. What `Strict`
would add, the guard's Origin check does.
"""

import hashlib
import re
from collections.abc import Iterator

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.domain.ids import OwnerId, new_owner_id
from backend.http.security.guard import HEALTH_PATHS

MAX_AGE_S = 365 * 24 * 60 * 60

_OWNER_ID = re.compile(r"owner_[0-9a-f]{24}")
_ANSWERS = frozenset({"http.response.start", "websocket.accept"})


class Identity:
    """Leaves `owner` in `scope["state"]` and sets the cookie where it was missing or invalid.

    An owner that is already there, by access token, stays. Assets and health have none: caches
    and monitors would only collect cookies.
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
    """Browsers share cookies among the ports of a host, so the name holds ours."""
    server = scope.get("server")
    return f"session_{server[1]}" if server and server[1] else "session"


def _cookies(scope: Scope, name: str) -> Iterator[str]:
    """Every value of that name; there can be several, of which not all need be ours."""
    for key, header in scope["headers"]:
        if key == b"cookie":
            for pair in header.decode("latin-1").split(";"):
                found, _, value = pair.strip().partition("=")
                if found == name:
                    yield value
