"""The documents of sealed frames: what they may do, and that a browser fetches them once."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from backend.config.settings import Settings
from backend.http.frames import frame_routes
from backend.http.framework.exception_handlers import EXCEPTION_HANDLERS
from backend.http.page import http_error
from backend.http.security.attempts import Attempts
from backend.http.security.protection import protected
from backend.http.security.sessions import Sessions
from tests.http.security.door import SECRET
from tests.rest import rest
from tests.serving import serve


@asynccontextmanager
async def frames(static: Path) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(
        routes=frame_routes(static),
        exception_handlers={**EXCEPTION_HANDLERS, 404: http_error},
        middleware=[
            Middleware(
                protected,
                settings=Settings,
                secret=lambda: SECRET,
                sessions=Sessions(lambda: SECRET),
                attempts=Attempts(),
            )
        ],
    )
    async with serve(app) as url, rest(url) as http:
        yield http


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "frames").mkdir()
    for name in ("preview", "diagrams"):
        (tmp_path / "frames" / f"{name}.js").write_bytes(f"draw('{name}');\r\n".encode() * 99)
    return tmp_path


@pytest.mark.parametrize("name", ["preview", "diagrams"])
async def test_a_frames_document_has_an_opaque_origin_and_reaches_no_network(
    built: Path, name: str
) -> None:
    async with frames(built) as http:
        answer = await http.get(f"/frames/{name}")
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-scripts;" in policy
    assert "default-src 'none'" in policy
    assert "'self'" not in policy.replace("frame-ancestors 'self'", "")
    assert not re.search(r"https?:|wss?:|\*", policy)
    assert answer.headers["connection-allowlist"] == "()"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_what_draws_diagrams_runs_its_own_script_and_no_other(built: Path) -> None:
    async with frames(built) as http:
        answer = await http.get("/frames/diagrams")
    [script] = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'sha256-{digest}';" in policy
    assert script.startswith("draw('diagrams');\ndraw(")


async def test_a_frames_document_is_sent_compressed_and_only_where_the_browser_has_another(
    built: Path,
) -> None:
    async with frames(built) as http:
        zipped = await http.get("/frames/preview")
        plain = await http.get("/frames/preview", headers={"Accept-Encoding": "identity"})
        assert zipped.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert zipped.text == plain.text
        known = {"If-None-Match": zipped.headers["etag"]}
        again = await http.get("/frames/preview", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["content-security-policy"].startswith("sandbox")
        (built / "frames" / "preview.js").write_text("another()")
        assert "another()" in (await http.get("/frames/preview", headers=known)).text


async def test_there_is_no_other_frame_and_none_outside_a_frame(built: Path) -> None:
    async with frames(built) as http:
        assert (await http.get("/frames/other")).status_code == 404
        (built / "frames" / "diagrams.js").unlink()
        assert (await http.get("/frames/diagrams")).status_code == 404
        page = await http.get("/frames/preview", headers={"Sec-Fetch-Dest": "document"})
    assert page.status_code == 404
    assert "draw(" not in page.text
