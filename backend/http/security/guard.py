"""The guard: checks Host and Origin of every request and WebSocket handshake.

A page of another site can make a browser send us requests and open sockets, by our own address or
by a name that it points here (DNS rebinding); it cannot choose the Host and Origin headers that
the browser adds. A request without Origin comes from a script. Starlette's TrustedHostMiddleware
knows neither ports, nor several Host headers, nor Origin.
"""

import logging
from collections.abc import Callable
from ipaddress import ip_address

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.config.settings import LOOPBACK_HOSTS, Settings
from backend.http.security.authority import Authority, HostPattern, Origin
from backend.http.security.refusal import Refusal
from backend.http.security.root_path import route_path

log = logging.getLogger(__name__)

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
"""Paths for load balancers, which send no token."""
METRICS_PATH = "/metrics"
"""For a monitor, which may have a token of its own."""

MIN_TOKEN_CHARS = 16
"""Of the access token of a server that other machines can reach, and of the metrics' token."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WILDCARD_HOSTS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound
_OWN_FETCH_SITES = frozenset({"same-origin", "none"})


class Guard:
    """Refuses a request, or sets `host` (`Authority`) in `scope["state"]`."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        verdict = admit(scope, self.settings())
        if isinstance(verdict, Refusal):
            log.debug("Refused %s %r: %s", scope["type"], scope["path"], verdict.code)
            await verdict.send(scope, receive, send)
            return
        scope.setdefault("state", {})["host"] = verdict
        await self.app(scope, receive, send)


def admit(scope: Scope, settings: Settings) -> Authority | Refusal:
    """Admit or refuse a request or a handshake by its headers."""
    hosts = header_values(scope, b"host")
    host = Authority.parse(hosts[0]) if len(hosts) == 1 else None
    if host is None or not scope.get("raw_path", b"/").startswith((b"/", b"*")):
        return Refusal(
            400, "bad_host", "The request has no Host header, several, or a malformed one."
        )
    allowed = any(pattern.allows(host) for pattern in _patterns(settings))
    if not allowed and not takes_metrics_token(scope, settings):
        return Refusal(
            421,
            "host_not_allowed",
            f"This server does not answer for {host}. Add it to ALLOWED_HOSTS to allow it.",
        )
    if _changes_state(scope) and not _comes_from_own_page_or_script(scope, host):
        return Refusal(403, "origin_not_allowed", "Pages of other sites may not do this here.")
    return host


def check_binding(settings: Settings) -> str | None:
    """Returns a sentence that says what to correct before the server may start, or None."""
    for entry in settings.allowed_hosts:
        if HostPattern.parse(entry) is None:
            return (
                f"ALLOWED_HOSTS holds {entry!r}, which is not a host name. "
                "Write names such as chat.example.com, chat.example.com:8443 or *.example.com."
            )
    if _is_short(settings.metrics_token):
        return (
            f"METRICS_TOKEN has fewer than {MIN_TOKEN_CHARS} characters. Set it to a long random "
            "text, or leave it empty."
        )
    if _is_loopback(settings.host) and not settings.trusted_proxies:
        return None
    reach = (
        f"HOST is {settings.host!r}, which other machines can reach"
        if not _is_loopback(settings.host)
        else "TRUSTED_PROXIES lets other machines in"
    )
    if settings.access_token is None:
        return (
            f"{reach}, and there is no ACCESS_TOKEN. Set ACCESS_TOKEN to a long random text, "
            "or HOST to 127.0.0.1 without proxies."
        )
    if _is_short(settings.access_token):
        return (
            f"{reach}, and ACCESS_TOKEN has fewer than {MIN_TOKEN_CHARS} characters. Set "
            "ACCESS_TOKEN to a long random text."
        )
    return None


def takes_metrics_token(scope: Scope, settings: Settings) -> bool:
    """Whether nothing but the monitor's token opens this.

    It comes by the address of one process, under whatever name: no browser sends that token by
    itself, so a page of another site gains nothing.
    """
    has_token = settings.metrics_token is not None
    return has_token and scope["type"] == "http" and route_path(scope) == METRICS_PATH


def header_values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _patterns(settings: Settings) -> list[HostPattern]:
    entries = [*sorted(LOOPBACK_HOSTS), *settings.allowed_hosts]
    if settings.host not in _WILDCARD_HOSTS:
        entries.append(settings.host)
    return [pattern for pattern in map(HostPattern.parse, entries) if pattern is not None]


def _changes_state(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS


def _comes_from_own_page_or_script(scope: Scope, host: Authority) -> bool:
    origins = header_values(scope, b"origin")
    if origins:
        origin = Origin.parse(origins[0]) if len(origins) == 1 else None
        if origin is None or not origin.is_of(host):
            return False
    return all(site in _OWN_FETCH_SITES for site in header_values(scope, b"sec-fetch-site"))


def _is_short(token: SecretStr | None) -> bool:
    return token is not None and len(token.get_secret_value()) < MIN_TOKEN_CHARS


def _is_loopback(host: str) -> bool:
    if host in LOOPBACK_HOSTS:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
