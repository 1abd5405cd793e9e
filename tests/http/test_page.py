import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from backend.config.settings import Settings
from backend.domain.errors import StoreUnavailable
from backend.domain.start_screen import StartScreen
from backend.http.health import health_routes
from backend.http.page import AssistantInPage, http_error, page_routes
from backend.http.security.attempts import Attempts
from backend.http.security.protection import protected
from backend.http.security.sessions import Sessions
from tests.http.security.door import SECRET
from tests.rest import rest
from tests.serving import serve


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Page</title>")
    (tmp_path / "assets" / "main-abc123.js").write_text("export const x = 1;\n" * 500)
    (tmp_path / "secret.txt").write_text("not an asset")
    return tmp_path


@asynccontextmanager
async def visit(
    static: Path,
    missing: Sequence[str] = (),
    not_ready: str | None = None,
    root_path: str = "",
    **given: Any,
) -> AsyncIterator[httpx2.AsyncClient]:
    async def what_is_missing() -> Sequence[str]:
        return missing

    async def readiness() -> str | None:
        return not_ready

    app = Starlette(
        routes=[*page_routes(what_is_missing, static, **given), *health_routes(readiness)],
        exception_handlers={HTTPException: http_error},
        middleware=[
            Middleware(
                protected,
                settings=lambda: Settings(root_path=root_path),
                secret=lambda: SECRET,
                sessions=Sessions(lambda: SECRET),
                attempts=Attempts(),
            )
        ],
    )
    async with serve(app) as url, rest(url) as client:
        yield client


async def test_every_address_of_the_page_gives_the_page(built: Path) -> None:
    async with visit(built) as client:
        for path in ("/chat", "/chat/thread_1", "/setup"):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert "<title>Page</title>" in answer.text
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert answer.headers["cache-control"] == "no-cache"


async def test_the_page_is_not_sent_again_while_it_is_the_same(built: Path) -> None:
    async with visit(built) as client:
        etag = (await client.get("/chat")).headers["etag"]
        assert (await client.get("/chat", headers={"If-None-Match": etag})).status_code == 304
        (built / "index.html").write_text("<!doctype html><title>Another page</title>")
        assert (await client.get("/chat", headers={"If-None-Match": etag})).status_code == 200


async def test_the_page_alone_may_use_the_microphone(built: Path) -> None:
    (built / "index.html").write_text('<!doctype html><meta name="dictation" content="" />')
    async with visit(built, dictation=lambda: True) as client:
        page = await client.get("/chat")
        known = await client.get("/chat", headers={"If-None-Match": page.headers["etag"]})
        others = [await client.get(path) for path in ("/assets/main-abc123.js", "/nowhere", "/")]
    assert 'name="dictation" content="yes"' in page.text
    for answer in (page, known):
        policy = answer.headers["permissions-policy"]
        assert policy == "camera=(), geolocation=(), microphone=(self)"
    for answer in others:
        assert "microphone=()" in answer.headers["permissions-policy"]


async def test_under_a_root_path_the_page_and_its_assets_are_addressed_below_it(
    built: Path,
) -> None:
    (built / "index.html").write_text(
        '<!doctype html><meta name="root" content=""><script src="./assets/main-abc123.js"></script>'
    )
    for root in ("", "/chat-app"):
        async with visit(built, root_path=root) as client:
            for path in ("/chat", f"{root}/chat/thread_1"):
                text = (await client.get(path)).text
                assert f'name="root" content="{root}"' in text
                assert f'src="{root}/assets/main-abc123.js"' in text
            assert (await client.get(f"{root}/assets/main-abc123.js")).status_code == 200
            assert (await client.get("/")).headers["location"] == f"{root}/chat"


async def test_the_page_brings_the_default_assistants_start_screen_along(built: Path) -> None:
    (built / "index.html").write_text('<!doctype html><meta name="assistant" content="" />')
    greeting = '"Bread" & <b>cake</b>?'

    async def baker() -> AssistantInPage | None:
        if greeting == "":
            raise StoreUnavailable("The disk is full.")
        return AssistantInPage(id="a", name="Baker", start=StartScreen(greeting=greeting))

    async with visit(built, first_assistant=baker) as client:
        answer = await client.get("/chat")
        content = re.search('<meta name="assistant" content="([^"<>]+)" />', answer.text)
        assert content is not None
        assert AssistantInPage.model_validate_json(unescape(content[1])) == await baker()
        greeting = "Rolls?"
        known = {"If-None-Match": answer.headers["etag"]}
        assert (await client.get("/chat", headers=known)).status_code == 200
        greeting = ""
        assert 'content=""' in (await client.get("/chat")).text


async def test_home_leads_to_the_chat(built: Path) -> None:
    async with visit(built) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (307, "/chat")


async def test_where_something_is_missing_home_and_a_new_chat_lead_to_setup(built: Path) -> None:
    async with visit(built, missing=("api_key",)) as client:
        for path in ("/", "/chat"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (307, "/setup")
        assert (await client.get("/chat/thread_1")).status_code == 200
        assert (await client.get("/setup")).status_code == 200


async def test_an_asset_is_packed_and_kept_forever(built: Path) -> None:
    async with visit(built) as client:
        answer = await client.get("/assets/main-abc123.js")
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "set-cookie" not in answer.headers
        assert answer.text.startswith("export const x")
        plain = await client.get("/assets/main-abc123.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/assets/",
        "/assets/../secret.txt",
        "/assets/%2e%2e/secret.txt",
        "/assets/..%2fsecret.txt",
        "/assets/%00",
        "/secret.txt",
        "/chat/a/b",
        "/nowhere",
        "/apiary",
    ],
)
async def test_anything_else_is_not_there(built: Path, path: str) -> None:
    async with visit(built) as client:
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "not an asset" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert "There is nothing at this address." in answer.text


async def test_under_api_not_found_is_a_problem_in_json(built: Path) -> None:
    async with visit(built) as client:
        answer = await client.get("/api/nowhere")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


async def test_the_page_cannot_be_posted_to(built: Path) -> None:
    async with visit(built) as client:
        answer = await client.post("/chat")
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]


async def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    async with visit(tmp_path / "static") as client:
        for path in ("/chat", "/setup", "/assets/main.js"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert "make build" in answer.text


async def test_health_tells_living_from_ready(built: Path) -> None:
    async with visit(built, not_ready="The database is locked.") as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["error"]["message"] == "The database is locked."
    async with visit(built) as client:
        assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_what_installs_the_page_is_addressed_below_the_root_path(built: Path) -> None:
    (built / "index.html").write_text(
        '<link rel="icon" href="/icons/icon.svg"><link rel="manifest" href="/manifest.webmanifest">'
    )
    async with visit(built, root_path="/chat-app") as client:
        text = (await client.get("/chat")).text
        assert 'href="/chat-app/icons/icon.svg"' in text
        assert 'href="/chat-app/manifest.webmanifest"' in text
