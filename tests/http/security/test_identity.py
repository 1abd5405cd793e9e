import asyncio
import json
import stat
import sys
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.asyncio.client import connect

from backend.config.secret_key import FILE_NAME, secret_key
from backend.domain.errors import SettingsFileError
from backend.http.security.identity import Identity
from tests.http.security.door import SECRET, house, request
from tests.rest import rest
from tests.serving import serve

WHOAMI = "GET /api/whoami HTTP/1.1"
HOST = "Host: 127.0.0.1:{port}"


async def test_a_visitor_keeps_the_identity_of_the_first_visit() -> None:
    async with serve(house()) as url, rest(url) as browser:
        first = await browser.get("/api/whoami")
        second = await browser.get("/api/whoami")
        async with rest(url) as other_browser:
            other = await other_browser.get("/api/whoami")
    assert first.json() == second.json()
    assert first.json()["owner"].startswith("owner_")
    assert "set-cookie" not in second.headers
    assert other.json() != first.json()


async def test_the_cookie_is_closed_to_scripts_and_other_sites_and_named_after_the_port() -> None:
    async with serve(house()) as url:
        answer = await request(url, WHOAMI, HOST)
    cookie: SimpleCookie = SimpleCookie(answer.header("set-cookie"))
    [(name, morsel)] = cookie.items()
    assert name == f"session_{url.rsplit(':', 1)[1]}"
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert morsel["path"] == "/"
    assert morsel["max-age"] == "31536000"
    assert not morsel["secure"]
    assert not morsel["domain"]


async def test_a_socket_gives_the_identity_and_the_api_knows_it_again() -> None:
    async with serve(house()) as url, connect("ws" + url[4:] + "/ws") as socket:
        owner = json.loads(await socket.recv())["owner"]
        assert socket.response is not None
        cookie = socket.response.headers["set-cookie"].partition(";")[0]
        answer = await request(url, WHOAMI, HOST, f"Cookie: {cookie}")
        async with connect(
            "ws" + url[4:] + "/ws", additional_headers={"Cookie": cookie}
        ) as another:
            assert json.loads(await another.recv())["owner"] == owner
            assert another.response is not None
            assert "set-cookie" not in another.response.headers
    assert json.loads(answer.body)["owner"] == owner


async def test_a_tampered_cookie_gets_a_new_identity_and_no_error() -> None:
    async with serve(house()) as url:
        cookie = str((await request(url, WHOAMI, HOST)).header("set-cookie")).partition(";")[0]
        name, _, value = cookie.partition("=")
        owner, _, signature = value.partition(".")
        # Not the last letter: some of its bits mean nothing, so that two letters may be one.
        other_letter = "A" if signature[0] != "A" else "B"
        forgeries = [
            f"{owner}.{other_letter}{signature[1:]}",
            value.replace("owner_", "Owner_"),
            owner,
            owner + ".",
            "",
            ".",
            "\xff\xfe",
            "owner_" + "0" * 24 + "." + signature,
        ]
        for forgery in forgeries:
            answer = await request(url, WHOAMI, HOST, f"Cookie: {name}={forgery}")
            assert answer.status == 200
            assert owner not in answer.body
            assert answer.header("set-cookie") is not None


async def test_a_cookie_signed_with_another_key_is_nobody() -> None:
    async with serve(house(secret=b"another" * 10)) as url:
        signed = str((await request(url, WHOAMI, HOST)).header("set-cookie")).partition(";")[0]
    value = signed.partition("=")[2]
    async with serve(house()) as url:
        port = url.rsplit(":", 1)[1]
        answer = await request(url, WHOAMI, HOST, f"Cookie: session_{port}={value}")
    assert value.partition(".")[0] not in answer.body


async def test_the_valid_one_of_several_cookies_counts() -> None:
    async with serve(house()) as url:
        cookie = str((await request(url, WHOAMI, HOST)).header("set-cookie")).partition(";")[0]
        name = cookie.partition("=")[0]
        answer = await request(
            url, WHOAMI, HOST, f"Cookie: theme=dark; {name}=stale; {cookie}; {name}=x"
        )
    assert cookie.partition("=")[2].partition(".")[0] in answer.body
    assert answer.header("set-cookie") is None


async def test_health_checks_collect_no_cookies() -> None:
    async with serve(house()) as url:
        assert (await request(url, "GET /healthz HTTP/1.1", HOST)).header("set-cookie") is None


