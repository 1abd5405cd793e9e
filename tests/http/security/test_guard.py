import json

import pytest

from backend.config.settings import Settings
from backend.http.security.guard import check_binding
from tests.http.security.door import HANDSHAKE, Answer, house, request
from tests.serving import serve

GET = "GET /api/whoami HTTP/1.1"
POST = "POST /api/whoami HTTP/1.1"
WS = "GET /ws HTTP/1.1"
OWN_HOST = "Host: 127.0.0.1:{port}"
OWN_ORIGIN = "Origin: http://127.0.0.1:{port}"


def code(answer: Answer) -> str:
    found = json.loads(answer.body)["error"]["code"]
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:{port}", "127.0.0.1:1"],
)
async def test_loopback_names_are_answered_on_any_port(host: str) -> None:
    async with serve(house()) as url:
        assert (await request(url, GET, f"Host: {host}")).status == 200
        assert (await request(url, WS, f"Host: {host}", *HANDSHAKE)).status == 101


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0.0.0.0:{port}",
        "127.1",
        "2130706433",
        "192.168.1.5",
        "[::2]",
    ],
)
async def test_other_names_are_refused_so_that_dns_rebinding_gets_nowhere(host: str) -> None:
    async with serve(house()) as url:
        for line in (GET, POST, "GET /healthz HTTP/1.1"):
            answer = await request(url, line, f"Host: {host}")
            assert (answer.status, code(answer)) == (421, "host_not_allowed")
        assert (await request(url, WS, f"Host: {host}", *HANDSHAKE)).status == 403


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        ("Host: ",),
        ("Host: localhost.",),
        ("Host: user@localhost",),
        ("Host: localhost:port",),
        ("Host: localhost:0",),
        ("Host: localhost", "Host: localhost"),
        ("Host: localhost", "Host: evil.example"),
        ("Host: localhost, evil.example",),
    ],
)
async def test_a_host_that_is_missing_repeated_or_malformed_is_refused(
    hosts: tuple[str, ...],
) -> None:
    async with serve(house()) as url:
        assert (await request(url, GET, *hosts)).status == 400
        assert (await request(url, WS, *hosts, *HANDSHAKE)).status in (400, 403)


async def test_a_whole_address_as_target_cannot_name_another_host() -> None:
    async with serve(house()) as url:
        target = "GET http://evil.example/ws HTTP/1.1"
        assert (await request(url, target, "Host: evil.example")).status == 421
        assert (await request(url, target, OWN_HOST, *HANDSHAKE)).status == 403


@pytest.mark.parametrize(
    ("setting", "host", "status"),
    [
        ("chat.example", "chat.example", 200),
        ("chat.example,other.example", "other.example:99", 200),
        ("chat.example:8443", "chat.example:8443", 200),
        ("chat.example:8443", "chat.example", 421),
        ("*.example.com", "a.example.com", 200),
        ("*.example.com", "example.com", 421),
    ],
)
async def test_allowed_hosts_are_answered_too(setting: str, host: str, status: int) -> None:
    async with serve(house(allowed_hosts=setting)) as url:
        assert (await request(url, GET, f"Host: {host}")).status == status


async def test_the_address_that_the_server_is_bound_to_is_answered_unless_it_is_every_address() -> (
    None
):
    async with serve(house(host="192.168.1.5")) as url:
        assert (await request(url, GET, "Host: 192.168.1.5:{port}")).status == 200
    async with serve(house(host="0.0.0.0")) as url:
        assert (await request(url, GET, "Host: 0.0.0.0:{port}")).status == 421


async def test_the_own_page_and_scripts_may_change_things_and_open_sockets() -> None:
    async with serve(house()) as url:
        for headers in ((), (OWN_ORIGIN,), (OWN_ORIGIN, "Sec-Fetch-Site: same-origin")):
            assert (await request(url, POST, OWN_HOST, *headers)).status == 200
            assert (await request(url, WS, OWN_HOST, *headers, *HANDSHAKE)).status == 101


async def test_a_page_behind_a_proxy_that_ends_tls_may_too() -> None:
    async with serve(house(allowed_hosts="chat.example")) as url:
        answer = await request(url, POST, "Host: chat.example", "Origin: https://chat.example")
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        ("Origin: https://evil.example",),
        ("Origin: null",),
        ("Origin: ",),
        ("Origin: http://127.0.0.1:1",),
        ("Origin: http://localhost:{port}",),
        ("Origin: http://127.0.0.1:{port}.evil.example",),
        ("Origin: http://127.0.0.1:{port}@evil.example",),
        (OWN_ORIGIN, "Origin: https://evil.example"),
        ("Sec-Fetch-Site: cross-site",),
        ("Sec-Fetch-Site: same-site",),
        (OWN_ORIGIN, "Sec-Fetch-Site: cross-site"),
    ],
)
async def test_pages_of_others_can_neither_change_things_nor_open_sockets(
    headers: tuple[str, ...],
) -> None:
    async with serve(house()) as url:
        for method in ("POST", "PUT", "PATCH", "DELETE", "PROPFIND"):
            answer = await request(url, f"{method} /api/whoami HTTP/1.1", OWN_HOST, *headers)
            assert (answer.status, code(answer)) == (403, "origin_not_allowed")
            assert answer.header("set-cookie") is None
        handshake = await request(url, WS, OWN_HOST, *headers, *HANDSHAKE)
        # The WebSocket library itself already refuses a repeated Origin.
        assert handshake.status == 403 or "invalid Origin header" in handshake.body


