"""`backend copy-database` takes files along to object storage."""

import os
from pathlib import Path

from backend.config.settings import Settings
from backend.domain.ids import FileId
from backend.files.copying import copy_files
from backend.files.files import storage_of
from tests.object_storage import ObjectStorageServer


async def test_every_file_is_there_byte_by_byte(
    tmp_path: Path, object_storage: ObjectStorageServer
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    contents = {"file_" + "0" * 24: b"x", "file_" + "1" * 24: os.urandom(9_000_000)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    settings = Settings(data_dir=tmp_path, **object_storage.settings())
    assert await copy_files(settings) == 2
    # Interrupted, it begins again.
    assert await copy_files(settings) == 2
    storage = storage_of(settings)
    for name, content in contents.items():
        stored = [data async for data in await storage.read(FileId(name))]
        assert b"".join(stored) == content
        assert (folder / name).read_bytes() == content
