"""A file that is being written: staged in a folder of its own until it is complete."""

import asyncio
import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from backend.domain.errors import DiskFull, StoreUnavailable
from backend.domain.file_types import HEAD_BYTES

_BUFFER_BYTES: Final = 262_144
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StagedFile:
    """`async with StagedFile(folder) as staged`: `write` all bytes, then `keep` them at a path.

    A file that was not kept is deleted at the end of the block. Raises `DiskFull`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / secrets.token_hex(12)
        self._file: BinaryIO | None = None
        self.size = 0
        self.head = b""
        """The first bytes, up to `HEAD_BYTES`."""

    async def __aenter__(self) -> "StagedFile":
        with _disk_full():
            self._file = open(self._path, "xb", _BUFFER_BYTES, opener=_private)  # noqa: ASYNC230, SIM115
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Not in a thread: a task that is being cancelled must not have to wait for one.
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._path.unlink(missing_ok=True)

    async def write(self, data: bytes) -> None:
        assert self._file is not None
        if len(self.head) < HEAD_BYTES:
            self.head = (self.head + data)[:HEAD_BYTES]
        self.size += len(data)
        with _disk_full():
            await asyncio.to_thread(self._file.write, data)

    def complete(self) -> Path:
        """Returns the path of the file, with all bytes in it, until the end of the block."""
        assert self._file is not None
        with _disk_full():
            self._file.flush()
        return self._path

    def move(self, path: Path) -> None:
        """Move the file to `path`, where a crash may lose it."""
        self.complete().replace(path)

    async def keep(self, path: Path) -> None:
        """Sync the file to the disk and move it to `path`. When cancelled, nothing is left there."""
        keeping = asyncio.ensure_future(asyncio.to_thread(self._keep, path))
        try:
            with _disk_full():
                await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait((keeping,))
            path.unlink(missing_ok=True)  # noqa: ASYNC240 - quick
            raise

    def _keep(self, path: Path) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._path.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _disk_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise StoreUnavailable(
                "The data folder of the server is gone, so the file was not kept. Put DATA_DIR "
                "back and restart the server."
            ) from None
        if error.errno not in _FULL:
            raise
        raise DiskFull(
            "The disk of the server is full, so the file was not kept. Make room and try again."
        ) from None
