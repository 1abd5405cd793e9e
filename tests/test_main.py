import asyncio
import shutil
import signal
import socket
import stat
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.paths import ROOT
from tests.process import backend


async def test_it_tells_its_address_its_upstream_and_where_data_lives(tmp_path: Path) -> None:
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        assert server.url.startswith("http://127.0.0.1:")
        assert not server.url.endswith(":0")
        assert server.lines[1].startswith("Upstream   demo")
        assert server.lines[2] == f"Data       {tmp_path / 'data'}"
        async with httpx2.AsyncClient(base_url=server.url) as client:
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
    (tmp_path / "settings.env").write_text("UPSTREAM=demo\nDATA_DIR=from-file\nPORT=1\n")
    options = ("--port", "0", "--env-file", "settings.env", "--data-dir", "from-option")
    async with backend(tmp_path, *options, settings={"DATA_DIR": "from-environment"}) as server:
        await server.started()
        assert server.lines[1:] == [
            "Upstream   demo: scripted and offline",
            f"Data       {tmp_path / 'from-option'}",
        ]


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
        async with httpx2.AsyncClient(base_url=server.url.split()[0]) as client:
            assert (await client.get("/chat")).status_code == 401
            client.headers["Authorization"] = "Bearer correct-horse-battery"
            assert (await client.get("/api/nowhere")).status_code == 404


async def test_with_reload_a_change_of_the_code_starts_it_anew(tmp_path: Path) -> None:
    package = tmp_path / "backend"
    shutil.copytree(ROOT / "backend", package)
    async with backend(tmp_path, "--port", "0", "--reload") as server:
        await server.started()
        first = server.lines
        module = package / "domain" / "ids.py"
        module.write_text(module.read_text() + "\n")
        await server.started()
        assert server.lines == first
        code, errors = await server.end(signal.SIGINT)
    assert code == 0
    assert "Traceback" not in errors
