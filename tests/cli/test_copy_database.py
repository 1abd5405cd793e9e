"""`backend copy-database`: from SQLite to PostgreSQL, as its user does it."""

import json
from pathlib import Path

import psycopg

from backend.http.files_models import UploadAnswer
from backend.websocket.messages import Ack, Snapshot
from tests.postgresql import PostgresqlServer
from tests.process import backend
from tests.rest import rest
from tests.running import Running

KEY = "sk-copied-0123456789abcdef"
SETTINGS = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "0"}


async def copied(folder: Path, **settings: str) -> tuple[int, str, str]:
    """Returns the exit code, and what it wrote to stdout and stderr."""
    async with backend(folder, "copy-database", settings=settings) as program:
        output = await program.output.read()
        code, errors = await program.end()
    return code, output.decode(), errors


async def test_chats_and_files_are_there_and_go_on_after_copying(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    url = postgresql.new_database()
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\nMODEL=none\n")
    nowhere = {"url": "http://127.0.0.1:9/mcp", "headers": {"Authorization": f"Bearer {KEY}"}}
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"nowhere": nowhere}}))
    async with backend(tmp_path, "--port", "0", settings=SETTINGS) as server:
        await server.started()
        port = server.url.rpartition(":")[2]
        async with Running(server.url).socket() as socket, socket.rest() as http:
            parts = [("file", ("a.txt", b"Tide tables"))]
            uploaded = await http.post("/api/files?purpose=attachment", files=parts)
            [file] = UploadAnswer.model_validate_json(uploaded.content).files
            await socket.say("Hello", file_ids=[file.id])
            ack = await socket.until(Ack)
            await socket.until_ended(ack)
            before = socket.transcript.items
            cookie = socket.cookie
    grown = SETTINGS | {"DATABASE_URL": url}
    # Nothing is lost where the copying is forgotten.
    async with backend(tmp_path, "--port", port, settings=grown) as server:
        code, errors = await server.end()
    assert code != 0
    assert "python -m backend copy-database" in errors
    code, output, errors = await copied(tmp_path, DATABASE_URL=url)
    assert (code, errors) == (0, "")
    assert "threads                    1 rows" in output
    assert "each was compared" in output
    # The key that signs cookies is there as well, for processes with folders of their own.
    (tmp_path / "data" / "secret.key").unlink()
    async with backend(tmp_path, "--port", port, settings=grown) as server:
        await server.started()
        place = {"cookie": cookie, "thread_id": ack.thread_id or ""}
        async with Running(server.url).socket(**place) as socket, socket.rest() as http:
            await socket.until(Snapshot)
            assert socket.transcript.items == before
            content = await http.get(f"/api/files/{file.id}/content")
            assert content.content == b"Tide tables"
            await socket.say("And now?", id="cmd_2")
            assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
    assert "What /setup wrote (OPENAI_API_KEY) is there as well" in output
    with psycopg.connect(url) as rows:
        for table in ("settings", "secrets"):
            assert KEY not in repr(rows.execute(f"SELECT * FROM {table}".encode()).fetchall())
    # A process elsewhere has none of these files.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with backend(elsewhere, "--port", "0", settings=grown) as server:
        await server.started()
        async with rest(server.url) as http:
            setup = (await http.get("/api/setup")).json()
            assert setup["api_key"] == {"present": True, "last_four": KEY[-4:]}
            servers = (await http.get("/api/mcp/servers")).json()["servers"]
            assert [each["name"] for each in servers] == ["nowhere"]


async def test_copying_is_refused_with_a_sentence_while_a_server_runs_on_either(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    url = postgresql.new_database().replace("runstream@", "runstream:planted-5@")
    folders = [tmp_path / name for name in ("sqlite", "postgresql")]
    for folder in folders:
        folder.mkdir()
    async with backend(folders[0], "--port", "0", settings=SETTINGS) as server:
        await server.started()
        code, _, errors = await copied(folders[0], DATABASE_URL=url)
        assert code != 0
        assert errors.startswith("backend: Another server uses the data folder")
    other = SETTINGS | {"DATABASE_URL": url}
    async with backend(folders[1], "--port", "0", settings=other) as server:
        await server.started()
        code, output, errors = await copied(folders[0], DATABASE_URL=url)
        assert code != 0
        assert errors.startswith("backend: Another server uses this database.")
        assert "planted-5" not in output + errors


async def test_what_is_missing_for_copying_is_told(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    code, _, errors = await copied(tmp_path)
    assert code != 0
    assert "Set DATABASE_URL to the PostgreSQL database" in errors
    code, _, errors = await copied(tmp_path, DATABASE_URL=postgresql.new_database())
    assert code != 0
    assert "There is no database data/runstream.db. Name the file: --from PATH." in errors
    assert not (tmp_path / "data").exists()
