"""Object storage that speaks S3, by obstore: https://developmentseed.org/obstore/latest/

Imported only where FILES_URL names it.
"""

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator, Collection, Generator, Iterable
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from backend.config.settings import Settings
from backend.domain.errors import FilesUnavailable, SettingsFileError
from backend.domain.ids import FileId
from backend.files.copies import Copies
from backend.files.staged_file import StagedFile
from backend.files.storage import CHUNK_BYTES

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult, OffsetRange
    from obstore.store import S3Config

log = logging.getLogger(__name__)

PART_BYTES: Final = 8_388_608
"""Of an upload, four at a time: all that it holds in memory."""
PARTS_AT_ONCE: Final = 4
LISTED_AT_ONCE: Final = 500
TIMEOUT: Final = timedelta(seconds=60)
"""Of one request: a part of an upload, or a file that is read."""
CONNECT_TIMEOUT: Final = timedelta(seconds=3)
RETRY_TIMEOUT: Final = timedelta(seconds=5)


class ObjectStorage:
    """A `Storage`: an object for each file, and copies of those that are needed as files."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.name = url
        self._store = _store(url, settings)
        folder = settings.data_dir / "copies"
        self._copies = Copies(folder, settings.files_cache_bytes, self._fetch)

    async def open(self) -> None:
        await self._copies.open()

    async def keep(self, staged: StagedFile, file_id: FileId) -> None:
        path = await asyncio.to_thread(staged.complete)
        try:
            with _clear_errors():
                await obstore.put_async(
                    self._store,
                    file_id,
                    path,
                    chunk_size=PART_BYTES,
                    max_concurrency=PARTS_AT_ONCE,
                )
        except asyncio.CancelledError:
            # Of what arrived all the same, the sweeping takes what this does not.
            await self.delete((file_id,))
            raise

    def here(self, file_id: FileId) -> Path | None:
        return None

    async def missing(self, file_ids: Collection[FileId]) -> set[FileId]:
        return set()

    async def read(
        self, file_id: FileId, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes]:
        with _clear_errors():
            part: OffsetRange | tuple[int, int] = {"offset": start} if end is None else (start, end)
            options: GetOptions = {"range": part} if part != {"offset": 0} else {}
            found = await obstore.get_async(self._store, file_id, options=options)
        return _pieces(found)

    def lend(self, file_id: FileId) -> AbstractAsyncContextManager[Path]:
        return self._copies.lend(file_id)

    def open_now(self, file_id: FileId) -> BinaryIO:
        with _clear_errors():
            file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - who asked for it closes it
            try:
                for data in obstore.get(self._store, file_id).stream(CHUNK_BYTES):
                    file.write(data)
                file.seek(0)
            except BaseException:
                file.close()
                raise
        return file

    async def delete(self, file_ids: Iterable[FileId]) -> None:
        gone = list(file_ids)
        for file_id in gone:
            self._copies.drop(file_id)
        if gone:
            with _clear_errors():
                await obstore.delete_async(self._store, gone)

    async def names(self, before: float) -> AsyncGenerator[list[str]]:
        listed = obstore.list(self._store, chunk_size=LISTED_AT_ONCE)
        while True:
            with _clear_errors():
                some = await anext(listed, None)
            if some is None:
                return
            yield [entry["path"] for entry in some if entry["last_modified"].timestamp() <= before]

    async def _fetch(self, file_id: FileId, staged: StagedFile) -> None:
        async for data in await self.read(file_id):
            await staged.write(data)


def _store(url: str, settings: Settings) -> S3Store:
    """What the settings do not say, the environment may, or the machine it runs on."""
    config: S3Config = {}
    if settings.aws_endpoint_url is not None:
        config["endpoint"] = settings.aws_endpoint_url
    if settings.aws_region is not None:
        config["region"] = settings.aws_region
    if settings.aws_access_key_id is not None and settings.aws_secret_access_key is not None:
        config["access_key_id"] = settings.aws_access_key_id
        config["secret_access_key"] = settings.aws_secret_access_key.get_secret_value()
        if settings.aws_session_token is not None:
            config["session_token"] = settings.aws_session_token.get_secret_value()
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    try:
        return S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            config=config,
            client_options={
                "allow_http": (settings.aws_endpoint_url or "").startswith("http://"),
                "timeout": TIMEOUT,
                "connect_timeout": CONNECT_TIMEOUT,
            },
            retry_config={"max_retries": 2, "retry_timeout": RETRY_TIMEOUT},
        )
    except BaseError as error:
        why = str(error).partition("\n")[0]
        raise SettingsFileError(f"FILES_URL and AWS_… name no object storage: {why}") from None


async def _pieces(found: "GetResult") -> AsyncGenerator[bytes]:
    pieces = found.stream(CHUNK_BYTES)
    while True:
        with _clear_errors():
            data = await anext(pieces, None)
        if data is None:
            return
        yield bytes(data)


@contextmanager
def _clear_errors() -> Generator[None]:
    """The words of the errors are for the log: they may hold addresses and names of keys."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError("There are no such bytes in the object storage.") from None
    except BaseError as error:
        log.warning("Object storage: %s", " ".join(str(error).split())[:300])
        raise FilesUnavailable from None
