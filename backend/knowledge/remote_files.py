"""Copies of our files at the upstream in use. Each is uploaded when it is first needed."""

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import Final, Literal

from backend.domain.assistant import FILE_SEARCH, Assistant
from backend.domain.errors import (
    UnsupportedFile,
    UpstreamMisconfigured,
    UpstreamNotFound,
    UpstreamTimeout,
)
from backend.domain.file import FilePlace, RemoteFile, StoredFile
from backend.domain.file_types import hosted_name, is_searchable
from backend.domain.ids import FileId, ThreadId
from backend.files.files import Files
from backend.openai_client.hosted_files import RemotePurpose
from backend.setup.active_assistant import ActiveAssistant
from backend.upstreams.hosting import HostsFiles, holds_assistants, hosts_files
from backend.upstreams.request import RunFiles
from backend.waiting import poll

log = logging.getLogger(__name__)

INDEXING_TIMEOUT_S: Final = 600.0
"""How long an upstream may take to index a file in a vector store."""
THREAD_STORE_IDLE_DAYS: Final = 30

_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 5.0


class RemoteFiles:
    """The copies at one upstream. A `FileIndex`, which raises `UpstreamError`s.

    Files that are indexed become knowledge of `assistant`.
    """

    place: FilePlace = "upstream"

    def __init__(self, files: Files, upstream: HostsFiles, assistant: Assistant | None) -> None:
        self.base_url = upstream.base_url
        self._files = files
        self._rows = files.rows
        self._upstream = upstream
        self._holds_threads = holds_assistants(upstream) is not None
        self._hosted = upstream.hosted_files
        self._assistant = assistant

    async def index(self, file: StoredFile) -> None:
        """Upload the file and add it to the assistant's vector store."""
        store_id = await self.knowledge_store()
        try:
            return await self._add_to(store_id, file)
        except UpstreamNotFound:
            log.info("The copy of %s may be gone", file.id)
            await self._rows.forget_remote(file.id, self.base_url)
        try:
            return await self._add_to(store_id, file)
        except UpstreamNotFound:
            log.warning("The vector store %s is gone; its files are moved to another", store_id)
            await self._rows.forget_remote_store(self.base_url, store_id)
            self._files.added.set()
        return await self._add_to(await self.knowledge_store(), file)

    async def remove(self, file: StoredFile) -> None:
        """Remove the copy from its vector store, then delete it."""
        remote = await self._rows.remote(file.id, self.base_url)
        if remote is None:
            return
        if remote.store_id is not None:
            await self._hosted.remove_from_store(remote.store_id, remote.file_id)
        await self._hosted.delete(remote.file_id)

    async def for_run(
        self, files: Sequence[StoredFile], thread_id: ThreadId, asked: Collection[FileId]
    ) -> RunFiles:
        """Returns the files of a run, and uploads those whose bytes the upstream does not take inline.

        `asked` are those of the message to be answered. A server that takes no files raises
        `UpstreamNotFound` for these alone, so that the thread can go on without them.
        """
        wanted = [file for file in files if self._holds_threads or not file.is_image]
        known = dict(await self._rows.remotes([file.id for file in wanted], self.base_url))
        for file in wanted:
            try:
                known[file.id] = known.get(file.id) or await self._upload(file)
            except UpstreamNotFound:
                if file.id in asked:
                    raise
        remote_ids = {file_id: remote.file_id for file_id, remote in known.items()}
        stores: list[str] = []
        assert self._assistant is not None
        if FILE_SEARCH in self._assistant.tools:
            if await self._rows.knowledge_at(self.base_url):
                stores.append(await self.knowledge_store())
            documents = [
                file
                for file in wanted
                if file.id in known and is_searchable(file.name, file.media_type)
            ]
            # The Assistants API makes a vector store of the files that a thread's messages carry.
            if documents and not self._holds_threads:
                stores.append(await self._thread_store(thread_id, documents))
        return RunFiles(remote_ids=remote_ids, vector_store_ids=tuple(stores))

    async def knowledge_store(self) -> str:
        """Returns the vector store that the assistant searches; creates it if there is none.

        Raises `UpstreamMisconfigured` if there is no assistant.
        """
        if self._assistant is None:
            raise UpstreamMisconfigured(
                "There is no assistant yet that the file could belong to. Save one on /setup, then "
                "try again."
            )
        async with self._files.making_stores:
            known = await self._rows.remote_store(self.base_url, self._assistant.id)
            if known is not None:
                return known
            # Knowledge belongs to this server: a new assistant searches the store of the one before.
            shared = await self._rows.knowledge_store(self.base_url)
            store_id = await self._upstream.knowledge_store(self._assistant, shared)
            await self._rows.save_remote_store(self.base_url, self._assistant.id, store_id)
            return store_id

    async def _thread_store(self, thread_id: ThreadId, documents: Iterable[StoredFile]) -> str:
        store_id = await self._rows.remote_store(self.base_url, thread_id)
        if store_id is None:
            store_id = await self._hosted.create_store(thread_id, idle_days=THREAD_STORE_IDLE_DAYS)
            await self._rows.save_remote_store(self.base_url, thread_id, store_id)
        for file in documents:
            await self._add_to(store_id, file)
        return store_id

    async def _add_to(self, store_id: str, file: StoredFile) -> None:
        """Add the file to a vector store, unless it is there, and wait until it is indexed.

        Raises `UnsupportedFile` if the upstream cannot read the file.
        """
        remote = await self._rows.remote(file.id, self.base_url) or await self._upload(file)
        if remote.store_id == store_id and file.status == "completed":
            return
        if remote.store_id != store_id:
            await self._hosted.add_to_store(store_id, remote.file_id)
            await self._rows.save_remote(
                file.id, RemoteFile(self.base_url, remote.file_id, store_id)
            )
        await self._until_indexed(store_id, remote.file_id)

    async def _until_indexed(self, store_id: str, remote_id: str) -> None:
        async def is_indexed() -> Literal[True] | None:
            status, reason = await self._hosted.status_in_store(store_id, remote_id)
            if status == "failed":
                raise UnsupportedFile(f"The upstream could not read the file: {reason}")
            return True if status == "completed" else None

        try:
            await poll(
                is_indexed,
                within_s=INDEXING_TIMEOUT_S,
                first_pause_s=_FIRST_PAUSE_S,
                longest_pause_s=_LONGEST_PAUSE_S,
            )
        except TimeoutError:
            raise UpstreamTimeout(
                f"The upstream did not read the file within {INDEXING_TIMEOUT_S:g} s."
            ) from None

    async def _upload(self, file: StoredFile) -> RemoteFile:
        purpose: RemotePurpose = "assistants" if self._holds_threads else "user_data"
        async with self._files.storage.lend(file.id) as path:
            remote_id = await self._hosted.upload(
                hosted_name(file.name, file.media_type),
                file.media_type,
                path,
                "vision" if file.is_image else purpose,
            )
        remote = RemoteFile(self.base_url, remote_id)
        await self._rows.save_remote(file.id, remote)
        return remote


async def remote_files_in_use(files: Files, active: ActiveAssistant) -> RemoteFiles | None:
    """Returns the index of the upstream in use, or None if files are searched here.

    Raises `UpstreamError`.
    """
    upstream = await active.upstream()
    hosts = hosts_files(upstream)
    if hosts is None:
        return None
    return RemoteFiles(files, hosts, await active.assistants.default(upstream))
