import asyncio
import shutil
import signal
import socket
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from backend.cli.client import ChatClient
from backend.domain.events import ItemUpdated
from backend.domain.items import AssistantMessage
from tests.paths import ROOT, SHARED
from tests.patience import PATIENCE_S
from tests.postgresql import PostgresqlServer
from tests.process import PROGRAM, backend
from tests.rest import rest


async def test_it_tells_its_address_its_upstream_and_where_data_lives(tmp_path: Path) -> None:
    async with backend(tmp_path, "--port", "0", command=PROGRAM) as server:
        await server.started()
        assert server.url.startswith("http://127.0.0.1:")
        assert not server.url.endswith(":0")
        assert server.lines[1].startswith("Upstream   demo")
        assert server.lines[2] == f"Data       {tmp_path / 'data'}"
        async with rest(server.url) as client:
            answer = await client.get("/healthz")
        assert answer.json() == {"status": "ok"}
        assert "server" not in answer.headers
        assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600
        code, errors = await server.end(signal.SIGINT)
    assert (code, errors) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_told_to_stop_it_closes_open_sockets_and_ends_well(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        async with connect("ws" + server.url[4:] + "/ws") as client:
            ending = asyncio.create_task(server.end(number))
            assert isinstance(await client.recv(), str)
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        code, errors = await ending
    assert (code, errors) == (0, "")


async def test_options_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text("UPSTREAM=carrier_pigeon\nDATA_DIR=from-file\nPORT=1\n")
    options = ("--port", "0", "--env-file", "settings.env", "--data-dir", "from-option")
    async with backend(tmp_path, *options, settings={"DATA_DIR": "from-environment"}) as server:
        await server.started()
        assert server.lines[1:] == [
            "Upstream   carrier_pigeon",
            f"Data       {tmp_path / 'from-option'}",
        ]


async def test_what_was_set_for_all_processes_is_told_by_each_and_by_the_doctor(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    settings = {"DATABASE_URL": postgresql.new_database()}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with backend(tmp_path / "one", "--port", "0", settings=settings) as server:
        await server.started()
        chosen = {"upstream": "responses", "base_url": "http://127.0.0.1:9/v1"}
        async with rest(server.url) as client:
            assert (await client.put("/api/setup/upstream", json=chosen)).status_code == 200
        await server.end(signal.SIGINT)
    async with backend(tmp_path / "two", "--port", "0", settings=settings) as server:
        await server.started()
        assert server.lines[1] == "Upstream   responses at http://127.0.0.1:9/v1"
    async with backend(tmp_path / "two", "doctor", settings=settings) as doctor:
        told = (await doctor.output.read()).decode()
        assert await doctor.end() == (1, "")
    assert "127.0.0.1:9" in told
    # It makes nothing where no server was yet.
    empty = {"DATABASE_URL": postgresql.new_database()}
    async with backend(tmp_path / "two", "doctor", settings=empty) as doctor:
        told = (await doctor.output.read()).decode()
        assert await doctor.end() == (0, "")
    assert "demo" in told


async def test_the_upstream_line_names_a_server_and_no_secret(tmp_path: Path) -> None:
    settings = {
        "OPENAI_BASE_URL": "http://anna:pass-word@127.0.0.1:9/v1",
        "OPENAI_API_KEY": "sk-planted-000000000000",
        "UPSTREAM": "responses",
    }
    async with backend(tmp_path, "--port", "0", settings=settings) as server:
        await server.started()
        assert server.lines[1].startswith("Upstream   responses at http://")
        assert server.lines[1].endswith("127.0.0.1:9/v1")
        assert "pass-word" not in "".join(server.lines)
        assert "planted" not in "".join(server.lines)


async def test_a_taken_port_is_told_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with backend(tmp_path, "--port", str(port)) as server:
            code, errors = await server.end()
    assert code == 3
    assert errors.splitlines() == [
        f"backend: Cannot listen on 127.0.0.1 port {port}: Address already in use. "
        "Another port: --port 8001, or PORT=8001; --port 0 takes a free one."
    ]


async def test_settings_that_are_refused_are_named_without_their_values(tmp_path: Path) -> None:
    settings = {"PORT": "eighty", "ACCESS_TOKEN": "hunter two"}
    async with backend(tmp_path, settings=settings) as server:
        code, errors = await server.end()
    assert code == 2
    assert "PORT" in errors
    assert "ACCESS_TOKEN" in errors
    assert "hunter" not in errors
    assert "Traceback" not in errors


async def test_a_misspelt_setting_is_told_once_and_without_its_value(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_KEY=sk-hunter\nSOMETHING_ELSE=1\n")
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        _, errors = await server.end(signal.SIGTERM)
    assert errors.count("OPENAI_KEY in .env is no setting") == 1
    assert "OPENAI_API_KEY?" in errors
    assert "hunter" not in errors
    assert "SOMETHING_ELSE" not in errors


async def test_a_data_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with backend(tmp_path, "--port", "0", "--data-dir", "file") as server:
        code, errors = await server.end()
    assert code == 3
    assert errors.startswith("backend: ")
    assert "file" in errors
    assert "Traceback" not in errors


async def test_bound_to_other_addresses_it_refuses_to_start_without_a_token(tmp_path: Path) -> None:
    async with backend(tmp_path, "--host", "0.0.0.0", "--port", "0") as server:
        code, errors = await server.end()
    assert code == 2
    assert "Set ACCESS_TOKEN" in errors

    token = {"ACCESS_TOKEN": "correct-horse-battery"}
    async with backend(tmp_path, "--host", "0.0.0.0", "--port", "0", settings=token) as server:
        await server.started()
        async with rest(server.url.split()[0]) as client:
            assert (await client.get("/chat")).status_code == 401
            client.headers["Authorization"] = "Bearer correct-horse-battery"
            assert (await client.get("/api/nowhere")).status_code == 404


WAIT = '''
import asyncio
from pathlib import Path
from backend.tools.function import function

@function
async def wait() -> str:
    """The {age} one."""
    while not Path("released").exists():
        await asyncio.sleep(0.02)
    return "the {age} one"
'''


async def test_with_reload_a_changed_function_is_there_and_runs_go_on(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "backend", tmp_path / "backend")
    file = tmp_path / "backend" / "tools" / "functions" / "wait.py"
    async with backend(tmp_path, "--port", "0", "--reload", command=PROGRAM) as server:
        await server.started()

        async def until_described(text: str) -> None:
            async with asyncio.timeout(PATIENCE_S), rest(server.url) as http:
                while True:
                    if text in (await http.get("/api/functions")).text:
                        return
                    await asyncio.sleep(0.05)

        file.write_text(WAIT.format(age="first"))
        await until_described("The first one.")
        async with ChatClient(server.url) as chat:
            async for message in chat.send("wait"):
                if isinstance(message, ItemUpdated) and message.item.status == "running":
                    file.write_text(WAIT.format(age="other"))
                    await until_described("The other one.")
                    (tmp_path / "released").touch()
            assert "the first one" in str(chat.items)
            await chat.ask("wait")
            assert "the other one" in str(chat.items[-3:])


async def test_with_reload_a_change_of_the_code_starts_it_anew(tmp_path: Path) -> None:
    package = tmp_path / "backend"
    shutil.copytree(ROOT / "backend", package)
    async with backend(tmp_path, "--port", "0", "--reload", command=PROGRAM) as server:
        await server.started()
        first = server.lines
        module = package / "domain" / "ids.py"
        module.write_text(module.read_text() + "\n")
        await server.started()
        assert server.lines == first
        code, errors = await server.end(signal.SIGINT)
    assert code == 0
    assert "Traceback" not in errors


async def test_with_reload_a_server_that_cannot_start_says_why_and_ends(tmp_path: Path) -> None:
    async with backend(tmp_path, "--port", "0") as first:
        await first.started()
        async with backend(tmp_path, "--port", "0", "--reload", command=PROGRAM) as second:
            code, errors = await second.end()
    assert code == 3
    assert "Another server uses the data folder" in errors


async def test_a_second_server_on_the_same_data_folder_is_refused(tmp_path: Path) -> None:
    async with backend(tmp_path, "--port", "0") as first:
        await first.started()
        unfinished = tmp_path / "data" / "files" / "staged" / "upload"
        unfinished.parent.mkdir(exist_ok=True)
        unfinished.write_text("of the first server")
        async with backend(tmp_path, "--port", "0") as second:
            code, errors = await second.end()
        assert code == 3
        assert f"Another server uses the data folder {Path('data')}." in errors
        assert "Traceback" not in errors
        assert unfinished.exists()
        async with rest(first.url) as client:
            assert (await client.get("/readyz")).status_code == 200
        await first.end(signal.SIGKILL)
    async with backend(tmp_path, "--port", "0") as next_one:
        await next_one.started()


async def test_a_data_folder_that_others_may_read_is_told_and_its_files_are_private(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data").chmod(0o755)
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
        assert (tmp_path / "data" / "runstream.db") in files
        assert [path for path in files if path.stat().st_mode & 0o077] == []
        _, errors = await server.end(signal.SIGINT)
    assert "chmod 700" in errors


@pytest.mark.parametrize("damage", ["text", "middle", "newer"])
async def test_a_database_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path, damage: str
) -> None:
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        await server.end(signal.SIGINT)
    database = tmp_path / "data" / "runstream.db"
    match damage:
        case "text":
            database.write_text("This is no database. " * 500)
        case "middle":
            content = bytearray(database.read_bytes())
            content[100:4096] = b"x" * 3996
            database.write_bytes(content)
        case _:
            with closing(sqlite3.connect(database)) as connection, connection:
                connection.execute("UPDATE schema_version SET version = 1000")
    async with backend(tmp_path, "--port", "0") as server:
        code, errors = await server.end()
    assert code == 3
    assert "Traceback" not in errors
    assert errors.startswith("backend: The database ")
    assert ("Update the program" if damage == "newer" else "is damaged") in errors


async def test_at_debug_the_log_holds_nothing_of_a_chat(tmp_path: Path) -> None:
    settings = {"LOG_LEVEL": "debug", "DEMO_DELTAS_PER_S": "0"}
    async with backend(tmp_path, "--port", "0", settings=settings) as server:
        await server.started()
        async with ChatClient(server.url) as chat:
            run = await chat.ask("planted words of a visitor")
            assert run.status == "completed"
            said = chat.items[-1]
        code, errors = await server.end(signal.SIGINT)
    assert code == 0
    assert "planted" not in errors
    assert isinstance(said, AssistantMessage)
    assert said.text[:30] not in errors


async def test_a_settings_file_in_utf_16_is_refused(tmp_path: Path) -> None:
    shared = SHARED / "cases" / "60-dotenv" / "utf16.env"
    texts = ["MODEL=a\r\n".encode("utf-16"), "MODEL=a\n".encode("utf-16-le")]
    for content in [*texts, *([shared.read_bytes()] if shared.exists() else [])]:
        (tmp_path / ".env").write_bytes(content)
        async with backend(tmp_path, "--port", "0") as server:
            code, errors = await server.end()
        assert code == 2
        assert "Save it as UTF-8" in errors
        assert (tmp_path / ".env").read_bytes() == content