async def test_what_an_open_page_reads_makes_no_identity_but_what_it_changes_does() -> None:
    async with serve(house()) as url:
        for dest, line, makes_one in (
            ("empty", "GET", False),
            ("empty", "HEAD", False),
            ("image", "GET", False),
            ("document", "GET", True),
            ("empty", "POST", True),
        ):
            answer = await request(
                url, f"{line} /api/whoami HTTP/1.1", HOST, f"Sec-Fetch-Dest: {dest}"
            )
            assert answer.status == 200
            assert (answer.header("set-cookie") is not None) is makes_one, (dest, line)


async def test_over_tls_the_cookie_is_for_tls_alone() -> None:
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "scheme": "wss", "path": "/ws", "headers": [], "server": ("h", 1)}
    await Identity(app, lambda: SECRET)(scope, receive, send)
    [(_, cookie)] = sent[0]["headers"]
    assert cookie.endswith(b"; Secure")


def test_the_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "data"
    key = secret_key(folder)
    assert len(key) == 64
    assert secret_key(folder) == key
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]


def test_another_folder_has_another_key(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")


def test_a_damaged_key_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("short\n")
    with pytest.raises(SettingsFileError, match="Delete it"):
        secret_key(tmp_path)


async def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from backend.config.secret_key import secret_key\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "print(secret_key(Path(sys.argv[1])).decode())"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, str(tmp_path),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert len({out for out, _ in answers}) == 1
    assert len(answers[0][0].strip()) == 64


async def test_a_cookie_that_another_port_planted_for_a_longer_path_does_not_take_the_visitor_over() -> (
    None
):
    async with serve(house()) as url:
        mine = str((await request(url, WHOAMI, HOST)).header("set-cookie")).partition(";")[0]
        planted = str((await request(url, WHOAMI, HOST)).header("set-cookie")).partition(";")[0]
        # A browser sends the cookie of the longer path first.
        answer = await request(url, WHOAMI, HOST, f"Cookie: {planted}; {mine}")
        assert answer.status == 400
        assert json.loads(answer.body)["error"]["code"] == "several_identities"
        name = mine.partition("=")[0]
        deleted = {value for key, value in answer.headers if key == "set-cookie"}
        assert {
            f"{name}=; Path={path}; Max-Age=0; HttpOnly; SameSite=Lax"
            for path in ("/api", "/api/", "/api/whoami", "/api/whoami/")
        } == deleted
        # The same identity twice is no conflict, nor is one that is not signed.
        for other in (mine, f"{name}=owner_000000000000000000000000.x"):
            answer = await request(url, WHOAMI, HOST, f"Cookie: {other}; {mine}")
            assert answer.status == 200


async def test_behind_tls_the_cookie_is_bound_to_the_host() -> None:
    async with serve(house(trusted_proxies="127.0.0.1", access_token=None)) as url:
        answer = await request(url, WHOAMI, HOST, "X-Forwarded-Proto: https")
        cookie = str(answer.header("set-cookie"))
        assert cookie.startswith("__Host-session_")
        assert cookie.endswith("; Secure")
        # One that plain HTTP could set is not looked at.
        plain = str((await request(url, WHOAMI, HOST)).header("set-cookie")).partition(";")[0]
        again = await request(url, WHOAMI, HOST, "X-Forwarded-Proto: https", f"Cookie: {plain}")
        assert "__Host-session_" in str(again.header("set-cookie"))


@pytest.mark.parametrize(
    ("host", "proto", "name"),
    [
        ("localhost", "https", "__Host-session_443"),
        ("localhost:8443", "https", "__Host-session_8443"),
        ("localhost", "http", "session_80"),
        ("localhost:9000", "http", "session_9000"),
    ],
)
async def test_behind_a_balancer_each_process_knows_the_visitor_by_the_address_of_all(
    host: str, proto: str, name: str
) -> None:
    came = (f"Host: {host}", f"X-Forwarded-Proto: {proto}")
    one_of_them, other = (house(trusted_proxies="127.0.0.1") for _ in range(2))
    async with serve(one_of_them) as one, serve(other) as another:
        first = await request(one, WHOAMI, *came)
        cookie = str(first.header("set-cookie"))
        assert cookie.startswith(f"{name}=")
        assert cookie.endswith("; Secure") is (proto == "https")
        assert ("Path=/;" in cookie, "Domain" in cookie) == (True, False)
        sent = f"Cookie: {cookie.partition(';')[0]}"
        again = await request(another, WHOAMI, *came, sent)
        assert (again.body, again.header("set-cookie")) == (first.body, None)


async def test_a_visitor_who_came_by_our_own_port_is_known_by_another_address() -> None:
    async with serve(house()) as url:
        first = await request(url, WHOAMI, HOST)
        cookie = str(first.header("set-cookie")).partition(";")[0]
        again = await request(url, WHOAMI, "Host: localhost:9000", f"Cookie: {cookie}")
        assert (again.body, again.header("set-cookie")) == (first.body, None)
