"""A visitor's identity: an owner id in a signed cookie, set on the first visit.

Starlette's SessionMiddleware sets no cookie in the answer to a WebSocket handshake, which is the
only answer that a script gets.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cached_property

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.domain.ids import OwnerId, new_owner_id
from backend.http.security.cookies import cookie_names, cookie_values, set_cookie
from backend.http.security.guard import HEALTH_PATHS, METRICS_PATH
from backend.http.security.refusal import Refusal
from backend.http.security.root_path import route_path

_WITHOUT = ("/assets/", "/login", "/shared/")
_MONITORED = HEALTH_PATHS | {METRICS_PATH}

MAX_AGE_S = 365 * 24 * 60 * 60

_COOKIE = "session"
_OWNER_ID = re.compile(r"owner_[0-9a-f]{24}")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.~-]{1,300}")
_ANSWERS = frozenset({"http.response.start", "websocket.accept"})
_READS = frozenset({"GET", "HEAD"})


def owner_of(request: Request) -> OwnerId:
    """Returns whose request it is."""
    owner: OwnerId = request.state.owner
    return owner


class Identity:
    """Sets `owner` in `scope["state"]`, and the cookie where it is missing or invalid.

    An owner known by access token stays. Assets and health checks get no cookie: only caches and
    monitors would collect it. Nor does who reads a chat by its link. Nor does what a page reads: it asks for several things at once, and
    each would get a cookie, the last of which is not the one that its socket has.
    """

    def __init__(self, app: ASGIApp, secret: Callable[[], bytes]) -> None:
        """`secret` is called once there is a request."""
        self.app = app
        self._secret = secret

    @cached_property
    def signer(self) -> Signer:
        return Signer(
            self._secret(),
            salt="runstream.owner",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] not in ("http", "websocket")
            or route_path(scope) in _MONITORED
            or route_path(scope).startswith(_WITHOUT)
        ):
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if "owner" in state:
            await self.app(scope, receive, send)
            return

        names = cookie_names(scope, _COOKIE)
        known = next(filter(None, (self._known_owners(scope, name) for name in names)), set())
        if len(known) > 1:
            await _several(scope, names).send(scope, receive, send)
            return
        if known:
            state["owner"] = known.pop()
            await self.app(scope, receive, send)
            return

        stranger = state["owner"] = new_owner_id()
        if _is_read_by_a_page(scope):
            await self.app(scope, receive, send)
            return
        cookie = set_cookie(scope, names[0], self.signer.sign(stranger).decode("ascii"), MAX_AGE_S)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] in _ANSWERS:
                message.setdefault("headers", [])
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)

    def _known_owners(self, scope: Scope, name: str) -> set[OwnerId]:
        """Returns the owners of all valid cookies."""
        owners = set()
        for value in cookie_values(scope, name):
            try:
                owner = self.signer.unsign(value.encode("latin-1")).decode("ascii", "replace")
            except BadSignature:
                continue
            if _OWNER_ID.fullmatch(owner):
                owners.add(OwnerId(owner))
        return owners


def _is_read_by_a_page(scope: Scope) -> bool:
    """Whether a page that is open reads something. Its document came with a cookie, unless Vite
    serves it; then the socket brings one, or the first request that changes something.

    https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header, which scripts do not send
    """
    dest = dict(scope["headers"]).get(b"sec-fetch-dest", b"document")
    return scope["type"] == "http" and scope["method"] in _READS and dest != b"document"


def _several(scope: Scope, names: Iterable[str]) -> Refusal:
    """Refuses a request with two identities, and deletes the cookies of longer paths.

    Ours has the path `/`. A page on another port of the host can set one for a longer path, with an
    identity of its own: what the visitor then writes would be the other's to read.
    """
    parts = scope["path"].split("/")
    paths = {"/".join(parts[:length]) for length in range(2, len(parts) + 1)}
    paths |= {f"{path}/" for path in paths}
    return Refusal(
        400,
        "several_identities",
        "The browser sent two identities for this server. Load the page again; if that does not "
        "help, delete the cookies of this site.",
        cookies=tuple(
            f"{name}=; Path={path}; Max-Age=0; HttpOnly; SameSite=Lax"
            for name in names
            for path in sorted(paths - {"/", ""})
            if _PLAIN_PATH.fullmatch(path)
        ),
    )
