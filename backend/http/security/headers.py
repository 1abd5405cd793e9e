"""The security headers of every answer, refusals and failures included.

https://www.w3.org/TR/CSP3/
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.http.security.authority import Authority

# Of Trusted Types the page has one policy, which trusts the address of its service worker alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'{sockets}; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; manifest-src 'self'; require-trusted-types-for 'script'; "
    "trusted-types service-worker"
)

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # No host that a link names is looked up before a click.
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
WITH_MICROPHONE = {"Permissions-Policy": "camera=(), geolocation=(), microphone=(self)"}
"""Of the page alone, and of no frame in it that is of another origin, as all of them are."""

OWN_POLICY = "content_security_policy"
"""In `scope["state"]`: the policy of an answer that is not a page of ours."""


class SecurityHeaders:
    """Adds the fixed headers, the policy, and `no-store` where the answer has no Cache-Control."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                for name, value in _FIXED.items():
                    headers.setdefault(name, value)
                state = scope.get("state", {})
                # The guard has set the host of an admitted request.
                policy = state.get(OWN_POLICY) or content_security_policy(state.get("host"))
                # A browser enforces each of several policies that are separated by commas.
                stricter = headers.get("Content-Security-Policy")
                headers["Content-Security-Policy"] = f"{policy}, {stricter}" if stricter else policy
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


def content_security_policy(host: Authority | None) -> str:
    """Returns the policy of a page at `host`.

    For browsers before CSP3 `'self'` does not include WebSockets, so their addresses are
    listed. An IPv6 address cannot be listed in a policy.
    """
    named = host is not None and not host.is_ipv6
    return _POLICY.format(sockets=f" ws://{host} wss://{host}" if named else "")
