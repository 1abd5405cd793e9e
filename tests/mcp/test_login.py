"""Logging in to servers over OAuth, as the page does: begin, be sent away and back, be logged in."""

import json
import stat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from backend.waiting import poll
from tests.mcp.guarded import Guarded, Issuer, guarded
from tests.mcp.servers import POLL_S, McpApp, mcp_app
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.serving import serve


async def begin(app: McpApp, name: str = "safe") -> str:
    answer = await app.http.post(f"/api/mcp/servers/{name}/login")
    assert answer.status_code == 200, answer.text
    address: str = answer.json()["address"]
    return address


async def sent_back(address: str) -> str:
    """Where the authorization server sends the visitor, who has agreed."""
    async with rest() as browser:
        answer = await browser.get(address)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def log_in(app: McpApp, name: str = "safe") -> httpx2.Response:
    await app.until(name, "needs_login")
    return await app.http.get(await sent_back(await begin(app, name)))


def login_files(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "data" / "mcp-logins").glob("*"))


def safe(server: Guarded, **more: Any) -> dict[str, Any]:
    return {"safe": {"url": server.url, **more}}


async def test_a_server_that_wants_a_login_is_ready_after_one(tmp_path: Path) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        shown = await app.until("safe", "needs_login")
        assert (shown["reason"], shown["login"]) == (
            "It wants a login, or a token in a header.",
            None,
        )
        back = await log_in(app)
        assert (back.status_code, back.headers["location"]) == (303, "/setup#mcp")
        shown = await app.until("safe", "ready")
        assert [tool["name"] for tool in shown["tools"]] == ["secret"]
        assert shown["login"]["renewed"] is True
        assert shown["login"]["issuer"].rstrip("/") == server.url.removesuffix("/mcp")
        assert shown["login"]["expires_at"] > 0


