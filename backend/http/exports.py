"""Writes threads as files that can be imported, a piece at a time."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing

from backend.domain.events import Thread
from backend.domain.ids import FileId, OwnerId
from backend.domain.items import OPEN_STATUSES, Item
from backend.domain.portable import PortableFile, PortableThread, file_ids
from backend.files.files import Files
from backend.store.store import Store

MAX_EXPORTED_FILE_BYTES = 18 * 1_048_576
"""Of all files of a thread together: Base64 makes a third more of them."""
FILES_AT_ONCE = 1000


class ThreadExports:
    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self._files = files

    async def json(
        self, owner: OwnerId, thread: Thread, shown: Sequence[Item]
    ) -> AsyncGenerator[str]:
        """Yields a `PortableThread` as JSON. `shown` are the items of the open thread."""
        # An item that is still growing is stored in pieces; the open thread has it whole.
        growing = {item.id: item for item in shown if item.status in OPEN_STATUSES}
        named: dict[str, None] = {}

        def told(items: Iterable[Item]) -> str:
            present = [growing.get(item.id, item) for item in items]
            named.update((file_id, None) for item in present for file_id in file_ids(item))
            return ",\n".join(item.model_dump_json() for item in present)

        fields = PortableThread.model_fields
        yield f'{{"format":"{fields["format"].default}","version":{fields["version"].default},'
        yield f'\n"thread":{thread.model_dump_json()},\n"items":['
        before = "\n"
        async with aclosing(self._store.threads.all_items(thread.id)) as pieces:
            async for items in pieces:
                yield before + await asyncio.to_thread(told, items)
                before = ",\n"
        runs = await self._store.threads.all_runs(thread.id)
        yield '],\n"runs":[' + ",\n".join(run.model_dump_json() for run in runs)
        yield '],\n"files":['
        before = "\n"
        async with aclosing(self._exported_files(owner, list(named))) as files:
            async for file in files:
                yield before + file.model_dump_json()
                before = ",\n"
        yield "]}\n"

    async def _exported_files(
        self, owner: OwnerId, named: Sequence[str]
    ) -> AsyncGenerator[PortableFile]:
        """Yields the owner's files among those that the items name, as long as an import takes them."""
        left = MAX_EXPORTED_FILE_BYTES
        for start in range(0, len(named), FILES_AT_ONCE):
            some = named[start : start + FILES_AT_ONCE]
            owned = await self._files.owned(some, owner)
            for file in (owned[FileId(each)] for each in some if each in owned):
                if file.size > left:
                    continue
                try:
                    content = base64.b64encode(await self._files.read_bytes(file.id))
                except FileNotFoundError:
                    continue
                left -= file.size
                yield PortableFile(id=file.id, name=file.name, content=content)
