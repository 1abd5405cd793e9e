"""Functions that return an app: kept, told in a word, exported; and the document of its frame."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.domain.app import AppDomains, AppPart
from backend.domain.items import FunctionCall
from backend.domain.parts import JsonPart
from tests.functions_readme import examples, offered
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

BILL = '{"total": 84, "people": 3}'

SEVERAL = '''
from pathlib import Path

from backend.domain.app import AppDomains
from backend.tools.app import App
from backend.tools.function import function

@function
def with_domains() -> App:
    """Show."""
    domains = AppDomains(
        connect=("https://api.example.com", "wss://live.example.org"),
        resource=("https://*.example.com",),
        frame=("https://video.example.net",),
    )
    return App("<p>Hi</p>", data={"secret": [1, 2]}, domains=domains, prefers_border=False)

@function
def too_large() -> App:
    """Show."""
    return App("x" * 4_194_305)

@function
def two() -> list[App]:
    """Show."""
    return [App("a"), App("b")]

@function
def missing() -> App:
    """Show."""
    return App(Path("nowhere.html"))

@function
def not_html() -> App:
    """Show."""
    return App(b"bytes")

@function
def bad_domain() -> App:
    """Show."""
    return App("a", domains=AppDomains(resource=("https://a.example; script-src *",)))

@function
def bad_data() -> App:
    """Show."""
    return App("a", data={"it": object()})
'''


def calls_of(socket: ScriptSocket) -> list[FunctionCall]:
    return [item for item in socket.transcript.items if isinstance(item, FunctionCall)]


@asynccontextmanager
async def called(
    tmp_path: Path, *wanted: tuple[str, str], **settings: Any
) -> AsyncIterator[tuple[Running, ScriptSocket, ScriptedUpstream]]:
    """A server on which these calls were made."""
    upstream = ScriptedUpstream()
    upstream.script(calls(*wanted), [*message("Done."), COMPLETED])
    files = {"several": SEVERAL, "split_bill": examples()["split_bill.py"]}
    with offered(tmp_path / "more", **files):
        async with running(tmp_path, upstream, **settings) as server, server.socket() as socket:
            await socket.say("Show.")
            await socket.until_run_ends()
            yield server, socket, upstream


async def test_an_app_is_kept_once_and_shown_again_by_an_import(tmp_path: Path) -> None:
    async with called(tmp_path, ("split_bill", BILL)) as (server, socket, upstream):
        [call] = calls_of(socket)
        app, value = call.outputs
        assert isinstance(app, AppPart)
        assert value == JsonPart(value={"total": 84.0, "people": 3})
        [told] = upstream.sessions[0].outputs[1] or ()
        assert told.output.splitlines() == [
            "[Shown to the user: the app Split a bill]",
            '{"total": 84.0, "people": 3}',
        ]

        upstream.script(calls(("split_bill", BILL)), [*message("Done."), COMPLETED])
        await socket.say("Again.", id="cmd_2")
        await socket.until_run_ends()
        [_, again] = calls_of(socket)
        assert again.outputs[0] == app

        thread_id = socket.transcript.present_thread.id
        async with rest(server.url, headers={"Cookie": socket.cookie}) as http:
            read = (await http.get(f"/api/threads/{thread_id}/export?format=markdown")).text
            assert "*App: Split a bill*" in read
            assert "<script>" not in read
            exported = (await http.get(f"/api/threads/{thread_id}/export?format=json")).json()
        async with rest(server.url) as other:
            copied = (await other.post("/api/threads", json=exported)).json()
            items = (await other.get(f"/api/threads/{copied['id']}/items")).json()["items"]
            page = await other.get(f"/api/apps/{items[1]['id']}/page")
            assert page.status_code == 200
            assert "Tell the assistant" in page.text
            # That of the first owner stays theirs.
            for address in (f"/api/apps/{call.id}", f"/api/apps/{call.id}/page"):
                assert (await other.get(address)).status_code == 404


async def test_the_policy_is_made_of_what_the_app_asks_for_and_the_server_allows(
    tmp_path: Path,
) -> None:
    allowed = ("https://*.example.com", "https://other.example")
    async with called(tmp_path, ("with_domains", "{}"), app_domains=allowed) as (server, socket, _):
        [call] = calls_of(socket)
        async with rest(server.url, headers={"Cookie": socket.cookie}) as http:
            told = (await http.get(f"/api/apps/{call.id}")).json()
            page = await http.get(f"/api/apps/{call.id}/page")
            opened = await http.get(
                f"/api/apps/{call.id}/page", headers={"Sec-Fetch-Dest": "document"}
            )
    assert told == {
        "title": None,
        "prefers_border": False,
        "granted": {
            "connect": ["https://api.example.com"],
            "resource": ["https://*.example.com"],
            "frame": [],
            "base_uri": [],
        },
        "refused": ["wss://live.example.org", "https://video.example.net"],
        "tools": None,
        "tool": None,
    }
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == (
        "sandbox allow-scripts; default-src 'none'; "
        "script-src 'unsafe-inline' https://*.example.com; "
        "style-src 'unsafe-inline' https://*.example.com; "
        "img-src data: https://*.example.com; media-src data: https://*.example.com; "
        "font-src https://*.example.com; connect-src https://api.example.com; frame-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
    allowed_addresses = page.headers["connection-allowlist"]
    assert allowed_addresses == '("https://api.example.com" "https://*.example.com")'
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "camera=()" in page.headers["permissions-policy"]
    assert opened.status_code == 404
    assert "Hi" not in opened.text


async def test_what_is_for_the_app_alone_is_not_told_to_the_model(tmp_path: Path) -> None:
    async with called(tmp_path, ("with_domains", "{}")) as (server, socket, upstream):
        [call] = calls_of(socket)
        [app] = call.outputs
        assert isinstance(app, AppPart)
        assert app.data == {"secret": [1, 2]}
        [told] = upstream.sessions[0].outputs[1] or ()
        assert told.output == "[Shown to the user: an app]"
        async with rest(server.url, headers={"Cookie": socket.cookie}) as http:
            policy = (await http.get(f"/api/apps/{call.id}/page")).headers[
                "content-security-policy"
            ]
    # As it comes, the server allows no other origin.
    assert "example" not in policy
    assert "connect-src 'none'" in policy


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("too_large", "larger than 4,194,304 bytes"),
        ("two", "more than one app"),
        ("missing", "cannot be read"),
        ("not_html", "should be a valid string"),
        ("bad_domain", "should match pattern"),
        ("bad_data", "not JSON"),
    ],
)
async def test_an_app_that_cannot_be_shown_is_told_to_the_model(
    tmp_path: Path, name: str, reason: str
) -> None:
    async with called(tmp_path, (name, "{}")) as (_, socket, _):
        [call] = calls_of(socket)
    assert call.status == "failed"
    assert reason in str(call.error)


@pytest.mark.parametrize(
    ("allowed", "asked", "granted"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://*.a.example", "https://b.a.example", True),
        ("https://*.a.example", "https://*.b.a.example", True),
        ("*", "wss://anything.example:8443", True),
        ("https://*.a.example", "https://a.example", False),
        ("https://*.a.example", "https://evil-a.example", False),
        ("https://*.a.example", "wss://b.a.example", False),
        ("https://*.a.example", "https://b.a.example:8443", False),
        ("https://a.example", "https://*.a.example", False),
        ("https://b.a.example", "https://*.a.example", False),
    ],
)
def test_a_pattern_allows_what_is_below_it_alone(allowed: str, asked: str, granted: bool) -> None:
    assert AppDomains(connect=(asked,)).granted([allowed]).connect == ((asked,) if granted else ())
