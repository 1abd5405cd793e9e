"""Our cookies: their names, their attributes, and how a request carries them.

https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html
"""

from collections.abc import Iterator

from starlette.types import Scope

from backend.http.security.authority import Authority


def is_secure(scope: Scope) -> bool:
    """Whether the browser speaks TLS, to us or to a proxy that we trust."""
    return scope["scheme"] in ("https", "wss")


def cookie_name(scope: Scope, name: str) -> str:
    """Returns a name that holds the port of the address: browsers share cookies among the ports of a
    host.

    With TLS the prefix `__Host-` keeps other hosts of the domain, paths and plain HTTP from setting
    it.
    """
    return _named(scope, name, _port(scope))


def cookie_names(scope: Scope, name: str) -> tuple[str, ...]:
    """Returns the names under which a request may carry the cookie, the one that counts first.

    The others hold the port on which we listen: so it was named once, and so it is named by who comes
    to us without the proxy that others come by.
    """
    server = scope.get("server")
    ports = (_port(scope), server[1] if server else None)
    return tuple(dict.fromkeys(_named(scope, name, port) for port in ports))


def cookie_values(scope: Scope, name: str) -> Iterator[str]:
    """Yields the value of every cookie of that name; there can be several, not all of them ours."""
    for key, header in scope["headers"]:
        if key == b"cookie":
            for pair in header.decode("latin-1").split(";"):
                found, _, value = pair.strip().partition("=")
                if found == name:
                    yield value


def set_cookie(scope: Scope, name: str, value: str, max_age_s: int) -> str:
    """Returns the value of a `Set-Cookie` header; a maximal age of 0 deletes the cookie.

    `SameSite` is `Lax`, not `Strict`: a request that follows a link on another site would arrive
    without a strict cookie and look like a first visit. The guard's Origin check does what `Strict`
    would add.
    """
    secure = "; Secure" if is_secure(scope) else ""
    return f"{name}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}"


def _named(scope: Scope, name: str, port: int | None) -> str:
    named = f"{name}_{port}" if port else name
    return f"__Host-{named}" if is_secure(scope) else named


def _port(scope: Scope) -> int | None:
    """Returns the port of the `Host` header: behind a balancer we listen on ports that browsers do not
    know, each process on its own."""
    host = next((value for key, value in scope["headers"] if key == b"host"), b"")
    authority = Authority.parse(host.decode("latin-1"))
    if authority is None:
        return None
    return authority.port or (443 if is_secure(scope) else 80)
