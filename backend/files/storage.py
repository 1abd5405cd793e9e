"""Where the bytes of files are: a folder of this machine, or object storage that machines share.

Bytes are kept under the id of their file, and never change.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from backend.domain.ids import FileId
from backend.files.staged_file import StagedFile

CHUNK_BYTES: Final = 262_144


class Storage(Protocol):
    """Every method may raise `FilesUnavailable`; who reads what is not there, `FileNotFoundError`."""

    name: str
    """For people."""

    async def open(self) -> None: ...

    async def keep(self, staged: StagedFile, file_id: FileId) -> None:
        """Take over a file that has arrived. When it fails or is cancelled, nothing is left there.

        Raises `DiskFull`.
        """

    def here(self, file_id: FileId) -> Path | None:
        """Returns the path of the bytes where they are files of this machine anyway."""

    async def missing(self, file_ids: Collection[FileId]) -> set[FileId]:
        """Returns those of which it can be told at once that they are not there."""

    async def read(
        self, file_id: FileId, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes]:
        """Returns the bytes from `start` to before `end`, in pieces."""

    def lend(self, file_id: FileId) -> AbstractAsyncContextManager[Path]:
        """Lends a path with the bytes to code that needs one."""

    def open_now(self, file_id: FileId) -> BinaryIO:
        """Opens the bytes for code that may block."""

    async def delete(self, file_ids: Iterable[FileId]) -> None: ...

    def names(self, before: float) -> AsyncGenerator[list[str]]:
        """Yields what has been there since before that time, some at a time."""


class LocalFolder:
    """A `Storage`: one file for each."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    async def open(self) -> None:
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True, mode=0o700)

    async def keep(self, staged: StagedFile, file_id: FileId) -> None:
        await staged.keep(self.here(file_id))

    def here(self, file_id: FileId) -> Path:
        return self._folder / file_id

    async def missing(self, file_ids: Collection[FileId]) -> set[FileId]:
        return await asyncio.to_thread(self._missing, file_ids)

    async def read(
        self, file_id: FileId, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes]:
        file = await asyncio.to_thread(self.open_now, file_id)
        return _pieces(file, start, end)

    @asynccontextmanager
    async def lend(self, file_id: FileId) -> AsyncGenerator[Path]:
        yield self.here(file_id)

    def open_now(self, file_id: FileId) -> BinaryIO:
        return self.here(file_id).open("rb")

    async def delete(self, file_ids: Iterable[FileId]) -> None:
        await asyncio.to_thread(self._unlink, file_ids)

    async def names(self, before: float) -> AsyncGenerator[list[str]]:
        yield await asyncio.to_thread(names_in, self._folder, before)

    def _missing(self, file_ids: Collection[FileId]) -> set[FileId]:
        return {file_id for file_id in file_ids if not self.here(file_id).exists()}

    def _unlink(self, file_ids: Iterable[FileId]) -> None:
        for file_id in file_ids:
            self.here(file_id).unlink(missing_ok=True)


def names_in(folder: Path, before: float) -> list[str]:
    """Returns the names of the files in a folder that nobody has written to since."""
    return [
        path.name for path in folder.glob("*") if path.is_file() and path.stat().st_mtime <= before
    ]


async def _pieces(file: BinaryIO, start: int, end: int | None) -> AsyncGenerator[bytes]:
    with file:
        file.seek(start)
        left = None if end is None else end - start
        while data := await asyncio.to_thread(
            file.read, CHUNK_BYTES if left is None else min(CHUNK_BYTES, left)
        ):
            left = None if left is None else left - len(data)
            yield data
