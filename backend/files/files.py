"""The files of this server: their rows in the store, their bytes in its storage."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final

from backend.config.settings import Settings
from backend.domain.errors import (
    AppError,
    FilesUnavailable,
    FileTooLarge,
    InvalidRequest,
    NotFound,
    TooManyFiles,
)
from backend.domain.file import FilePurpose, StoredFile
from backend.domain.file_names import safe_name
from backend.domain.file_types import (
    HEAD_BYTES,
    FilePurposeOfUpload,
    attached_type,
    generated_type,
    is_searchable,
    uploaded_type,
)
from backend.domain.ids import FileId, OwnerId, ThreadId, new_file_id
from backend.files.previews import Previews
from backend.files.staged_file import StagedFile
from backend.files.storage import LocalFolder, Storage, names_in
from backend.store.files import FilePosition, FileRows

log = logging.getLogger(__name__)

SWEEP_INTERVAL_S: Final = 3600.0
UNSENT_FOR_S: Final = 24 * 3600.0
"""How long a file is kept that is in no chat: an attachment not sent yet, one made by hand."""

_ID: Final = re.compile(r"file_[0-9a-f]{24}")
_COPY_BYTES: Final = 1_048_576


class Upload:
    """A file that a user is sending: `write` each piece, `keep` the whole."""

    def __init__(
        self, files: "Files", staged: StagedFile, name: str, purpose: FilePurposeOfUpload
    ) -> None:
        self._files = files
        self._staged = staged
        self._purpose = purpose
        self.name = name

    async def write(self, data: bytes) -> None:
        """Raises `FileTooLarge`, `UnsupportedFile`, `TooManyFiles` and `DiskFull`."""
        files, staged = self._files, self._staged
        if staged.size + len(data) > (limit := files.settings.max_file_bytes):
            raise FileTooLarge(f"{self.name} is larger than {limit:,} bytes.", field="file")
        known = len(staged.head)
        await staged.write(data)
        if known < HEAD_BYTES <= len(staged.head):
            uploaded_type(self.name, staged.head, self._purpose)

    async def keep(self, owner: OwnerId) -> StoredFile:
        """Store the file. Raises as `write` does, and `InvalidRequest` if it is empty."""
        if self._staged.size == 0:
            raise InvalidRequest(f"{self.name} is empty.", field="file", code="empty_file")
        media_type = uploaded_type(self.name, self._staged.head, self._purpose)
        searched = self._purpose == "knowledge" or is_searchable(self.name, media_type)
        return await self._files.keep(
            self._staged,
            StoredFile(
                id=new_file_id(),
                owner=None if self._purpose == "knowledge" else owner,
                thread_id=None,
                purpose=self._purpose,
                name=self.name,
                media_type=media_type,
                size=self._staged.size,
                created_at=time.time(),
                status="in_progress" if searched else "completed",
            ),
        )


class Files:
    """Call `open` before use. A file of another owner raises `NotFound`, as if it did not exist."""

    def __init__(self, rows: FileRows, settings: Callable[[], Settings]) -> None:
        self.rows = rows
        self.storage = storage_of(settings())
        self.previews = Previews()
        self._settings = settings
        self._arriving = settings().data_dir / "files" / "arriving"
        self._keeping = asyncio.Lock()
        self.making_stores = asyncio.Lock()
        """Held while a vector store is created at an upstream, so that no second one is."""
        self.added = asyncio.Event()
        """Set when a file waits to be indexed."""

    @property
    def settings(self) -> Settings:
        return self._settings()

    async def open(self) -> None:
        """Create the folders."""
        await asyncio.to_thread(self._make_folders)
        await self.storage.open()

    # Arriving

    @asynccontextmanager
    async def upload(self, name: str, purpose: FilePurposeOfUpload) -> AsyncIterator[Upload]:
        """Begin an upload. Raises `TooManyFiles` and `UnsupportedFile`."""
        await self._check_room(0)
        async with StagedFile(self._arriving) as staged:
            yield Upload(self, staged, safe_name(name), purpose)

    async def keep(self, staged: StagedFile, file: StoredFile) -> StoredFile:
        """Store the bytes, then the row, so that a file with a row is complete.

        Raises `TooManyFiles` and `DiskFull`.
        """
        if _ID.fullmatch(file.id) is None:
            raise NotFound("There is no such file here.")
        async with self._keeping:
            await self._check_room(staged.size)
            await self.storage.keep(staged, file.id)
            try:
                await self.rows.add(file)
            except BaseException:
                await self.storage.delete((file.id,))
                raise
        if file.status == "in_progress":
            self.added.set()
        return file

    async def add_generated(
        self,
        owner: OwnerId,
        thread_id: ThreadId | None,
        name: str,
        file: BinaryIO,
        file_id: FileId | None = None,
    ) -> StoredFile:
        """Store a copy of a file that a tool made for `owner`, under a new id if none is given.

        Raises `FileTooLarge`, `TooManyFiles`, `DiskFull`, and `OSError` if it cannot be read.
        """

        async def chunks() -> AsyncIterator[bytes]:
            await asyncio.to_thread(file.seek, 0)
            while data := await asyncio.to_thread(file.read, _COPY_BYTES):
                yield data

        return await self.receive_generated(owner, thread_id, name, chunks(), file_id)

    async def receive_generated(
        self,
        owner: OwnerId,
        thread_id: ThreadId | None,
        name: str,
        chunks: AsyncIterator[bytes],
        file_id: FileId | None = None,
    ) -> StoredFile:
        """Store a generated file from a stream of bytes. Raises as `add_generated` does."""
        name = safe_name(name)
        limit = self.settings.max_file_bytes
        async with StagedFile(self._arriving) as staged:
            async for data in chunks:
                if staged.size + len(data) > limit:
                    raise FileTooLarge(f"{name} is larger than {limit:,} bytes.")
                await staged.write(data)
            return await self.keep(
                staged,
                StoredFile(
                    id=file_id or new_file_id(),
                    owner=owner,
                    thread_id=thread_id,
                    purpose="generated",
                    name=name,
                    media_type=generated_type(name, staged.head),
                    size=staged.size,
                    created_at=time.time(),
                    status="completed",
                ),
            )

    async def add_attachment(
        self, owner: OwnerId, name: str, content: bytes, origin: str
    ) -> StoredFile:
        """Store what was read at `origin` for a message of `owner`: a file of any type.

        Raises `InvalidRequest` if it is empty, `FileTooLarge`, `TooManyFiles` and `DiskFull`.
        """
        if not content:
            raise InvalidRequest(f"{name} is empty.", code="empty_file")
        if len(content) > (limit := self.settings.max_file_bytes):
            raise FileTooLarge(f"{name} is larger than {limit:,} bytes.")
        async with StagedFile(self._arriving) as staged:
            await staged.write(content)
            name, media_type = attached_type(safe_name(name), staged.head)
            return await self.keep(
                staged,
                StoredFile(
                    id=new_file_id(),
                    owner=owner,
                    thread_id=None,
                    purpose="attachment",
                    name=name,
                    media_type=media_type,
                    size=staged.size,
                    created_at=time.time(),
                    status="in_progress" if is_searchable(name, media_type) else "completed",
                    origin=origin,
                ),
            )

    # Looking

    async def get(self, file_id: str, owner: OwnerId) -> StoredFile:
        """Returns a file of `owner`, or one of the knowledge, which all may read. Raises `NotFound`."""
        file = await self.rows.get(file_id)
        if file is None or file.owner not in (None, owner):
            raise NotFound("There is no such file here.")
        return file

    async def page(
        self, purpose: FilePurpose, owner: OwnerId, limit: int, after: FilePosition | None
    ) -> list[StoredFile]:
        """Returns files, newest first. `after` is the position of the last file already listed."""
        whose = None if purpose == "knowledge" else owner
        return await self.rows.page(purpose, whose, limit, after)

    async def owned(self, file_ids: Collection[str], owner: OwnerId) -> dict[FileId, StoredFile]:
        """Returns those of the files that exist, content and all, and belong to `owner`.

        Ids in items cannot be trusted: an imported thread may name any file.
        """
        found = await self.rows.get_all(file_ids) if file_ids else {}
        mine = {file_id: file for file_id, file in found.items() if file.owner == owner}
        missing = await self.storage.missing(mine) if mine else set()
        return {file_id: file for file_id, file in mine.items() if file_id not in missing}

    async def read_bytes(self, file_id: FileId) -> bytes:
        """Raises `FileNotFoundError` and `FilesUnavailable`."""
        async with self.storage.lend(file_id) as path:
            return await asyncio.to_thread(path.read_bytes)

    async def attachable(self, file_ids: Iterable[str], owner: OwnerId) -> tuple[StoredFile, ...]:
        """Returns the files that a message names, each once, in the same order.

        Raises `InvalidRequest` for the field `file_ids` if there are too many, or one is unknown,
        failed or belongs to another owner.
        """
        wanted = tuple(dict.fromkeys(file_ids))
        if len(wanted) > (limit := self.settings.max_files_per_message):
            raise InvalidRequest(f"A message carries {limit} files at most.", field="file_ids")
        owned = await self.owned(wanted, owner)
        if len(owned) < len(wanted):
            raise InvalidRequest(
                "A file of this message no longer exists. Attach it again.", field="file_ids"
            )
        found = tuple(owned[FileId(file_id)] for file_id in wanted)
        for file in found:
            if file.status == "failed":
                raise InvalidRequest(f"{file.name}: {file.error}", field="file_ids")
        return found

    # Leaving

    async def delete(self, files: Iterable[StoredFile]) -> None:
        """Delete the rows, then the bytes, so that no row is ever without its bytes."""
        gone = [file.id for file in files]
        await self.rows.delete(gone)
        try:
            await self.storage.delete(gone)
        except FilesUnavailable as error:
            log.warning("The content of %d deleted files is swept later: %s", len(gone), error)

    async def sweep_for_ever(self) -> None:
        while True:
            try:
                await self.sweep()
            except (AppError, OSError) as error:
                log.warning("Files were not swept: %s", error)
            await asyncio.sleep(SWEEP_INTERVAL_S)

    async def sweep(self, older_than_s: float = UNSENT_FOR_S) -> None:
        """Delete files that came into no chat, and bytes without rows that are so old: what is newer,
        another process may be about to make a file of. One process at a time does this.

        Rows without bytes stay, since these may be in the place that should have been named.
        """
        async with self.rows.sweeping() as is_ours:
            if not is_ours:
                return
            now = time.time()
            await self.rows.delete(await self.rows.unsent(before=now - UNSENT_FOR_S))
            async for names in self.storage.names(now - older_than_s):
                known = await self.rows.known(names)
                gone = [FileId(name) for name in names if name not in known]
                if gone:
                    log.info("Deleting the bytes of %d that are no files (any more)", len(gone))
                    await self.storage.delete(gone)
        await asyncio.to_thread(self._sweep_arriving, now - older_than_s)

    def _sweep_arriving(self, before: float) -> None:
        for name in names_in(self._arriving, before):
            (self._arriving / name).unlink(missing_ok=True)

    def _make_folders(self) -> None:
        self._arriving.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def _check_room(self, size: int) -> None:
        settings = self.settings
        files, total = await self.rows.totals()
        if files >= settings.max_files:
            raise TooManyFiles(
                f"This server keeps {settings.max_files:,} files at most (MAX_FILES). Delete some."
            )
        if total + size > settings.max_files_total_bytes:
            raise TooManyFiles(
                f"This server keeps {settings.max_files_total_bytes:,} bytes of files at most "
                "(MAX_FILES_TOTAL_BYTES). Delete some.",
                code="files_full",
            )


def storage_of(settings: Settings) -> Storage:
    url = settings.files_url
    if url is None:
        return LocalFolder(settings.data_dir / "files")
    if url.startswith("file://"):
        return LocalFolder(Path(url.removeprefix("file://")))
    # Who keeps files in a folder need not wait until it is imported.
    from backend.files.object_storage import ObjectStorage

    return ObjectStorage(url, settings)
