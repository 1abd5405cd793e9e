"""`/metrics`: what happened, in few series, and nothing of what was said."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from backend.domain.errors import UpstreamRateLimited
from backend.watching.labels import OTHER, Few, few_codes
from backend.websocket.messages import Ack, Error, Snapshot
from tests.paths import ROOT
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.waiting.asking import MILK, WEATHER, parked, resolve
from tests.watching.figures import figures

DASHBOARD = ROOT / "backend" / "watching" / "dashboard.json"
ACCESS, MONITOR = "planted-access-token", "planted-metrics-token"


async def test_no_figures_are_told_unless_asked_for(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, rest(server.url) as http:
        assert (await http.get("/metrics")).status_code == 404


async def test_a_chat_is_told_in_figures(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(
        calls(WEATHER, ("save_note", "{}"), ("made_up_by_the_model", "{}")),
        [*message("Rain."), COMPLETED],
    )
    upstream.script([UpstreamRateLimited("Wait.")])
    async with (
        running(tmp_path, upstream, metrics=True) as server,
        server.socket() as socket,
        rest(server.url) as http,
    ):
        await socket.say("Weather?", id="a")
        await socket.until_ended(await socket.until(Ack))
        await socket.say("Again?", id="b")
        await socket.until_ended(await socket.until(Ack))
        await socket.send(type="run.cancel", id="c", run_id="run_of_another")
        await socket.until(Error)
        told = await figures(http)
    assert told("sockets") == 1
    assert told("commands_total", type="message.send", outcome="ok") == 2
    assert told("commands_total", type="run.cancel", outcome="not_found") == 1
    assert told("runs_total", upstream="demo", status="completed") == 1
    assert told("runs_total", upstream="demo", status="failed") == 1
    assert told("upstream_errors_total", upstream="demo", code="upstream_rate_limited") == 1
    assert told("first_delta_seconds_count", upstream="demo") == 1
    assert told("round_seconds_count", upstream="demo") == 3
    assert told("tool_seconds_count", tool="get_weather") == 1
    assert told("tool_failures_total", tool="get_weather") == 0
    assert told("tool_failures_total", tool="save_note") == 1
    assert told("tool_failures_total", tool="(no such tool)") == 1
    assert told("deltas_total") >= 4
    assert told("store_batch_seconds_count") == told("store_batch_changes_count") > 0
    assert told("store_batch_changes_sum") > told("store_batch_changes_count")
    assert "made_up_by_the_model" not in told.text


async def test_runs_at_work_and_runs_that_wait_for_a_person_are_counted(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    async with (
        running(tmp_path, upstream, metrics=True) as server,
        server.socket() as socket,
        rest(server.url) as http,
    ):
        assert (await figures(http))("runs_waiting") == 0
        calls_that_wait = await parked(upstream, socket, MILK)
        told = await figures(http)
        assert told("runs_waiting") == 1
        assert told("runs_active", upstream="demo") == 0
        await resolve(socket, *calls_that_wait)
        await socket.until_idle()
        told = await figures(http)
        assert told("runs_waiting") == 0
        assert told("runs_total", upstream="demo", status="completed") == 1


async def test_who_opens_a_chat_counts_as_a_snapshot(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with (
        running(tmp_path, upstream, metrics=True) as server,
        server.socket() as socket,
        rest(server.url) as http,
    ):
        await socket.say("one")
        ack = await socket.until(Ack)
        await socket.until_ended(ack)
        async with server.socket(cookie=socket.cookie, thread_id=str(ack.thread_id)) as other:
            await other.until(Snapshot)
            told = await figures(http)
    assert told("snapshot_seconds_count", reason="opened") == 1
    assert told("snapshot_seconds_count", reason="behind") == 0
    assert told("sockets") == 2


@pytest.mark.sqlite
async def test_a_store_that_fails_is_counted_and_takes_no_figure_with_it(tmp_path: Path) -> None:
    async with (
        running(tmp_path, ScriptedUpstream(), metrics=True) as server,
        server.socket() as socket,
        rest(server.url) as http,
    ):
        with closing(sqlite3.connect(tmp_path / "data" / "runstream.db")) as other:
            other.execute("ALTER TABLE runs RENAME TO gone")
            await socket.say("one")
            await socket.until(Error)
            told = await figures(http)
            other.execute("ALTER TABLE gone RENAME TO runs")
    assert told("store_failures_total") >= 1
    assert told("sockets") == 1


async def test_no_figure_tells_of_a_thread_a_text_or_a_key(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(
        calls(("get_weather", '{"location": "planted-place", "dates": []}')),
        [*message("planted-answer"), COMPLETED],
    )
    upstream.script([UpstreamRateLimited("planted-sentence", code="sk-planted-0123456789")])
    key = SecretStr("sk-planted-api-key-1")
    async with (
        running(tmp_path, upstream, metrics=True, openai_api_key=key) as server,
        server.socket() as socket,
        rest(server.url) as http,
    ):
        await socket.say("planted-question", id="a")
        ack = await socket.until(Ack)
        await socket.until_ended(ack)
        await socket.say("planted-again", id="b")
        await socket.until_ended(await socket.until(Ack))
        told = await figures(http)
    assert told("upstream_errors_total", upstream="demo", code=OTHER) == 1
    assert "planted" not in told.text
    assert not re.search(r"(thread|run|item|owner)_[0-9a-f]{6}", told.text)


async def test_each_server_in_a_process_counts_for_itself(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    async with (
        running(tmp_path / "a", upstream, metrics=True) as one,
        running(tmp_path / "b", upstream, metrics=True) as two,
        one.socket(),
        rest(one.url) as at_one,
        rest(two.url) as at_two,
    ):
        assert (await figures(at_one))("sockets") == 1
        assert (await figures(at_two))("sockets") == 0


async def test_figures_come_in_the_form_that_is_accepted(tmp_path: Path) -> None:
    async with (
        running(tmp_path, ScriptedUpstream(), metrics=True) as server,
        rest(server.url) as http,
    ):
        plain = await http.get("/metrics")
        asked = {"Accept": "application/openmetrics-text; version=1.0.0"}
        open_metrics = await http.get("/metrics", headers=asked)
    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert "set-cookie" not in plain.headers
    assert open_metrics.headers["content-type"].startswith("application/openmetrics-text")
    assert open_metrics.text.endswith("# EOF\n")


@pytest.mark.parametrize(
    ("settings", "sent", "status"),
    [
        ({}, None, 200),
        ({"access_token": ACCESS}, None, 401),
        ({"access_token": ACCESS}, "wrong", 401),
        ({"access_token": ACCESS}, ACCESS, 200),
        ({"metrics_token": MONITOR}, None, 401),
        ({"metrics_token": MONITOR}, MONITOR, 200),
        ({"access_token": ACCESS, "metrics_token": MONITOR}, MONITOR, 200),
        ({"access_token": ACCESS, "metrics_token": MONITOR}, ACCESS, 401),
    ],
)
async def test_a_token_of_its_own_or_else_the_access_token_opens_them(
    tmp_path: Path, settings: dict[str, str], sent: str | None, status: int
) -> None:
    secrets: dict[str, Any] = {name: SecretStr(value) for name, value in settings.items()}
    headers = {"Authorization": f"Bearer {sent}"} if sent is not None else {}
    async with (
        running(tmp_path, ScriptedUpstream(), metrics=True, **secrets) as server,
        rest(server.url, headers=headers) as http,
    ):
        assert (await http.get("/metrics")).status_code == status


async def test_the_token_of_the_monitor_opens_nothing_else(tmp_path: Path) -> None:
    access, monitor = SecretStr(ACCESS), SecretStr(MONITOR)
    async with (
        running(
            tmp_path, ScriptedUpstream(), metrics=True, access_token=access, metrics_token=monitor
        ) as server,
        rest(server.url, headers={"Authorization": f"Bearer {MONITOR}"}) as http,
    ):
        assert (await http.get("/api/threads")).status_code == 401


@pytest.mark.parametrize(("settings", "status"), [({}, 421), ({"metrics_token": MONITOR}, 200)])
async def test_with_its_token_a_monitor_may_come_by_any_address(
    tmp_path: Path, settings: dict[str, str], status: int
) -> None:
    secrets: dict[str, Any] = {name: SecretStr(value) for name, value in settings.items()}
    headers = {"Authorization": f"Bearer {MONITOR}", "Host": "10.1.2.3:8000"}
    async with (
        running(tmp_path, ScriptedUpstream(), metrics=True, **secrets) as server,
        rest(server.url, headers=headers) as http,
    ):
        assert (await http.get("/metrics")).status_code == status
        assert (await http.get("/api/threads")).status_code == 421


def test_of_many_values_the_first_have_series_of_their_own() -> None:
    few = Few(2)
    assert [few(name) for name in ("a", "b", "c", "a")] == ["a", "b", OTHER, "a"]
    assert Few(2)("x" * 65) == Few(2)("two words") == OTHER


@pytest.mark.parametrize("code", ["sk-0123456789abcdef", "run_0123456789ab", "Ünfit", "a" * 21, ""])
def test_what_is_no_word_is_no_code(code: str) -> None:
    assert few_codes(9)(code) == OTHER
    assert few_codes(9)("context_length_exceeded") == "context_length_exceeded"


async def test_every_figure_of_the_dashboard_is_told(tmp_path: Path) -> None:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    asked = [t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", ())]
    asked += [variable["query"]["query"] for variable in dashboard["templating"]["list"][1:]]
    named = {
        name for text in asked for name in re.findall(r"\b(?:runstream|process)_[a-z_]+", text)
    }
    async with (
        running(tmp_path, ScriptedUpstream(), metrics=True) as server,
        rest(server.url) as http,
    ):
        told = await figures(http)
    assert len(named) > 15
    assert named <= told.names
    own = {name for name in told.names if name.startswith("runstream_")}
    histograms = {name for name in own if name.endswith(("_bucket", "_sum", "_count"))}
    stems = {re.sub("_(bucket|sum|count)$", "", name) for name in histograms}
    shown = {re.sub("_(bucket|sum|count)$", "", name) for name in named}
    assert (own - histograms) | stems <= shown
