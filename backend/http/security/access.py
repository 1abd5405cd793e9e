"""Access to a server that has an `ACCESS_TOKEN`: by the token itself, or by a session of `/login`.

Whoever has the token is one owner: a script and every browser see the same chats.
"""

import asyncio
import hmac
import math
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.config.settings import Settings
from backend.domain.ids import OwnerId
from backend.http.security.attempts import Attempts, address_of
from backend.http.security.guard import HEALTH_PATHS, header_values, takes_metrics_token
from backend.http.security.refusal import Refusal
from backend.http.security.root_path import route_path
from backend.http.security.sessions import Sessions

TOKEN_OWNER = OwnerId("token")
MCP_CLIENT_PATH: Final = "/mcp-client.json"
"""What authorization servers of MCP servers read of us. They have no token."""
LOGIN_PATHS: Final = frozenset({"/login", "/login.css"})
INSTALL_PATHS: Final = frozenset(
    {
        "/manifest.webmanifest",
        "/sw.js",
        "/offline",
        "/icons/icon.svg",
        "/icons/icon-192.png",
        "/icons/icon-512.png",
        "/icons/maskable-512.png",
        "/icons/apple-touch-icon.png",
    }
)
"""What a browser reads to install the page; it may ask without cookies."""
SHARED_PREFIX: Final = "/shared/"
"""Whoever has the link to a chat may read that, with or without a cookie."""
_OPEN_PATHS: Final = HEALTH_PATHS | LOGIN_PATHS | INSTALL_PATHS | {MCP_CLIENT_PATH}

SESSION_ENDED: Final = 4401
"""Close code of a WebSocket whose session has ended."""

_UNAUTHORIZED = Refusal(
    401,
    "unauthorized",
    "This server needs its access token: send it as “Authorization: Bearer …”, or log in at /login.",
    {"WWW-Authenticate": 'Bearer realm="runstream"'},
)


class Access:
    """Sets `owner`, and perhaps `session`, in `scope["state"]`; lets everybody in without a token.

    A browser that asks for a page without a session is sent to `/login`.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Callable[[], Settings],
        sessions: Sessions,
        attempts: Attempts,
    ) -> None:
        self.app = app
        self.settings = settings
        self.sessions = sessions
        self.attempts = attempts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = self.settings()
        if takes_metrics_token(scope, settings):
            app = self.app if _is_metrics_token(scope, settings) else _UNAUTHORIZED.send
            await app(scope, receive, send)
            return
        secret = settings.access_token
        if (
            scope["type"] not in ("http", "websocket")
            or secret is None
            or route_path(scope) in _OPEN_PATHS
            or (scope["type"] == "http" and route_path(scope).startswith(SHARED_PREFIX))
        ):
            await self.app(scope, receive, send)
            return
        token = secret.get_secret_value()
        state = scope.setdefault("state", {})
        if header_values(scope, b"authorization"):
            refusal = await check_token(scope, self.attempts, _bearer(scope), token)
            if refusal is not None:
                await refusal.send(scope, receive, send)
                return
            state["owner"] = TOKEN_OWNER
            await self.app(scope, receive, send)
            return
        session = self.sessions.find(scope, token)
        if session is None:
            if _is_navigation(scope):
                await _to_login(scope)(scope, receive, send)
            else:
                await _UNAUTHORIZED.send(scope, receive, send)
            return
        state["owner"], state["session"] = TOKEN_OWNER, session
        if scope["type"] == "http":
            await self.app(scope, receive, send)
            return
        async with self.sessions.watch(session) as ended:
            await self.app(scope, _until(ended, receive), send)


async def check_token(
    scope: Scope, attempts: Attempts, given: str | None, token: str
) -> Refusal | None:
    """Returns None for the right token; counts a wrong one, and refuses all after too many."""
    address = address_of(scope)
    wait_s = attempts.wait_s(address)
    if wait_s > 0:
        return Refusal(
            429,
            "too_many_attempts",
            "Too many wrong access tokens came from this address. Wait, then try again.",
            {"Retry-After": str(math.ceil(wait_s))},
        )
    if given is not None and hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), token.encode()
    ):
        return None
    await attempts.failed(address)
    return _UNAUTHORIZED


def _is_metrics_token(scope: Scope, settings: Settings) -> bool:
    """Wrong ones are not counted: a monitor with an old one keeps nobody from logging in."""
    given, token = _bearer(scope), settings.metrics_token
    return (
        given is not None
        and token is not None
        and hmac.compare_digest(
            given.encode("utf-8", "surrogatepass"), token.get_secret_value().encode()
        )
    )


def _bearer(scope: Scope) -> str | None:
    credentials = header_values(scope, b"authorization")
    if len(credentials) != 1:
        return None
    scheme, _, given = credentials[0].partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None


def _is_navigation(scope: Scope) -> bool:
    """Whether a browser asks for a page to show."""
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and not route_path(scope).startswith(("/api/", "/assets/"))
        and any("text/html" in accepted for accepted in header_values(scope, b"accept"))
        and all(mode == "navigate" for mode in header_values(scope, b"sec-fetch-mode"))
    )


def _to_login(scope: Scope) -> RedirectResponse:
    path = route_path(scope)
    query = "" if path == "/" else f"?next={quote(path)}"
    return RedirectResponse(f"{scope.get('root_path', '')}/login{query}", 303)


def _until(ended: asyncio.Event, receive: Receive) -> Receive:
    """Returns a `receive` that disconnects once the event is set."""

    async def receive_or_disconnect() -> Message:
        receiving = asyncio.ensure_future(receive())
        ending = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait((receiving, ending), return_when=asyncio.FIRST_COMPLETED)
            if receiving.done():
                return receiving.result()
            return {"type": "websocket.disconnect", "code": SESSION_ENDED, "reason": ""}
        finally:
            receiving.cancel()
            ending.cancel()

    return receive_or_disconnect
