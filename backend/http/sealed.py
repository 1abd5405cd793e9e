"""What shuts a document off that is not ours, or that draws what is not: apps, previews, diagrams.

Its policy makes its origin opaque in whatever way it is opened, so that it has no cookies, no storage,
and none of what this server's own pages may do. `frontend/src/apps/README.md` says what else keeps it
apart.
"""

from starlette.requests import Request

from backend.domain.app import AppDomains
from backend.domain.errors import NotFound
from backend.http.security.headers import OWN_POLICY

_FRAMES = frozenset({"iframe", "frame"})


def sealed(
    request: Request, domains: AppDomains | None = None, scripts: str = "'unsafe-inline'"
) -> dict[str, str]:
    """Gives the answer to `request` such a policy, and returns its other headers.

    It may load from `domains` alone, and run `scripts`, a source list. Raises `NotFound` where a
    browser does not ask for a frame.
    """
    if request.headers.get("sec-fetch-dest", "iframe") not in _FRAMES:
        raise NotFound("This is only shown within a chat.")
    domains = domains or AppDomains()
    setattr(request.state, OWN_POLICY, sealed_policy(domains, scripts))
    return {
        "Permissions-Policy": _NO_FEATURES,
        "Connection-Allowlist": connection_allowlist(domains),
    }


def sealed_policy(domains: AppDomains, scripts: str = "'unsafe-inline'") -> str:
    """Returns the policy, as the extension for apps has it made from an app's metadata.

    What `'self'` would name is this server, so nothing is allowed from there.
    """
    resource = " ".join(domains.resource)
    return "; ".join(
        (
            "sandbox allow-scripts",
            "default-src 'none'",
            f"script-src {scripts} {resource}".rstrip(),
            f"style-src 'unsafe-inline' {resource}".rstrip(),
            f"img-src data: {resource}".rstrip(),
            f"media-src data: {resource}".rstrip(),
            f"font-src {resource or _NONE}",
            f"connect-src {' '.join(domains.connect) or _NONE}",
            f"frame-src {' '.join(domains.frame) or _NONE}",
            f"base-uri {' '.join(domains.base_uri) or _NONE}",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )


def connection_allowlist(domains: AppDomains) -> str:
    """Returns what stops WebRTC, for which a Content Security Policy has no word.

    https://wicg.github.io/connection-allowlists/
    """
    patterns = " ".join(f'"{origin}"' for origin in domains.all())
    return f"({patterns})"


_NONE = "'none'"
_NO_FEATURES = (
    "camera=(), clipboard-read=(), clipboard-write=(), display-capture=(), fullscreen=(), "
    "geolocation=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), serial=(), "
    "usb=()"
)
