"""What processes that share a database have in common: two apps here, each with a folder of its own."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.config.settings import DATABASE_NAME
from backend.http.security.attempts import BURST
from backend.setup.models import SetupState
from backend.upstreams.refusal_file import FILE_NAME
from backend.waiting import poll
from tests.http.answers import problem
from tests.http.openai_server import OpenAiServer
from tests.patience import PATIENCE_S
from tests.postgresql import PostgresqlServer
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.serving import serve
from tests.waiting.asking import until_parked, waiting

TOKEN = "correct-horse-battery-staple"
KEY = "sk-loopback-good-key"
SECRET = "0123456789abcdef0123456789abcdef"
HOST = {"Host": "chat.test"}
WANDA = {"name": "Wanda", "model": "gpt-4.1", "tools": ["function:get_weather"]}


@pytest.fixture
def database(postgresql: PostgresqlServer) -> str:
    return postgresql.new_database()


def app(folder: Path, database: str | None, **settings: Any) -> Starlette:
    defaults = {"code_interpreter": "off", "weather_source": "sample", "allowed_hosts": "chat.test"}
    settings = defaults | {"data_dir": folder / "data", "database_url": database} | settings
    return create_app(Configuration(folder / ".env", **settings))


@asynccontextmanager
async def process(
    folder: Path, database: str, **settings: Any
) -> AsyncIterator[httpx2.AsyncClient]:
    """One that answers for chat.test, as each does behind a balancer."""
    async with serve(app(folder, database, **settings)) as url, rest(url, headers=HOST) as http:
        yield http


def dump(database: str) -> str:
    """All that is stored of what processes have in common."""
    with psycopg.connect(database) as rows:
        tables = [
            rows.execute(f"SELECT * FROM {name}".encode()) for name in ("settings", "secrets")
        ]
        return repr([table.fetchall() for table in tables])


@asynccontextmanager
async def two(
    tmp_path: Path, database: str, **settings: Any
) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.AsyncClient]]:
    async with (
        process(tmp_path / "one", database, **settings) as one,
        process(tmp_path / "other", database, **settings) as other,
    ):
        yield one, other


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async def ask() -> bool | None:
        return await holds() or None

    await poll(ask, within_s=PATIENCE_S, first_pause_s=0.01, longest_pause_s=0.1)


async def state(http: httpx2.AsyncClient) -> SetupState:
    return SetupState.model_validate_json((await http.get("/api/setup")).content)


async def log_in(http: httpx2.AsyncClient, token: str = TOKEN) -> httpx2.Response:
    return await http.post("/login", data={"access_token": token})


async def status(http: httpx2.AsyncClient, path: str, cookie: str) -> int:
    return (await http.get(path, headers={"Cookie": cookie})).status_code


def cookies_of(http: httpx2.AsyncClient) -> str:
    return "; ".join(f"{name}={value}" for name, value in http.cookies.items())


async def is_known(http: httpx2.AsyncClient, cookie: str) -> bool:
    answer = await http.get("/api/threads", headers={"Cookie": cookie})
    return answer.status_code == 200 and "set-cookie" not in answer.headers


async def test_a_visitor_of_one_is_known_to_the_other(tmp_path: Path, database: str) -> None:
    async with two(tmp_path, database) as (one, other):
        assert "set-cookie" in (await one.get("/api/threads")).headers
        assert await is_known(other, cookies_of(one))


async def test_who_logs_in_at_one_is_known_to_the_other_and_logs_out_everywhere(
    tmp_path: Path, database: str
) -> None:
    async with two(tmp_path, database, access_token=TOKEN) as (one, other):
        await log_in(one)
        phone = cookies_of(one)
        one.cookies.clear()
        await log_in(one)
        laptop = cookies_of(one)
        for cookie in (phone, laptop):
            assert await status(other, "/api/session", cookie) == 200

        await other.delete("/api/session", headers={"Cookie": phone})
        await until(lambda: is_refused(one, phone))
        assert await status(one, "/api/session", laptop) == 200
        await one.delete("/api/session?everywhere=true", headers={"Cookie": laptop})
        await until(lambda: is_refused(other, laptop))
    async with process(tmp_path / "later", database, access_token=TOKEN) as later:
        assert await is_refused(later, phone)
        assert await is_refused(later, laptop)


async def is_refused(http: httpx2.AsyncClient, cookie: str) -> bool:
    return await status(http, "/api/session", cookie) == 401


async def test_a_socket_at_the_other_ends_with_its_session(tmp_path: Path, database: str) -> None:
    async with (
        running(
            tmp_path / "one", ScriptedUpstream(), database_url=database, access_token=TOKEN
        ) as one,
        running(
            tmp_path / "other", ScriptedUpstream(), database_url=database, access_token=TOKEN
        ) as other,
        rest(other.url) as http,
    ):
        await log_in(http)
        cookie = cookies_of(http)
        async with other.socket(cookie=cookie) as socket, rest(one.url) as elsewhere:
            await socket.next()
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            await elsewhere.delete("/api/session?everywhere=true", headers=bearer)
            async with asyncio.timeout(PATIENCE_S):
                with pytest.raises(ConnectionClosed):
                    await socket.ws.recv()


async def test_who_was_known_before_the_database_was_shared_still_is(
    tmp_path: Path, database: str
) -> None:
    async with serve(app(tmp_path / "one", None)) as url, rest(url, headers=HOST) as http:
        await http.get("/api/threads")
        cookie = cookies_of(http)
    (tmp_path / "one" / "data" / DATABASE_NAME).unlink()
    async with two(tmp_path, database) as (_, other):
        assert await is_known(other, cookie)


async def test_processes_with_one_secret_key_need_no_other(tmp_path: Path, database: str) -> None:
    async with two(tmp_path, database, secret_key=SECRET) as (one, other):
        await one.get("/api/threads")
        assert await is_known(other, cookies_of(one))
    assert "cookie_key" not in dump(database)
    assert not (tmp_path / "one" / "data" / "secret.key").exists()


async def test_wrong_tokens_are_counted_by_all(tmp_path: Path, database: str) -> None:
    wrong = {"Authorization": "Bearer guess-guess-guess"}

    async def tried(http: httpx2.AsyncClient) -> int:
        return (await http.get("/api/threads", headers=wrong)).status_code

    async with two(tmp_path, database, access_token=TOKEN) as (one, other):
        assert [await tried(one) for _ in range(BURST)] == [401] * BURST
        assert [await tried(other) for _ in range(3)] == [401, 429, 429]
        # Even the right token has to wait, or guessing would go on unslowed.
        assert (await log_in(other)).status_code == 429


def take_away(postgresql: PostgresqlServer, database: str) -> None:
    name = database.rpartition("/")[2]
    with psycopg.connect(postgresql.url("postgres"), autocommit=True) as rows:
        rows.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        rows.execute(query, (name,))


async def test_without_the_database_a_process_counts_wrong_tokens_itself(
    tmp_path: Path, postgresql: PostgresqlServer, database: str
) -> None:
    wrong = {"Authorization": "Bearer guess-guess-guess"}
    async with process(tmp_path / "one", database, access_token=TOKEN) as one:
        take_away(postgresql, database)
        tried = [
            (await one.get("/api/threads", headers=wrong)).status_code for _ in range(BURST + 1)
        ]
        assert tried == [401] * BURST + [429]


@pytest.mark.parametrize("secret", [None, SECRET])
async def test_a_key_that_is_saved_at_one_is_used_by_the_other_and_read_by_nobody(
    tmp_path: Path, database: str, secret: str | None
) -> None:
    server = OpenAiServer(key=KEY)
    async with (
        serve(server.app()) as url,
        two(tmp_path, database, secret_key=secret) as (one, other),
    ):
        chosen = {"upstream": "responses", "base_url": f"{url}/v1"}
        assert (await one.put("/api/setup/upstream", json=chosen)).status_code == 200
        assert (await one.put("/api/setup/api-key", json={"api_key": KEY})).status_code == 200
        assert (await one.put("/api/setup/assistant", json=WANDA)).status_code == 200

        await until(lambda: is_set_up(other))
        told = await state(other)
        assert (told.api_key.last_four, told.upstream.base_url) == (KEY[-4:], f"{url}/v1")
        sources = {each.name: (each.source, each.writable) for each in told.settings}
        assert sources["OPENAI_API_KEY"] == ("database", True)
        models = (await other.get("/api/models")).json()
        assert models["fallback"] is False

        kept = dump(database)
        assert "OPENAI_API_KEY" in kept
        assert KEY not in kept
        assert url not in kept
        for folder in ("one", "other"):
            assert not (tmp_path / folder / ".env").exists()

        # What is removed is removed for all.
        assert (await other.delete("/api/setup/api-key")).status_code == 200

        async def is_gone() -> bool:
            return not (await state(one)).api_key.present

        await until(is_gone)


async def is_at_server(http: httpx2.AsyncClient) -> bool:
    return (await state(http)).upstream.choice == "responses"


async def is_set_up(http: httpx2.AsyncClient) -> bool:
    return (await state(http)).ready and await is_at_server(http)


async def test_what_is_saved_wins_over_the_file_of_a_process_and_the_environment_over_both(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / ".env").write_text(f"OPENAI_API_KEY=sk-of-the-file\nMODEL={folder}\n")
    async with two(tmp_path, database, upstream="responses") as (one, other):
        assert (await state(one)).api_key.present
        assert (await one.delete("/api/setup/api-key")).status_code == 200

        async def is_gone() -> bool:
            return not (await state(other)).api_key.present

        await until(is_gone)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
        body = {"api_key": "sk-of-the-page", "verify": False}
        warnings = (await other.put("/api/setup/api-key", json=body)).json()["warnings"]
        assert "written to the database, but it is also set in the environment" in warnings[0]
        assert (await state(other)).api_key.last_four == "ment"


async def test_a_key_is_not_kept_for_a_server_that_another_process_has_chosen_meanwhile(
    tmp_path: Path, database: str
) -> None:
    server = OpenAiServer(key=KEY)
    async with serve(server.app()) as url, two(tmp_path, database) as (one, other):
        chosen = {"upstream": "responses", "base_url": f"{url}/v1"}
        await one.put("/api/setup/upstream", json=chosen)
        await until(lambda: is_at_server(other))
        server.mood = "silent"
        asked = len(server.requests)
        saving = asyncio.create_task(one.put("/api/setup/api-key", json={"api_key": KEY}))

        async def is_being_checked() -> bool:
            return len(server.requests) > asked

        await until(is_being_checked)
        elsewhere = {"upstream": "responses", "base_url": "http://127.0.0.1:9/v1"}
        assert (await other.put("/api/setup/upstream", json=elsewhere)).status_code == 200
        server.closing.set()
        assert problem(await saving, 409).code == "changed_meanwhile"
        assert not (await state(other)).api_key.present


async def test_a_process_with_another_secret_key_sends_nothing_to_a_server_that_it_cannot_know(
    tmp_path: Path, database: str
) -> None:
    async with process(tmp_path / "one", database, secret_key=SECRET) as one:
        base = {"upstream": "responses", "base_url": "http://127.0.0.1:9/v1"}
        await one.put("/api/setup/upstream", json=base)
        body = {"api_key": KEY, "verify": False}
        await one.put("/api/setup/api-key", json=body)
    async with process(tmp_path / "other", database, secret_key=SECRET[::-1]) as other:
        told = await state(other)
        assert not told.api_key.present
        assert told.upstream.base_url == "https://unreadable.invalid/v1"
        assert "sealed with another SECRET_KEY" in (told.upstream.problem or "")


async def test_what_one_changes_of_policies_assistants_and_start_screens_holds_at_the_other(
    tmp_path: Path, database: str
) -> None:
    server = OpenAiServer(key=KEY)
    async with serve(server.app()) as url, two(tmp_path, database) as (one, other):

        async def told() -> tuple[str, str, str]:
            found = await state(other)
            assert found.assistant is not None
            [weather] = [each for each in found.functions if each.name == "get_weather"]
            return weather.approval, found.assistant.name, found.assistant.start.greeting

        async def becomes(*wanted: str) -> None:
            async def is_so() -> bool:
                return await told() == wanted

            await until(is_so)

        chosen = {"upstream": "responses", "base_url": f"{url}/v1"}
        await one.put("/api/setup/upstream", json=chosen)
        await one.put("/api/setup/api-key", json={"api_key": KEY})
        await one.put("/api/setup/assistant", json=WANDA)

        await until(lambda: is_set_up(other))
        assert await told() == ("never", "Wanda", "")
        await one.put("/api/functions/get_weather/approval", json={"approval": "ask"})
        await becomes("ask", "Wanda", "")
        await one.put("/api/setup/assistant", json=WANDA | {"name": "Willi"})
        await becomes("ask", "Willi", "")
        start = {"greeting": "Hello"}
        await one.put("/api/setup/assistant", json=WANDA | {"name": "Willi", "start": start})
        await becomes("ask", "Willi", "Hello")


async def test_a_tool_that_is_to_ask_since_a_moment_ago_asks_in_a_run_of_the_other(
    tmp_path: Path, database: str
) -> None:
    upstream = ScriptedUpstream()
    asked = calls(("get_weather", '{"location": "Oslo", "dates": []}'))
    upstream.script(asked, [*message("Hm."), COMPLETED])
    async with (
        process(tmp_path / "one", database) as one,
        running(tmp_path / "other", upstream, database_url=database) as server,
        rest(server.url) as other,
    ):
        await state(other)
        await one.put("/api/functions/get_weather/approval", json={"approval": "ask"})

        async def asks() -> bool:
            functions = (await state(other)).functions
            return any(each.approval == "ask" for each in functions if each.name == "get_weather")

        await until(asks)
        async with server.socket() as socket:
            await socket.say("How is the weather?")
            await until_parked(socket)
            assert [call.name for call in waiting(socket)] == ["get_weather"]


async def test_what_is_told_by_no_news_is_seen_by_the_next_look(
    tmp_path: Path, database: str
) -> None:
    async with two(tmp_path, database) as (one, other):
        with psycopg.connect(database) as rows:
            query = "SELECT pg_get_functiondef('runstream_changed'::regproc)"
            [made] = rows.execute(query).fetchone() or ("",)
            rows.execute(made.replace("pg_notify('runstream'", "pg_notify('nobody'").encode())
        assert (await state(other)).functions
        await one.put("/api/functions/get_weather/approval", json={"approval": "ask"})

        async def asks() -> bool:
            return any(
                each.approval == "ask"
                for each in (await state(other)).functions
                if each.name == "get_weather"
            )

        await until(asks)


async def test_parameters_that_are_to_be_tried_again_are_tried_by_all(
    tmp_path: Path, database: str
) -> None:
    server = OpenAiServer(key=KEY)
    async with serve(server.app()) as url:
        learnt = {f"{url}/v1": [["gpt-4.1", "reasoning_effort", '"low"', time.time()]]}
        data = tmp_path / "other" / "data"
        data.mkdir(parents=True)
        (data / FILE_NAME).write_text(json.dumps(learnt))
        async with two(tmp_path, database) as (one, other):
            chosen = {"upstream": "responses", "base_url": f"{url}/v1"}
            await one.put("/api/setup/upstream", json=chosen)
            await one.put("/api/setup/api-key", json={"api_key": KEY})

            async def efforts() -> list[str]:
                listed = (await other.get("/api/models")).json()["listed"]
                return next((each["efforts"] for each in listed if each["id"] == "gpt-4.1"), [])

            async def is_known() -> bool:
                return "high" in await efforts()

            async def is_forgotten() -> bool:
                return "low" in await efforts()

            await until(is_known)
            assert not await is_forgotten()
            await one.delete("/api/setup/refused-parameters")
            await until(is_forgotten)
