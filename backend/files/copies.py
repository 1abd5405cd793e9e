"""Copies of files on this machine, for code that needs a path: as many as fit, the latest used."""

import asyncio
import os
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.domain.ids import FileId
from backend.files.staged_file import StagedFile

Fetch = Callable[[FileId, StagedFile], Awaitable[None]]
"""Writes the bytes of a file into a staged one."""


@dataclass(slots=True)
class _Copy:
    lent: int = 0
    arriving: asyncio.Task[int] | None = None
    size: int = 0
    """Bytes; 0 while it arrives."""


class Copies:
    """The folder is this process's own, and outlives it."""

    def __init__(self, folder: Path, max_bytes: int, fetch: Fetch) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._fetch = fetch
        self._copies: OrderedDict[FileId, _Copy] = OrderedDict()
        """Those used last are at the end."""

    async def open(self) -> None:
        """Take over what an earlier process left."""
        await asyncio.to_thread(self._find)
        self._make_room()

    @asynccontextmanager
    async def lend(self, file_id: FileId) -> AsyncGenerator[Path]:
        """Lends the path of a copy, which stays as long. Raises what `fetch` does."""
        copy = self._copies.setdefault(file_id, _Copy())
        self._copies.move_to_end(file_id)
        copy.lent += 1
        try:
            if not copy.size:
                if copy.arriving is None or copy.arriving.done():
                    copy.arriving = asyncio.create_task(self._arrive(file_id))
                # Others may wait for it, too.
                copy.size = await asyncio.shield(copy.arriving)
            yield self._folder / file_id
        finally:
            copy.lent -= 1
            self._make_room()

    def drop(self, file_id: FileId) -> None:
        """Forget a file that was deleted. Whoever has its path may still open it for now."""
        copy = self._copies.get(file_id)
        if copy is not None and not copy.lent:
            self._remove(file_id)

    async def _arrive(self, file_id: FileId) -> int:
        async with StagedFile(self._folder / "arriving") as staged:
            await self._fetch(file_id, staged)
            await asyncio.to_thread(staged.move, self._folder / file_id)
            return staged.size

    def _make_room(self) -> None:
        total = sum(copy.size for copy in self._copies.values())
        for file_id, copy in list(self._copies.items()):
            if copy.lent or (copy.arriving is not None and not copy.arriving.done()):
                continue
            if not copy.size or total > self._max_bytes:
                total -= copy.size
                self._remove(file_id)

    def _remove(self, file_id: FileId) -> None:
        del self._copies[file_id]
        (self._folder / file_id).unlink(missing_ok=True)

    def _find(self) -> None:
        arriving = self._folder / "arriving"
        arriving.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in arriving.iterdir():
            path.unlink()
        found = [entry for entry in os.scandir(self._folder) if entry.is_file()]
        for entry in sorted(found, key=lambda entry: entry.stat().st_mtime):
            self._copies[FileId(entry.name)] = _Copy(size=entry.stat().st_size)
