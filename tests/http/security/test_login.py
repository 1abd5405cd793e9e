import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Scope
from websockets.exceptions import ConnectionClosed

from backend.http.security.attempts import BURST, REFILL_S, Attempts, address_of
from backend.http.security.sessions import Sessions
from tests.http.security.door import SECRET, house, request
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.running import running
from tests.scripted import ScriptedUpstream
from tests.serving import serve

TOKEN = "correct-horse-battery-staple"
PAGE = {"Accept": "text/html,*/*"}


@asynccontextmanager
async def browser(**settings: Any) -> AsyncIterator[httpx2.AsyncClient]:
    settings = {"access_token": TOKEN} | settings
    async with serve(house(**settings)) as url, rest(url) as http:
        yield http


async def log_in(http: httpx2.AsyncClient, token: str = TOKEN, to: str = "") -> httpx2.Response:
    return await http.post("/login", data={"access_token": token, "next": to})


async def test_a_browser_logs_in_with_the_token_and_is_the_owner_that_scripts_are() -> None:
    async with browser() as http:
        asked = await http.get("/chat/thread_1", headers=PAGE)
        assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/chat/thread_1")
        form = await http.get(asked.headers["location"])
        assert (form.status_code, form.headers["cache-control"]) == (200, "no-store")
        assert 'value="/chat/thread_1"' in form.text
        assert form.headers["referrer-policy"] == "same-origin"
        assert "require-trusted-types-for 'script'" in form.headers["content-security-policy"]
        assert (await http.get("/login.css")).headers["content-type"].startswith("text/css")

        entered = await log_in(http, to="/chat/thread_1")
        assert (entered.status_code, entered.headers["location"]) == (303, "/chat/thread_1")
        cookie = entered.headers["set-cookie"]
        assert cookie.startswith(f"login_{http.base_url.port}=")
        assert "HttpOnly; SameSite=Lax" in cookie
        assert TOKEN not in cookie
        assert (await http.get("/api/whoami")).json() == {"owner": "token"}
        assert (await http.get("/api/session")).json() == {"logged_in": True}
        again = await http.get("/login")
        assert (again.status_code, again.headers["location"]) == (303, "/")


async def test_scripts_go_on_with_the_bearer_header_and_are_not_sent_to_a_page() -> None:
    async with browser() as http:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert (await http.get("/api/whoami", headers=bearer)).json() == {"owner": "token"}
        assert (await http.get("/api/session", headers=bearer)).json() == {"logged_in": False}
        for path, headers in (("/api/whoami", PAGE), ("/assets/x.js", PAGE), ("/chat", {})):
            assert (await http.get(path, headers=headers)).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", TOKEN[:-1], "\ud800".encode(errors="replace").decode(), "ü" * 20])  # fmt: skip
async def test_no_other_token_logs_in(token: str) -> None:
    async with browser() as http:
        refused = await log_in(http, token)
        assert refused.status_code == 403
        assert 'role="alert"' in refused.text
        assert "set-cookie" not in refused.headers
        assert (await http.get("/api/whoami")).status_code == 401


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/chat",
        "/chat/../../evil",
        "/chat?x=//evil.example",
        "/chat\r\nSet-Cookie: a=b",
        "/api/session",
        "/logout",
        '/chat/"><script>',
        "javascript:alert(1)",
    ],
)
async def test_a_login_leads_to_no_other_place(to: str) -> None:
    async with browser() as http:
        form = await http.get("/login", params={"next": to})
        assert 'name="next" value="/"' in form.text
        assert (await log_in(http, to=to)).headers["location"] == "/"


async def test_a_token_in_an_address_does_nothing() -> None:
    async with browser() as http:
        for query in (f"?access_token={TOKEN}", f"?token={TOKEN}"):
            assert (await http.get("/api/whoami" + query)).status_code == 401
            shown = await http.get("/login" + query)
            assert "set-cookie" not in shown.headers
            assert TOKEN not in shown.text


async def test_a_page_of_another_site_can_neither_log_in_nor_out() -> None:
    async with browser() as http:
        foreign = {"Origin": "https://evil.example"}
        form = {"access_token": TOKEN}
        assert (await http.post("/login", data=form, headers=foreign)).status_code == 403
        await log_in(http)
        assert (await http.delete("/api/session", headers=foreign)).status_code == 403
        assert (await http.get("/api/whoami")).status_code == 200


async def test_logging_out_ends_the_session_even_for_a_copy_of_its_cookie() -> None:
    async with browser() as http:
        await log_in(http)
        copied = {"Cookie": "; ".join(f"{name}={value}" for name, value in http.cookies.items())}
        gone = await http.delete("/api/session")
        assert (gone.status_code, "Max-Age=0" in gone.headers["set-cookie"]) == (204, True)
        assert (await http.get("/api/whoami", headers=copied)).status_code == 401
        await log_in(http)
        assert (await http.get("/api/whoami")).status_code == 200


async def test_logging_out_everywhere_ends_all_sessions_and_their_sockets() -> None:
    async with browser() as phone, rest(phone.base_url) as laptop:
        await log_in(phone)
        await log_in(laptop)
        assert (await laptop.delete("/api/session?everywhere=true")).status_code == 204
        for http in (phone, laptop):
            assert (await http.get("/api/whoami")).status_code == 401


async def test_an_open_socket_ends_with_its_session(tmp_path: Path) -> None:
    async with (
        running(tmp_path, ScriptedUpstream(), access_token=TOKEN) as server,
        rest(server.url) as http,
    ):
        await log_in(http)
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        async with server.socket(cookie=cookie) as socket:
            await socket.next()
            await http.delete("/api/session")
            async with asyncio.timeout(PATIENCE_S):
                with pytest.raises(ConnectionClosed):
                    await socket.ws.recv()
    # What ended stays ended when the server comes back.
    async with running(tmp_path, ScriptedUpstream(), access_token=TOKEN) as server:
        answer = await request(
            server.url, "GET /api/threads HTTP/1.1", "Host: localhost", f"Cookie: {cookie}"
        )
        assert answer.status == 401


