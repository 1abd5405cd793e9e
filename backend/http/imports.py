"""Stores threads that come as files, so that each is there as a whole or not at all."""

import asyncio
import io
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Final

from backend.domain.errors import AppError
from backend.domain.events import Thread
from backend.domain.ids import OwnerId
from backend.domain.portable import PortableThread, file_ids, with_file_ids
from backend.files.files import Files
from backend.store.batch import Batch
from backend.store.listing import Listing
from backend.store.store import Store

log = logging.getLogger(__name__)

ROWS_AT_ONCE: Final = 500
"""Stored in one transaction, for which other threads wait some tens of milliseconds."""


class ThreadImports:
    def __init__(self, store: Store, listing: Listing, files: Files) -> None:
        self._store = store
        self._listing = listing
        self._files = files

    async def add(self, owner: OwnerId, exported: PortableThread) -> Thread:
        """Store a copy with ids of its own. Raises `StoreUnavailable`.

        Until all of it is stored it is hidden, as deleted threads are. What a crash leaves goes
        with these a day later.
        """
        now = time.time()
        copy = await asyncio.to_thread(exported.renewed, now)
        await self._listing.add_hidden(owner, copy.thread, now)
        if copy.files:
            ids = await self._add_files(owner, copy)
            copy = await asyncio.to_thread(_with_file_ids, copy, ids)
        for batch in _batches(owner, copy):
            await self._store.write(batch)
        await self._listing.restore(owner, copy.thread.id)
        return copy.thread

    async def _add_files(self, owner: OwnerId, copy: PortableThread) -> dict[str, str]:
        """Store the files that its items name. Returns their new ids by the old ones."""
        named = await asyncio.to_thread(_named_files, copy)
        ids: dict[str, str] = {}
        for file in (file for file in copy.files if file.id in named):
            try:
                kept = await self._files.add_generated(
                    owner, copy.thread.id, file.name, io.BytesIO(file.content)
                )
            except AppError as error:
                log.warning("%s was not imported: %s", file.name, error.message)
                continue
            ids[file.id] = kept.id
        return ids


def _named_files(copy: PortableThread) -> set[str]:
    return {file_id for item in copy.items for file_id in file_ids(item)}


def _with_file_ids(copy: PortableThread, ids: Mapping[str, str]) -> PortableThread:
    items = (
        item if ids.keys().isdisjoint(file_ids(item)) else with_file_ids(item, ids)
        for item in copy.items
    )
    return copy.model_copy(update={"items": tuple(items)})


def _batches(owner: OwnerId, copy: PortableThread) -> Iterator[Batch]:
    """Yields what is stored one after the other: each refers only to what comes before it."""
    thread = copy.thread
    yield Batch(threads={thread.id: (owner, thread, 0)})
    for start in range(0, len(copy.runs), ROWS_AT_ONCE):
        yield Batch(runs={run.id: run for run in copy.runs[start : start + ROWS_AT_ONCE]})
    for start in range(0, len(copy.items), ROWS_AT_ONCE):
        items = copy.items[start : start + ROWS_AT_ONCE]
        yield Batch(items={item.id: (thread.id, item) for item in items})
