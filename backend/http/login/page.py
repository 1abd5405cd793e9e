"""`/login`: a form that takes the access token, and begins a session."""

import re
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from backend import PRODUCT
from backend.config.settings import Settings
from backend.http.framework.body import chunks
from backend.http.security.access import check_token
from backend.http.security.attempts import Attempts
from backend.http.security.sessions import Sessions

MAX_FORM_BYTES = 8_192

_HERE = Path(__file__).parent
_OWN_PAGE = re.compile(r"/(?:setup|chat(?:/[A-Za-z0-9_-]{1,128})?)?", re.ASCII)


class LoginPage:
    """Does nothing but lead to the chat where the server has no access token."""

    def __init__(self, settings: Settings, sessions: Sessions, attempts: Attempts) -> None:
        self._token = settings.access_token
        self._sessions = sessions
        self._attempts = attempts
        self._form = Template((_HERE / "form.html").read_text("utf-8"))

    def routes(self) -> list[Route]:
        return [
            Route("/login", self.show, methods=["GET"]),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/login.css", self.style),
        ]

    async def show(self, request: Request) -> Response:
        to = _own_page(request.query_params.get("next", ""))
        if self._token is None or self._sessions.find(
            request.scope, self._token.get_secret_value()
        ):
            return _go(request, to)
        return self._page(request, to)

    async def log_in(self, request: Request) -> Response:
        body = b"".join([chunk async for chunk in chunks(request, MAX_FORM_BYTES)])
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
        to = _own_page(fields.get("next", [""])[0])
        if self._token is None:
            return _go(request, to)
        token = self._token.get_secret_value()
        given = fields.get("access_token", [""])[0].strip()
        refusal = await check_token(request.scope, self._attempts, given, token)
        if refusal is None:
            response = _go(request, to)
            response.headers.append("Set-Cookie", self._sessions.begin(request.scope, token))
            return response
        if refusal.status == 429:
            wait = refusal.headers["Retry-After"]
            sentence = f"Too many wrong tokens. Wait {wait} seconds, then try again."
            return self._page(request, to, 429, sentence, {"Retry-After": wait})
        return self._page(request, to, 403, "This is not the access token of this server.")

    async def style(self, request: Request) -> Response:
        return FileResponse(_HERE / "login.css", headers={"Cache-Control": "max-age=3600"})

    def _page(
        self,
        request: Request,
        to: str,
        status: int = 200,
        error: str = "",
        headers: dict[str, str] | None = None,
    ) -> Response:
        root = request.scope.get("root_path", "")
        shown = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
        text = self._form.substitute(
            product=escape(PRODUCT), root=escape(root), next=escape(to), error=shown
        )
        # With `no-referrer` a browser would send `Origin: null` with the form.
        policy = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
        return HTMLResponse(text, status, policy | (headers or {}))


def _own_page(path: str) -> str:
    """Returns the path if it is one of the page's own, else the home page's."""
    return path if path and _OWN_PAGE.fullmatch(path) else "/"


def _go(request: Request, path: str) -> Response:
    return RedirectResponse(request.scope.get("root_path", "") + path, 303)
