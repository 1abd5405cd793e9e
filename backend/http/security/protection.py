"""The security middleware in its order, from the outside in."""

from collections.abc import Callable

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from backend.config.settings import Settings
from backend.http.security.access import Access
from backend.http.security.attempts import Attempts
from backend.http.security.failure import FailureAnswer
from backend.http.security.guard import Guard
from backend.http.security.headers import SecurityHeaders
from backend.http.security.identity import Identity
from backend.http.security.root_path import RootPath
from backend.http.security.sessions import Sessions


def protected(
    app: ASGIApp,
    *,
    settings: Callable[[], Settings],
    secret: Callable[[], bytes],
    sessions: Sessions,
    attempts: Attempts,
) -> ASGIApp:
    """Wrap an app; fits `starlette.middleware.Middleware`. Works for HTTP and WebSockets.

    Inside, `scope["state"]` holds `owner` (`OwnerId`), `host` (`Authority`), and `session` after a
    login.
    """
    app = Identity(FailureAnswer(app), secret)
    app = Guard(Access(app, settings, sessions, attempts), settings)
    app = RootPath(SecurityHeaders(app), settings().root_path)
    if settings().trusted_proxies:
        # Believes X-Forwarded-For and X-Forwarded-Proto of these addresses only.
        app = ProxyHeadersMiddleware(app, list(settings().trusted_proxies))  # type: ignore
    return app
