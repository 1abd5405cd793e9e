"""Copying the files of a folder into the storage that FILES_URL names, when a server moves there."""

import hashlib
import math
from pathlib import Path

from backend.config.settings import Settings
from backend.domain.errors import FilesUnavailable
from backend.domain.ids import FileId
from backend.files.files import storage_of
from backend.files.staged_file import StagedFile
from backend.files.storage import LocalFolder, names_in


async def copy_files(settings: Settings) -> int:
    """Copy all files of the data folder to where FILES_URL says, and read each back to compare it.

    Returns how many there are. Raises `FilesUnavailable` and `DiskFull`; begun again, it is the same.
    """
    folder: Path = settings.data_dir / "files"
    source, target = LocalFolder(folder), storage_of(settings)
    arriving = folder / "arriving"
    arriving.mkdir(parents=True, exist_ok=True, mode=0o700)
    await target.open()
    names = sorted(names_in(folder, before=math.inf))
    for name in names:
        sent, stored = hashlib.sha256(), hashlib.sha256()
        async with StagedFile(arriving) as staged:
            async for data in await source.read(FileId(name)):
                sent.update(data)
                await staged.write(data)
            await target.keep(staged, FileId(name))
        async for data in await target.read(FileId(name)):
            stored.update(data)
        if sent.digest() != stored.digest():
            raise FilesUnavailable
    return len(names)
