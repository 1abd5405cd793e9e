"""Files are the same to who uses them, wherever their bytes are: in a folder, or in object storage."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from backend.config.settings import Settings
from backend.domain.events import RunFinished
from backend.files.files import Files
from backend.store.database import Database
from backend.store.files import FileRows
from tests.http.answers import problem
from tests.http.test_files import ATTACHMENT, PNG, Visitor, house
from tests.object_storage import ObjectStorageServer
from tests.patience import PATIENCE_S
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message

Storage = dict[str, Any]


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "folder":
        return {}
    server: ObjectStorageServer = request.getfixturevalue("object_storage")
    return server.settings()


async def test_a_file_comes_back_as_it_was_sent_whole_and_in_parts(
    tmp_path: Path, storage: Storage
) -> None:
    content = os.urandom(20_000_000)
    async with house(tmp_path, **storage) as one:
        (file,) = await one.upload(("scan.png", PNG + content), to=ATTACHMENT)
        url = f"/api/files/{file.id}/content"
        whole = await one.http.get(url)
        assert whole.content == PNG + content
        assert whole.headers["content-length"] == str(file.size)
        assert whole.headers["content-type"] == "image/png"
        tag = whole.headers["etag"]
        for asked, start, end in (
            ("bytes=0-9", 0, 10),
            ("bytes=19999000-", 19_999_000, file.size),
            ("bytes=-5", file.size - 5, file.size),
            ("bytes=9999999-10000000", 9_999_999, 10_000_001),
        ):
            part = await one.http.get(url, headers={"Range": asked, "If-Range": tag})
            assert part.status_code == 206
            assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{file.size}"
            assert part.content == (PNG + content)[start:end]
        other = await one.http.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
        assert (other.status_code, len(other.content)) == (200, file.size)


async def test_a_deleted_file_is_gone(tmp_path: Path, storage: Storage) -> None:
    async with house(tmp_path, **storage) as one:
        file, other = await one.upload(("a.png", PNG), ("b.png", PNG), to=ATTACHMENT)
        assert (await one.http.delete(f"/api/files/{file.id}")).status_code == 204
        problem(await one.http.get(f"/api/files/{file.id}/content"), 404)
        assert (await one.http.get(f"/api/files/{other.id}/content")).content == PNG


async def test_a_document_is_read_where_its_bytes_are(tmp_path: Path, storage: Storage) -> None:
    async with house(tmp_path, **storage) as one:
        (file,) = await one.upload(("tide.md", b"# High water at noon\n"))
        async with asyncio.timeout(PATIENCE_S):
            while (found := (await one.page()).files[0]).status == "in_progress":
                pass
        assert (found.status, found.error) == ("completed", None)
        text = await one.http.get(f"/api/files/{file.id}/text")
        assert "High water at noon" in text.text


async def test_bytes_without_a_row_go_when_they_are_a_day_old_and_rows_never(
    tmp_path: Path, storage: Storage
) -> None:
    async with house(tmp_path, **storage) as one:
        lost, kept = await one.upload(("a.txt", b"1"), ("b.txt", b"2"))
    settings = Settings(data_dir=tmp_path / "data", **storage)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    await database.open()
    files = Files(FileRows(database), lambda: settings)
    await files.open()
    # Nobody has a row of these here.
    await files.sweep()
    assert (await files.read_bytes(lost.id), await files.read_bytes(kept.id)) == (b"1", b"2")
    await files.sweep(older_than_s=-60)
    with pytest.raises(FileNotFoundError):
        await files.storage.read(lost.id)
    await database.close()
    async with house(tmp_path, **storage) as one:
        assert {file.id for file in (await one.page()).files} == {lost.id, kept.id}
        problem(await one.http.get(f"/api/files/{kept.id}/content"), 404)


async def test_while_object_storage_is_away_chats_go_on(
    tmp_path: Path, object_storage: ObjectStorageServer
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("I cannot see it."), COMPLETED])
    async with (
        running(tmp_path, upstream, **object_storage.settings()) as server,
        server.socket() as socket,
        socket.rest() as http,
    ):
        one = Visitor(http, tmp_path / "data" / "files")
        (file,) = await one.upload(("a.png", PNG), to=ATTACHMENT)
        object_storage.stop()
        refused = problem(await one.post(("b.png", PNG), to=ATTACHMENT), 503)
        assert refused.code == "files_unavailable"
        assert "storage" in refused.message
        problem(await http.get(f"/api/files/{file.id}/content"), 503)
        await socket.say("Look.", file_ids=[file.id])
        finished = await socket.until(RunFinished)
        assert finished.run.error is None
        assert finished.run.status == "completed"
        assert one.kept() == []
        object_storage.start()
        assert (await http.get(f"/api/files/{file.id}/content")).content == PNG
        await one.upload(("b.png", PNG), to=ATTACHMENT)