async def test_a_link_from_elsewhere_may_be_followed() -> None:
    async with serve(house()) as url:
        answer = await request(
            url, GET, OWN_HOST, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"
        )
        assert answer.status == 200


async def test_with_a_token_everything_but_health_asks_for_it() -> None:
    async with serve(house(access_token="correct-horse")) as url:
        bearer = "Authorization: Bearer correct-horse"
        for line in (GET, POST, "GET / HTTP/1.1", "GET /healthz/ HTTP/1.1"):
            answer = await request(url, line, OWN_HOST)
            assert (answer.status, code(answer)) == (401, "unauthorized")
            assert answer.header("www-authenticate") == 'Bearer realm="runstream"'
        refused = await request(url, WS, OWN_HOST, *HANDSHAKE)
        assert (refused.status, code(refused)) == (401, "unauthorized")
        assert (await request(url, WS, OWN_HOST, bearer, *HANDSHAKE)).status == 101
        assert (await request(url, "GET /healthz HTTP/1.1", OWN_HOST)).status == 200
        assert (await request(url, "GET /readyz HTTP/1.1", OWN_HOST)).status == 200

        answer = await request(url, POST, OWN_HOST, bearer.replace("Bearer", "bearer"))
        assert (answer.status, answer.body) == (200, '{"owner":"token"}')
        assert answer.header("set-cookie") is None


@pytest.mark.parametrize(
    "headers",
    [
        ("Authorization: Bearer wrong",),
        ("Authorization: Bearer correct-horse-battery",),
        ("Authorization: Bearer ",),
        ("Authorization: Bearer",),
        ("Authorization: Basic correct-horse",),
        ("Authorization: correct-horse",),
        ("Authorization: Bearer correct-horsé",),
        ("Authorization: Bearer correct-horse", "Authorization: Bearer correct-horse"),
        ("Cookie: access_token=correct-horse",),
    ],
)
async def test_no_other_token_will_do(headers: tuple[str, ...]) -> None:
    async with serve(house(access_token="correct-horse")) as url:
        assert (await request(url, GET, OWN_HOST, *headers)).status == 401


async def test_a_token_does_not_open_the_door_to_foreign_pages() -> None:
    async with serve(house(access_token="correct-horse")) as url:
        answer = await request(
            url,
            POST,
            OWN_HOST,
            "Authorization: Bearer correct-horse",
            "Origin: http://evil.example",
        )
        assert answer.status == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_a_loopback_address_needs_no_token(host: str) -> None:
    assert check_binding(Settings(host=host)) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "my-laptop.local", "0", ""])
def test_any_other_address_does(host: str) -> None:
    sentence = check_binding(Settings(host=host))
    assert sentence is not None
    assert "Set ACCESS_TOKEN" in sentence
    assert check_binding(Settings(host=host, access_token="correct-horse-battery")) is None


def test_a_short_token_is_refused_where_other_machines_can_reach_the_server() -> None:
    short, long = "x" * 15, "x" * 16
    for reach in ({"host": "0.0.0.0"}, {"trusted_proxies": ("127.0.0.1",)}):
        sentence = check_binding(Settings(access_token=short, **reach))
        assert sentence is not None
        assert "16 characters" in sentence
        assert short not in sentence
        assert check_binding(Settings(access_token=long, **reach)) is None
        assert "no ACCESS_TOKEN" in str(check_binding(Settings(**reach)))
    assert check_binding(Settings(access_token=short)) is None


def test_a_short_token_of_a_monitor_is_refused_wherever_it_is() -> None:
    sentence = check_binding(Settings(metrics_token="x" * 15))
    assert sentence is not None
    assert "METRICS_TOKEN has fewer than 16 characters" in sentence
    assert check_binding(Settings(metrics_token="x" * 16)) is None


def test_a_host_that_cannot_be_allowed_is_told_at_the_start() -> None:
    sentence = check_binding(Settings(allowed_hosts=("https://chat.example",)))
    assert sentence is not None
    assert "ALLOWED_HOSTS" in sentence
