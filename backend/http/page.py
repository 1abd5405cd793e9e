"""The page that Vite built into `backend/static/`, and the small documents shown without it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from http import HTTPStatus
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Receive, Scope, Send

from backend.domain.errors import StoreUnavailable
from backend.domain.frozen_model import FrozenModel
from backend.domain.start_screen import StartScreen
from backend.http.framework.exception_handlers import from_http_exception
from backend.http.security.headers import WITH_MICROPHONE
from backend.http.security.root_path import route_path

STATIC = Path(__file__).parent.parent / "static"
ZIPPED = 6
"""The level of gzip: more takes time, and saves next to nothing."""

Missing = Callable[[], Awaitable[Sequence[str]]]
"""What setup still lacks; empty when a chat can begin."""


class AssistantInPage(FrozenModel):
    """What the page shows of the default assistant before it has asked for anything."""

    id: str
    name: str
    """Empty where only the upstream knows it."""
    start: StartScreen


FirstAssistant = Callable[[], Awaitable[AssistantInPage | None]]
"""What is known at once of the default assistant. Raises `StoreUnavailable`."""


async def _nobody() -> None:
    """Nothing is known of it."""


_NOT_BUILT = (
    "The page is not built yet. Run “make run” in the project's folder, or “make build”; "
    "under “make dev” it is at the address that Vite prints."
)


def page_routes(
    missing: Missing,
    static: Path = STATIC,
    *,
    first_assistant: FirstAssistant = _nobody,
    dictation: Callable[[], bool] = bool,
) -> list[BaseRoute]:
    """`/`, `/chat`, `/chat/{thread_id}`, `/setup`, `/tools`, `/tools/{name}` and `/assets/…`.

    A browser revalidates the page each time and never its assets, whose names hold a hash.
    `dictation` tells whether messages can be spoken.
    """

    async def page(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        try:
            text = (static / "index.html").read_text("utf-8")
        except FileNotFoundError:
            return _document(503, "The page is not built", _NOT_BUILT, root)
        text = text.replace('="./assets/', f'="{escape(root)}/assets/')
        for address in ("/icons/", "/manifest.webmanifest"):
            text = text.replace(f'href="{address}', f'href="{escape(root)}{address}')
        spoken = "yes" if dictation() else ""
        for name, content in (
            ("root", root),
            ("assistant", await first()),
            ("dictation", spoken),
        ):
            text = text.replace(
                f'name="{name}" content=""', f'name="{name}" content="{escape(content)}"', 1
            )
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        answer: Response = HTMLResponse(text, headers={"Cache-Control": "no-cache", "ETag": etag})
        if request.headers.get("if-none-match") == etag:
            answer = NotModifiedResponse(answer.headers)
        # A browser takes over the headers of a 304 too.
        answer.headers.update(WITH_MICROPHONE)
        return answer

    async def first() -> str:
        try:
            assistant = await first_assistant()
        except StoreUnavailable:
            return ""  # The page asks for it again, and says what is wrong.
        return assistant.model_dump_json() if assistant is not None else ""

    async def home(request: Request) -> Response:
        return _redirect(request, "/setup" if await missing() else "/chat")

    async def chat(request: Request) -> Response:
        return _redirect(request, "/setup") if await missing() else await page(request)

    return [
        Route("/", home),
        Route("/chat", chat),
        Route("/chat/{thread_id}", page),
        Route("/setup", page),
        Route("/tools", page),
        Route("/tools/{name}", page),
        Mount(
            "/assets",
            GZipMiddleware(_Assets(static / "assets"), minimum_size=1024, compresslevel=ZIPPED),
        ),
    ]


async def http_error(request: Request, error: Exception) -> Response:
    """The answer to an `HTTPException`: a Problem under `/api`, elsewhere a small document."""
    if route_path(request.scope).startswith("/api/"):
        return await from_http_exception(request, error)
    status, headers = 500, None
    if isinstance(error, HTTPException):
        status, headers = error.status_code, error.headers
    phrase = HTTPStatus(status).phrase
    sentence = "There is nothing at this address." if status == 404 else "This request failed."
    return _document(status, phrase, sentence, request.scope.get("root_path", ""), headers)


def _redirect(request: Request, path: str) -> Response:
    return RedirectResponse(request.scope.get("root_path", "") + path, 307)


class _Assets(StaticFiles):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._directory = directory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._directory.is_dir():
            answer = _document(503, "The page is not built", _NOT_BUILT, "")
            await answer(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def _document(
    status: int,
    title: str,
    sentence: str,
    root: str,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
        f'<p><a href="{escape(root)}/chat">Go to the chat</a></p></html>',
        status,
        headers,
    )
