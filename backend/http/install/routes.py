"""What makes the page an app that can be installed, and says when its server is away.

The manifest and its icons, a service worker, and the one page that this keeps. Everybody may read them: browsers
ask for some without cookies. https://www.w3.org/TR/appmanifest/, https://www.w3.org/TR/service-workers/
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.staticfiles import NotModifiedResponse

from backend import PRODUCT
from backend.http.security.access import INSTALL_PATHS
from backend.http.security.headers import OWN_POLICY

_HERE: Final = Path(__file__).parent
_FRESH: Final = {"Cache-Control": "no-cache"}
_BACKGROUND: Final = "#faf9f7"
_INLINE: Final = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)

_MANIFEST: Final[Mapping[str, object]] = {
    # All addresses are relative to that of the manifest, and so below the root path.
    "id": "./",
    "start_url": "./chat",
    "scope": "./",
    "name": PRODUCT,
    "short_name": PRODUCT,
    "description": "Chat with an assistant that uses tools, and watch it work.",
    "display": "standalone",
    "background_color": _BACKGROUND,
    "theme_color": _BACKGROUND,
    "icons": [
        {"src": "icons/icon.svg", "sizes": "any", "type": "image/svg+xml"},
        {"src": "icons/icon-192.png", "sizes": "192x192", "type": "image/png"},
        {"src": "icons/icon-512.png", "sizes": "512x512", "type": "image/png"},
        {
            "src": "icons/maskable-512.png",
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ],
}


def install_routes() -> list[Route]:
    """`/manifest.webmanifest`, `/icons/…`, `/sw.js` and `/offline`."""
    page = Template((_HERE / "offline.html").read_text("utf-8"))

    async def manifest(request: Request) -> Response:
        return JSONResponse(_MANIFEST, headers=_FRESH, media_type="application/manifest+json")

    async def worker(request: Request) -> Response:
        return FileResponse(_HERE / "sw.js", headers=_FRESH, media_type="text/javascript")

    async def icon(request: Request) -> Response:
        # Routes name each of them, so that no path is taken from the request.
        return FileResponse(_HERE / "icons" / Path(request.url.path).name, headers=_FRESH)

    async def offline(request: Request) -> Response:
        root = escape(request.scope.get("root_path", ""))
        text = page.substitute(product=escape(PRODUCT), root=root)
        request.scope.setdefault("state", {})[OWN_POLICY] = _policy(text)
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        answer = HTMLResponse(text, headers={**_FRESH, "ETag": etag})
        known = request.headers.get("if-none-match")
        return NotModifiedResponse(answer.headers) if known == etag else answer

    handlers = {"/manifest.webmanifest": manifest, "/sw.js": worker, "/offline": offline}
    return [Route(path, handlers.get(path, icon)) for path in sorted(INSTALL_PATHS)]


def _policy(document: str) -> str:
    """Returns the policy of a page that is all in one document, since it has to do without the server."""
    inline = {
        name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for name, text in _INLINE.findall(document)
    }
    return (
        f"default-src 'none'; style-src 'sha256-{inline['style']}'; script-src 'sha256-{inline['script']}'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
