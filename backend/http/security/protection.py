"""The security middleware in its order: headers, guard, identity, failure."""

from collections.abc import Callable

from starlette.types import ASGIApp

from backend.config.settings import Settings
from backend.http.security.failure import FailureAnswer
from backend.http.security.guard import Guard
from backend.http.security.headers import SecurityHeaders
from backend.http.security.identity import Identity


def protected(app: ASGIApp, *, settings: Callable[[], Settings], secret: bytes) -> ASGIApp:
    """Wrap an app; fits `starlette.middleware.Middleware`. Works for HTTP and WebSockets.

    Inside, `scope["state"]` holds `owner` (`OwnerId`) and `host` (`Authority`).
    """
    return SecurityHeaders(Guard(Identity(FailureAnswer(app), secret), settings))