async def test_a_login_survives_a_restart_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    async with guarded() as server:
        async with mcp_app(tmp_path, safe(server)) as app:
            await log_in(app)
            await app.until("safe", "ready")
        [file] = login_files(tmp_path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        async with mcp_app(tmp_path, safe(server)) as app:
            await app.until("safe", "ready")


async def test_a_token_that_has_ended_is_renewed_at_its_own_authorization_server(
    tmp_path: Path,
) -> None:
    async with guarded() as server:
        async with mcp_app(tmp_path, safe(server)) as app:
            await log_in(app)
            await app.until("safe", "ready")
        [given] = server.issuer.renewals
        [file] = login_files(tmp_path)
        file.write_text(json.dumps({**json.loads(file.read_text()), "expires_at": 1.0}))
        async with mcp_app(tmp_path, safe(server)) as app:
            await app.until("safe", "ready")
        assert given not in server.issuer.renewals


async def test_a_token_that_is_refused_before_its_time_is_renewed(tmp_path: Path) -> None:
    async with guarded() as server:
        async with mcp_app(tmp_path, safe(server)) as app:
            await log_in(app)
            await app.until("safe", "ready")
        server.issuer.tokens.clear()
        async with mcp_app(tmp_path, safe(server)) as app:
            await app.until("safe", "ready")


async def test_a_login_that_cannot_be_renewed_is_asked_for_again(tmp_path: Path) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        await log_in(app)
        await app.until("safe", "ready")
        server.issuer.tokens.clear()
        server.issuer.renewals.clear()
        [tool] = (await app.servers())["safe"]["tools"]
        call, _ = await app.call(tool["called"])
        assert call.status == "failed"
        assert (await app.until("safe", "needs_login"))["reason"] == "The login has ended."
        await log_in(app)
        await app.until("safe", "ready")


async def test_logging_out_deletes_the_tokens(tmp_path: Path) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        await log_in(app)
        await app.until("safe", "ready")
        assert (await app.http.post("/api/mcp/servers/safe/logout")).status_code == 204
        assert (await app.until("safe", "needs_login"))["login"] is None
        assert login_files(tmp_path) == []


@pytest.mark.parametrize("way", ["logout", "removal"])
async def test_tokens_that_are_given_up_are_revoked(tmp_path: Path, way: str) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        await log_in(app)
        await app.until("safe", "ready")
        given = {*server.issuer.tokens, *server.issuer.renewals}
        server.issuer.revokes.set()
        if way == "logout":
            await app.http.post("/api/mcp/servers/safe/logout")
        else:
            await app.http.delete("/api/mcp/servers/safe")

        async def revoked() -> bool | None:
            return given == set(server.issuer.revoked) or None

        await poll(revoked, within_s=PATIENCE_S, first_pause_s=POLL_S, longest_pause_s=POLL_S)


async def test_an_authorization_server_that_does_not_answer_holds_up_nothing(
    tmp_path: Path,
) -> None:
    async with guarded() as server:
        async with mcp_app(tmp_path, safe(server)) as app:
            await log_in(app)
            await app.until("safe", "ready")
            assert (await app.http.post("/api/mcp/servers/safe/logout")).status_code == 204
            assert (await app.until("safe", "needs_login"))["login"] is None
            assert login_files(tmp_path) == []
        assert server.issuer.revoked == []
        server.issuer.revokes.set()


async def test_a_removed_server_takes_its_login_with_it(tmp_path: Path) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        await log_in(app)
        await app.until("safe", "ready")
        await app.http.delete("/api/mcp/servers/safe")
        assert login_files(tmp_path) == []


@pytest.mark.parametrize("renamed", [False, True])
async def test_a_token_is_never_sent_to_another_server(tmp_path: Path, renamed: bool) -> None:
    async with guarded() as server, guarded() as thief:
        async with mcp_app(tmp_path, safe(server)) as app:
            await log_in(app)
            await app.until("safe", "ready")
            name = "thief" if renamed else "safe"
            app.configure({name: {"url": thief.url}})
            await app.until(name, lambda shown: shown["state"] == "needs_login")
        assert thief.requests
        assert {sent for _, _, sent in thief.requests} == {""}


async def test_a_token_does_not_follow_a_redirection_to_another_server(tmp_path: Path) -> None:
    async with guarded() as server, guarded() as thief, mcp_app(tmp_path, safe(server)) as app:
        await log_in(app)
        await app.until("safe", "ready")
        server.leads_to.append(thief.url)
        [tool] = (await app.servers())["safe"]["tools"]
        assert (await app.call(tool["called"]))[0].status == "failed"
        assert thief.requests == []


async def test_a_login_under_way_is_bound_to_the_visitor_who_began_it(tmp_path: Path) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        await app.until("safe", "needs_login")
        back = await sent_back(await begin(app))
        async with rest(app.server.url) as stranger:
            refused = await stranger.get(back)
        assert refused.status_code == 400
        assert "mcp_login_unknown" in refused.text
        assert (await app.http.get(back)).status_code == 303
        await app.until("safe", "ready")


@pytest.mark.parametrize("change", ["state", "nothing"])
async def test_an_answer_counts_once_and_only_with_its_state(tmp_path: Path, change: str) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        await app.until("safe", "needs_login")
        back = await sent_back(await begin(app))
        if change == "state":
            state = parse_qs(urlsplit(back).query)["state"][0]
            back = back.replace(state, "x" * len(state))
        else:
            await app.http.get(back)
        assert (await app.http.get(back)).status_code == 400


async def test_where_the_visitor_is_led_on_to_is_nobody_elses_choice(tmp_path: Path) -> None:
    async with guarded() as server, mcp_app(tmp_path, safe(server), root_path="/chat") as app:
        await app.until("safe", "needs_login")
        address = await begin(app)
        [redirect] = parse_qs(urlsplit(address).query)["redirect_uri"]
        assert redirect == f"{app.server.url}/chat/api/mcp/callback"
        back = await app.http.get(
            await sent_back(address) + "&next=https://evil.example&redirect=//evil.example"
        )
        assert back.headers.get("location") == "/chat/setup#mcp", back.text


async def test_a_declined_login_says_so(tmp_path: Path) -> None:
    async with guarded(Issuer(declines=True)) as server, mcp_app(tmp_path, safe(server)) as app:
        await log_in(app)
        shown = await app.until("safe", "needs_login")
        assert shown["reason"] == "The login was declined."


async def test_codes_and_tokens_reach_no_log_and_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "backend")
    caplog.set_level("DEBUG", "mcp.client")
    async with guarded() as server, mcp_app(tmp_path, safe(server)) as app:
        await app.until("safe", "needs_login")
        back = await sent_back(await begin(app))
        [code] = server.issuer.codes
        server.issuer.codes[code].code_challenge = "of somebody else"
        await app.http.get(back)
        refused = (await app.until("safe", "needs_login"))["reason"]
        assert refused.endswith("answered 400 (invalid_grant) to the login.")
        await log_in(app)
        shown = await app.until("safe", "ready")
        secrets = [code, *server.issuer.tokens, *server.issuer.renewals]
        assert not [each for each in secrets if each in caplog.text or each in json.dumps(shown)]


async def test_a_server_without_logins_says_what_to_do_instead(tmp_path: Path) -> None:
    async def refusing(scope: Any, receive: Any, send: Any) -> None:
        status = 401 if scope["path"] == "/mcp" else 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with (
        serve(refusing, lifespan="off") as url,
        mcp_app(tmp_path, {"safe": {"url": f"{url}/mcp"}}) as app,
    ):
        await app.until("safe", "needs_login")
        answer = await app.http.post("/api/mcp/servers/safe/login")
        assert answer.status_code == 502
        assert "Write a token into its headers" in answer.text


async def test_what_we_are_can_be_read_without_the_access_token(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {}, access_token="a-long-enough-token") as app:
        document = (await app.http.get("/mcp-client.json")).json()
        assert document["client_id"] == f"{app.server.url}/mcp-client.json"
        assert document["redirect_uris"] == [f"{app.server.url}/api/mcp/callback"]
        assert (await app.http.get("/api/mcp/callback")).status_code == 401
