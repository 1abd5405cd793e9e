"""Stores threads that come as files, so that each is there as a whole or not at all."""

import asyncio
import io
import logging
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from backend.domain.errors import AppError
from backend.domain.events import Thread
from backend.domain.ids import ItemId, OwnerId, ThreadId
from backend.domain.items import Item
from backend.domain.portable import PortableThread, RenewedThread, file_ids, with_file_ids
from backend.files.files import Files
from backend.store.batch import Batch
from backend.store.listing import Listing
from backend.store.store import Store

log = logging.getLogger(__name__)

ROWS_AT_ONCE: Final = 500
"""Items and their parts, or runs, that are stored in one transaction, for which other threads wait some tens of milliseconds."""


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
        file_ids = await self._add_files(owner, copy) if copy.files else {}
        batches = _batches(owner, copy, file_ids)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            await self._store.write(batch)
        await self._listing.restore(owner, copy.thread.id)
        return copy.thread

    async def _add_files(self, owner: OwnerId, copy: RenewedThread) -> dict[str, str]:
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


def _named_files(copy: RenewedThread) -> set[str]:
    return {file_id for item in copy.items() for file_id in file_ids(item)}


def _batches(owner: OwnerId, copy: RenewedThread, file_ids: Mapping[str, str]) -> Iterator[Batch]:
    """Yields what is stored one after the other: each refers only to what comes before it."""
    thread = copy.thread
    yield Batch(threads={thread.id: (owner, thread, 0)})
    runs = copy.runs()
    while some_runs := list(islice(runs, ROWS_AT_ONCE)):
        yield Batch(runs={run.id: run for run in some_runs})
    items: dict[ItemId, tuple[ThreadId, Item]] = {}
    parts = 0
    for item in copy.items():
        items[item.id] = (thread.id, with_file_ids(item, file_ids))
        parts += 1 + len(getattr(item, "content", ())) + len(getattr(item, "outputs", ()))
        if parts >= ROWS_AT_ONCE:
            yield Batch(items=items)
            items, parts = {}, 0
    yield Batch(items=items)
