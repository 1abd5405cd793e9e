"""The doors in their order: headers on all that leaves, then the guard, then identity."""

from collections.abc import Callable

from starlette.types import ASGIApp

from backend.http.failure import FailureAnswer
from backend.http.guard import Guard
from backend.http.headers import SecurityHeaders
from backend.http.identity import Identity
from backend.settings import Settings


def protected(app: ASGIApp, *, settings: Callable[[], Settings], secret: bytes) -> ASGIApp:
    """Wrap an app, for HTTP and WebSocket alike. Fits `starlette.middleware.Middleware`.

    Behind it `scope["state"]` holds `owner` (`OwnerId`) and `host` (`Authority`).
    """
    return SecurityHeaders(Guard(Identity(FailureAnswer(app), secret), settings))
