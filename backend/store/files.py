"""The SQL for files, their copies at upstreams, and the vector stores that hold the copies."""

import time
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Row,
    Table,
    and_,
    cast,
    delete,
    extract,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from backend.domain.file import FilePlace, FilePurpose, FileStatus, RemoteFile, StoredFile
from backend.domain.ids import FileId, OwnerId
from backend.store import schema
from backend.store.database import SWEEPING, Database
from backend.store.upserts import Upserts

_FILE_FIELDS = tuple(
    column.name for column in schema.files.columns if column is not schema.files.c.taken_until
)

CLAIM_S: Final = 30.0
"""How long a document is somebody's who does not say again that it is."""


class Totals(NamedTuple):
    files: int
    size: int
    """Bytes."""


class FilePosition(NamedTuple):
    """Where a page of a list of files ends."""

    created_at: float
    id: FileId


class FileRows:
    """Every method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upsert = Upserts(database.dialect)

    async def add(self, file: StoredFile) -> None:
        row = {name: getattr(file, name) for name in _FILE_FIELDS}
        await self._database.execute(schema.files.insert(), row)

    async def get(self, file_id: str) -> StoredFile | None:
        return next(iter((await self.get_all((file_id,))).values()), None)

    async def get_all(self, file_ids: Collection[str]) -> dict[FileId, StoredFile]:
        """Returns the files that exist."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(schema.files).where(schema.files.c.id.in_(file_ids))
            )
            return {row.id: _file(row) for row in rows}

    async def page(
        self,
        purpose: FilePurpose,
        owner: OwnerId | None,
        limit: int,
        after: FilePosition | None = None,
    ) -> list[StoredFile]:
        """Returns files, newest first. `after` is the position of the last file already listed."""
        files = schema.files
        query = select(files).where(files.c.purpose == purpose)
        if owner is not None:
            query = query.where(files.c.owner == owner)
        position = (files.c.created_at, files.c.id)
        if after is not None:
            query = query.where(tuple_(*position) < tuple_(*after))
        query = query.order_by(*(column.desc() for column in position)).limit(limit)
        async with self._database.read() as connection:
            return [_file(row) for row in await connection.execute(query)]

    @property
    def are_shared(self) -> bool:
        """Whether other processes may have their files indexed, too."""
        return self._database.dialect.is_shared

    async def take(
        self, worker: str, limit: int, working_on: Collection[FileId]
    ) -> list[StoredFile]:
        """Returns files that are not indexed yet and are this worker's from now on, oldest first.

        No other worker has them, or those who had are gone.
        """
        files = schema.files
        waiting = select(files.c.id).where(
            files.c.status == "in_progress", files.c.id.not_in(working_on)
        )
        if self.are_shared:
            mine, free = files.c.taken_by == worker, files.c.taken_until.is_(None)
            waiting = waiting.where(or_(free, mine, files.c.taken_until < self._now()))
        some = waiting.order_by(files.c.created_at).limit(limit).with_for_update(skip_locked=True)
        taking = (
            update(files)
            .where(files.c.id.in_(some))
            .values(taken_by=worker, taken_until=self._now() + CLAIM_S)
            .returning(files)
        )

        def take(connection: Connection) -> list[StoredFile]:
            return [_file(row) for row in connection.execute(taking)]

        taken = await self._database.transaction(take)
        return sorted(taken, key=lambda file: file.created_at)

    async def renew(self, worker: str, file_ids: Collection[FileId]) -> set[FileId]:
        """Say that these files are still this worker's. Returns those of which it is true."""
        files = schema.files
        renewing = (
            update(files)
            .where(files.c.id.in_(file_ids), files.c.taken_by == worker)
            .values(taken_until=self._now() + CLAIM_S)
            .returning(files.c.id)
        )
        return await self._database.transaction(
            lambda connection: set(connection.execute(renewing).scalars())
        )

    async def give_back(self, worker: str) -> None:
        """Leave the files of this worker to others."""
        await self._database.execute(
            update(schema.files)
            .where(schema.files.c.taken_by == worker)
            .values(taken_by=None, taken_until=None)
        )

    def _now(self) -> ColumnElement[float]:
        """The time of the database, which the clocks of its processes do not decide."""
        if self.are_shared:
            return cast(extract("epoch", func.clock_timestamp()), Float)
        return literal(time.time())

    async def known(self, names: Collection[str]) -> set[str]:
        """Returns those of the names that are ids of files."""
        query = select(schema.files.c.id).where(schema.files.c.id.in_(names))
        async with self._database.read() as connection:
            return set((await connection.execute(query)).scalars())

    def sweeping(self) -> AbstractAsyncContextManager[bool]:
        """Within it no other process sweeps, if it gives True."""
        return self._database.alone(SWEEPING)

    async def unsent(self, before: float) -> list[FileId]:
        """Returns the files from before that time that are in no chat and no knowledge."""
        files = schema.files
        query = select(files.c.id).where(
            files.c.purpose != "knowledge",
            files.c.thread_id.is_(None),
            files.c.created_at < before,
        )
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def totals(self) -> Totals:
        query = select(func.count(), func.coalesce(func.sum(schema.files.c.size), 0))
        async with self._database.read() as connection:
            return Totals(*(await connection.execute(query)).one())

    async def knowledge_places(self) -> dict[tuple[FilePlace, str | None], int]:
        """Returns the number of indexed knowledge files for each place and base URL."""
        files = schema.files
        query = (
            select(files.c.place, files.c.base_url, func.count())
            .where(files.c.purpose == "knowledge", files.c.status == "completed")
            .group_by(files.c.place, files.c.base_url)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return {(place, base_url): count for place, base_url, count in rows}

    async def set_status(
        self,
        file_id: FileId,
        status: FileStatus,
        error: str | None = None,
        *,
        note: str | None = None,
        place: FilePlace,
        base_url: str | None,
        taken_by: str | None = None,
    ) -> None:
        """The file is nobody's then. With `taken_by` nothing is changed if it is not theirs any more."""
        changes = {"status": status, "error": error, "note": note}
        changes |= {"place": place, "base_url": base_url}
        changes |= {"taken_by": None, "taken_until": None}
        changing = update(schema.files).where(schema.files.c.id == file_id).values(changes)
        if taken_by is not None:
            changing = changing.where(schema.files.c.taken_by == taken_by)
        await self._database.execute(changing)

    async def delete(self, file_ids: Collection[str]) -> None:
        await self._database.execute(delete(schema.files).where(schema.files.c.id.in_(file_ids)))

    # Copies at upstreams

    async def remote(self, file_id: FileId, base_url: str) -> RemoteFile | None:
        found = await self.remotes((file_id,), base_url)
        return found.get(file_id)

    async def remotes(
        self, file_ids: Collection[FileId], base_url: str
    ) -> Mapping[FileId, RemoteFile]:
        remote = schema.remote_files
        query = select(remote).where(remote.c.file_id.in_(file_ids), remote.c.base_url == base_url)
        async with self._database.read() as connection:
            return {
                row.file_id: RemoteFile(row.base_url, row.remote_id, row.store_id)
                for row in await connection.execute(query)
            }

    async def has_copies(self, file_id: FileId) -> bool:
        """Returns whether any upstream has a copy of the file."""
        query = select(schema.remote_files.c.file_id).where(
            schema.remote_files.c.file_id == file_id
        )
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def save_remote(self, file_id: FileId, remote: RemoteFile) -> None:
        await self._save(
            schema.remote_files,
            {
                "file_id": file_id,
                "base_url": remote.base_url,
                "remote_id": remote.file_id,
                "store_id": remote.store_id,
            },
        )

    async def remote_store(self, base_url: str, subject: str) -> str | None:
        """Returns the id of the vector store with the files of an assistant or a thread."""
        stores = schema.remote_stores
        query = select(stores.c.remote_id).where(
            stores.c.base_url == base_url, stores.c.subject == subject
        )
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def save_remote_store(self, base_url: str, subject: str, remote_id: str) -> None:
        await self._save(
            schema.remote_stores,
            {"base_url": base_url, "subject": subject, "remote_id": remote_id},
        )

    async def forget_remote_store(self, base_url: str, store_id: str) -> None:
        """Forget a deleted vector store. Its knowledge files are indexed again."""
        stores, remote, files = schema.remote_stores, schema.remote_files, schema.files
        there = and_(remote.c.base_url == base_url, remote.c.store_id == store_id)

        def forget(connection: Connection) -> None:
            connection.execute(
                delete(stores).where(stores.c.base_url == base_url, stores.c.remote_id == store_id)
            )
            connection.execute(
                update(files)
                .where(
                    files.c.purpose == "knowledge",
                    files.c.id.in_(select(remote.c.file_id).where(there)),
                )
                .values(status="in_progress")
            )
            connection.execute(update(remote).where(there).values(store_id=None))

        await self._database.transaction(forget)

    async def knowledge_at(self, base_url: str) -> bool:
        """Returns whether this upstream searches any knowledge."""
        places = await self.knowledge_places()
        return ("upstream", base_url) in places

    async def knowledge_store(self, base_url: str) -> str | None:
        """Returns the id of a vector store at this upstream that holds knowledge of any assistant."""
        remote, files = schema.remote_files, schema.files
        query = (
            select(remote.c.store_id)
            .join(files, files.c.id == remote.c.file_id)
            .where(
                files.c.purpose == "knowledge",
                remote.c.base_url == base_url,
                remote.c.store_id.is_not(None),
            )
            .limit(1)
        )
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def ours(self, remote_ids: Collection[str], base_url: str) -> dict[str, StoredFile]:
        """Returns our files by the ids of their copies."""
        remote, files = schema.remote_files, schema.files
        query = (
            select(remote.c.remote_id, files)
            .join(files, files.c.id == remote.c.file_id)
            .where(remote.c.remote_id.in_(remote_ids), remote.c.base_url == base_url)
        )
        async with self._database.read() as connection:
            return {row.remote_id: _file(row) for row in await connection.execute(query)}

    async def forget_remote(self, file_id: FileId, base_url: str) -> None:
        remote = schema.remote_files
        await self._database.execute(
            delete(remote).where(remote.c.file_id == file_id, remote.c.base_url == base_url)
        )

    async def _save(self, table: Table, row: dict[str, Any]) -> None:
        await self._database.transaction(lambda connection: self._upsert(connection, table, [row]))


def _file(row: Row[Any]) -> StoredFile:
    return StoredFile(**{name: getattr(row, name) for name in _FILE_FIELDS})
