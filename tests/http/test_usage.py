"""What chats took, over REST: by day, model and currency, and of one chat."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.usage import Usage
from backend.store.schema import usage
from backend.upstreams.events import RunEnded
from backend.websocket.messages import Ack
from tests.http.answers import problem
from tests.postgresql import database_of
from tests.rest import rest
from tests.running import FixedPool, Running
from tests.scripted import ScriptedUpstream, message
from tests.serving import serve
from tests.stored import stored

USAGE = Usage(
    input_tokens=1_000,
    cached_tokens=400,
    output_tokens=50,
    reasoning_tokens=20,
    total_tokens=1_050,
)
PRICES = {
    "dear-*": {"input": 2, "cached": 0.5, "output": 10, "currency": "EUR"},
    "cheap-1": {"input": 0.1, "output": 0.4},
}


class Office:
    """A server, and visitors who ask its models."""

    def __init__(self, url: str, http: httpx2.AsyncClient, upstream: ScriptedUpstream) -> None:
        self.url = url
        self.http = http
        self.upstream = upstream

    async def ask(self, http: httpx2.AsyncClient, usage: Usage | None = USAGE) -> str:
        """Returns the id of the new thread."""
        self.upstream.script([*message("Yes."), RunEnded("completed", usage=usage)])
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        async with Running(self.url).socket(cookie=cookie) as socket:
            await socket.say("Is it?", id=f"cmd {len(self.upstream.sessions)}")
            ack = await socket.until(Ack)
            await socket.until_ended(ack)
            assert ack.thread_id is not None
            return ack.thread_id

    async def report(self, **query: Any) -> Any:
        answer = await self.http.get("/api/usage", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def office(folder: Path, model: str = "dear-9") -> AsyncIterator[Office]:
    upstream = ScriptedUpstream(name="scripted")
    (folder / ".env").write_text(f"PRICES='{json.dumps(PRICES)}'\n")
    configuration = Configuration(
        folder / ".env",
        data_dir=folder / "data",
        database_url=database_of(folder),
        code_interpreter="off",
        stop_grace_s=0,
    )
    app = create_app(configuration, upstreams=FixedPool(upstream))
    async with serve(app) as url, rest(url) as http:
        assistant = {"name": "Ada", "model": model}
        (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
        yield Office(url, http, upstream)


def move(folder: Path, at: datetime) -> None:
    """Has all that was counted so far have ended then."""
    with stored(folder) as rows:
        rows.execute(usage.update().values(quarter=int(at.timestamp() // 900)))


async def test_usage_is_summed_by_day_and_model_at_the_prices_that_were_set(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.ask(here.http)
        await here.ask(here.http)
        await here.ask(here.http, None)
        report = await here.report()
    [day] = report["days"]
    assert (day["upstream"], day["model"], day["runs"]) == ("scripted", "dear-9", 3)
    assert day["usage"] == (USAGE + USAGE).model_dump()
    # Twice 600 at 2, 400 at 0.5 and 50 at 10, by the million.
    assert day["costs"] == [{"amount": 0.0038, "currency": "EUR"}]
    assert report["total"] == {name: day[name] for name in ("runs", "usage", "costs")}


async def test_a_price_counts_for_the_models_that_its_pattern_fits(tmp_path: Path) -> None:
    for model, costs in (
        ("cheap-1", [{"amount": 0.00012, "currency": "USD"}]),
        ("cheap-10", []),
        ("Dear-1", []),
    ):
        folder = tmp_path / model
        folder.mkdir()
        async with office(folder, model) as here:
            thread_id = await here.ask(here.http)
            assert (await here.report())["total"]["costs"] == costs
            export = await here.http.get(f"/api/threads/{thread_id}/export?format=json")
            assert export.json()["runs"][0]["cost"] == (costs[0] if costs else None)
            written = (await here.http.get(f"/api/threads/{thread_id}/export")).text
            assert (" · 0.00012 USD*" in written) == bool(costs)


@pytest.mark.sqlite
async def test_days_are_those_of_the_visitor(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.ask(here.http)
        await here.report()
        move(tmp_path, datetime(2026, 3, 1, 18, 20, tzinfo=UTC))
        for zone, day in (
            ("UTC", "2026-03-01"),
            ("Asia/Kathmandu", "2026-03-02"),
            ("America/Lima", "2026-03-01"),
        ):
            report = await here.report(**{"from": day, "to": day}, timezone=zone)
            assert [each["day"] for each in report["days"]] == [day]
        other = await here.report(
            **{"from": "2026-03-01", "to": "2026-03-01"}, timezone="Asia/Kathmandu"
        )
        assert (other["days"], other["total"]["runs"]) == ([], 0)


async def test_the_last_thirty_days_are_told_where_none_are_named(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        report = await here.report(to="2026-03-01")
    assert (report["first_day"], report["last_day"]) == ("2026-01-31", "2026-03-01")


async def test_all_chats_are_counted_or_those_of_the_visitor(tmp_path: Path) -> None:
    async with office(tmp_path) as here, rest(here.url) as stranger:
        await stranger.get("/api/threads")
        await here.ask(here.http)
        await here.ask(stranger)
        assert (await here.report())["total"]["runs"] == 2
        assert (await here.report(mine=True))["total"]["runs"] == 1


async def test_a_deleted_chat_stays_counted_and_an_imported_one_is_not(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        thread_id = await here.ask(here.http)
        exported = await here.http.get(f"/api/threads/{thread_id}/export?format=json")
        await here.http.delete(f"/api/threads/{thread_id}")
        copy = (await here.http.post("/api/threads", json=exported.json())).json()
        assert (await here.report())["total"]["runs"] == 1
        told = (await here.http.get(f"/api/threads/{copy['id']}/usage")).json()
        assert told["total"]["usage"] == USAGE.model_dump()
        problem(await here.http.get(f"/api/threads/{thread_id}/usage"), 404)


async def test_a_thread_tells_what_all_its_branches_took(tmp_path: Path) -> None:
    async with office(tmp_path) as here, rest(here.url) as stranger:
        thread_id = await here.ask(here.http)
        cookie = "; ".join(f"{name}={value}" for name, value in here.http.cookies.items())
        here.upstream.script([*message("No."), RunEnded("completed", usage=USAGE)])
        async with Running(here.url).socket(cookie=cookie, thread_id=thread_id) as socket:
            await socket.until_idle()
            first = socket.transcript.items[0].id
            await socket.send(type="message.edit", id="e", item_id=first, text="Is it not?")
            await socket.until_ended(await socket.until(Ack))
        told = (await here.http.get(f"/api/threads/{thread_id}/usage")).json()
        [model] = told["models"]
        assert (model["model"], model["runs"]) == ("dear-9", 2)
        assert told["total"]["usage"] == (USAGE + USAGE).model_dump()
        assert told["total"]["costs"] == [{"amount": 0.0038, "currency": "EUR"}]
        assert told["active_s"] >= 0
        problem(await stranger.get(f"/api/threads/{thread_id}/usage"), 404)


async def test_days_that_are_none_are_refused(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        for query, field in (
            ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
            ({"from": "yesterday"}, "from"),
            ({"to": "9999-12-31"}, "from"),
            ({"timezone": "Mars/Olympus"}, "timezone"),
        ):
            refused = await here.http.get("/api/usage", params=query)
            assert problem(refused, 400).field == field
