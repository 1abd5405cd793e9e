"""The documents of the page's own sealed frames: `/frames/preview` and `/frames/diagrams`.

Each is one script, which Vite built into `backend/static/frames/` and which is written into the
document, since such a frame loads nothing.
"""

import asyncio
import gzip
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import NotModifiedResponse

from backend.http.page import STATIC
from backend.http.sealed import sealed

NAMES = ("diagrams", "preview")
RUNS_FOREIGN_SCRIPTS = frozenset({"preview"})
"""The others run their own script alone, so that nothing drawn there could, whatever it got past."""


@dataclass(frozen=True, slots=True)
class _Document:
    zipped: bytes
    scripts: str
    """A source list for its policy."""
    etag: str
    made_ns: int
    """When its script was."""


def frame_routes(static: Path = STATIC) -> list[Route]:
    """A browser asks each time whether its copy is the last one."""
    documents: dict[str, _Document] = {}

    def document(name: str) -> _Document:
        path = static / "frames" / f"{name}.js"
        try:
            made_ns = path.stat().st_mtime_ns
        except FileNotFoundError:
            raise HTTPException(404) from None
        known = documents.get(name)
        if known is None or known.made_ns != made_ns:
            known = documents[name] = _read(path, name, made_ns)
        return known

    async def frame(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in NAMES:
            raise HTTPException(404)
        found = await asyncio.to_thread(document, name)
        headers = sealed(request, scripts=found.scripts) | {
            "Cache-Control": "no-cache",
            "ETag": found.etag,
            "Vary": "Accept-Encoding",
        }
        zips = "gzip" in request.headers.get("accept-encoding", "")
        if zips:
            headers["Content-Encoding"] = "gzip"
        body = found.zipped if zips else await asyncio.to_thread(gzip.decompress, found.zipped)
        answer = HTMLResponse(body, headers=headers)
        known = request.headers.get("if-none-match")
        return NotModifiedResponse(answer.headers) if known == found.etag else answer

    return [Route("/frames/{name}", frame)]


def _read(path: Path, name: str, made_ns: int) -> _Document:
    # As a parser of HTML reads it, which has no carriage returns.
    script = path.read_text("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    digest = sha256(script.encode()).digest()
    html = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name.title()}</title>'
    zipped = gzip.compress(f"{html}<script>{script}</script></html>".encode(), 6, mtime=0)
    scripts = f"'sha256-{b64encode(digest).decode()}'"
    return _Document(
        zipped,
        "'unsafe-inline'" if name in RUNS_FOREIGN_SCRIPTS else scripts,
        f'"{digest.hex()[:32]}"',
        made_ns,
    )