async def test_sessions_that_end_at_the_same_time_are_all_ended_after_a_restart(
    tmp_path: Path,
) -> None:
    scope: Scope = {"type": "http", "scheme": "http", "server": ("127.0.0.1", 1), "headers": []}
    file = tmp_path / "sessions.json"
    sessions = Sessions(lambda: SECRET, file)
    cookies = [sessions.begin(scope, TOKEN).partition(";")[0] for _ in range(20)]
    visitors: list[Scope] = [
        {**scope, "headers": [(b"cookie", cookie.encode())]} for cookie in cookies
    ]
    known = [sessions.find(visitor, TOKEN) for visitor in visitors]
    await asyncio.gather(*(sessions.end(session) for session in known if session is not None))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restarted = Sessions(lambda: SECRET, file)
    assert None not in known
    assert [restarted.find(visitor, TOKEN) for visitor in visitors] == [None] * 20


async def test_another_token_ends_the_sessions_of_the_former_one() -> None:
    sessions = Sessions(lambda: SECRET)
    scope: Scope = {"type": "http", "scheme": "http", "server": ("127.0.0.1", 1), "headers": []}
    cookie = sessions.begin(scope, TOKEN).partition(";")[0]
    scope["headers"] = [(b"cookie", cookie.encode())]
    assert sessions.find(scope, TOKEN) is not None
    assert sessions.find(scope, TOKEN + "2") is None
    assert Sessions(lambda: b"1" * 64).find(scope, TOKEN) is None


async def test_a_session_of_nobody_is_none() -> None:
    async with browser() as http:
        name = f"login_{http.base_url.port}"
        for value in ("", "x", "a.b.c", "0" * 32, "\xff"):
            cookie = {b"Cookie": f"{name}={value}".encode("latin-1")}
            assert (await http.get("/api/whoami", headers=cookie)).status_code == 401


async def test_a_thousand_wrong_tokens_are_slowed_and_logged_in_a_few_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with browser() as http:
        await log_in(http)
        wrong = {"Authorization": "Bearer guess-guess-guess"}
        statuses = [(await http.get("/api/whoami", headers=wrong)).status_code for _ in range(100)]
        assert statuses.count(401) == BURST
        assert statuses.count(429) == 100 - BURST
        slowed = await http.get("/api/whoami", headers=wrong)
        assert 0 < int(slowed.headers["retry-after"]) <= REFILL_S
        # Even the right token has to wait, or guessing would go on unslowed.
        assert (await log_in(http)).status_code == 429
        # Who has logged in does not.
        assert (await http.get("/api/whoami")).status_code == 200
    lines = [line for line in caplog.messages if "Wrong access token" in line]
    assert 1 <= len(lines) <= 2
    assert "guess" not in caplog.text


async def test_an_address_may_try_again_after_a_while_and_others_at_once() -> None:
    now = 0.0
    attempts = Attempts(clock=lambda: now)
    for _ in range(BURST):
        assert attempts.wait_s("a") == 0
        await attempts.failed("a")
    assert attempts.wait_s("a") == REFILL_S
    assert attempts.wait_s("b") == 0
    now += REFILL_S
    assert attempts.wait_s("a") == 0


def test_an_ipv6_network_is_one_address() -> None:
    def address(client: object) -> str:
        return address_of({"type": "http", "client": client})

    assert address(("2001:db8::1", 1)) == address(("2001:db8::2:3", 2)) == "2001:db8::/64"
    assert address(("192.0.2.1", 1)) == "192.0.2.1"
    assert address(None) == "unknown"


async def test_only_a_named_proxy_tells_who_the_client_is_and_that_it_speaks_tls() -> None:
    forwarded = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    async with browser() as http:
        cookie = (
            await http.post("/login", data={"access_token": TOKEN}, headers=forwarded)
        ).headers["set-cookie"]
        assert "Secure" not in cookie
    async with browser(trusted_proxies="127.0.0.1") as http:
        cookie = (
            await http.post("/login", data={"access_token": TOKEN}, headers=forwarded)
        ).headers["set-cookie"]
        assert cookie.startswith("__Host-login_")
        assert cookie.endswith("; Secure")
        wrong = {"Authorization": "Bearer guess"}
        for _ in range(BURST + 1):
            await http.get("/api/whoami", headers=forwarded | wrong)
        slowed = await http.get("/api/whoami", headers=forwarded | wrong)
        other = await http.get(
            "/api/whoami", headers=forwarded | wrong | {"X-Forwarded-For": "1.2.3.4, 192.0.2.8"}
        )
        assert (slowed.status_code, other.status_code) == (429, 401)


async def test_below_a_root_path_every_address_begins_with_it() -> None:
    async with browser(root_path="/chat-app/") as http:
        for prefix in ("", "/chat-app"):  # A proxy may strip the path or not.
            asked = await http.get(prefix + "/setup", headers=PAGE)
            assert asked.headers["location"] == "/chat-app/login?next=/setup"
            assert (await http.get(prefix + "/healthz")).status_code == 200
            assert 'action="/chat-app/login"' in (await http.get(prefix + "/login")).text
            entered = await http.post(
                prefix + "/login", data={"access_token": TOKEN, "next": "/setup"}
            )
            assert entered.headers["location"] == "/chat-app/setup"
            assert (await http.get(prefix + "/api/whoami")).status_code == 200
            http.cookies.clear()
        assert (await http.get("/chat-app2/api/whoami", headers=PAGE)).status_code == 303
