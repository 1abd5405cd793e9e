"""Keeps a thread at the upstream in step with ours, for upstreams that hold threads."""

import logging
from collections.abc import Sequence

from backend.domain.errors import AppError
from backend.domain.ids import ItemId
from backend.domain.items import Item, UserMessage
from backend.live.thread_log import ThreadLog
from backend.store.remote_threads import RemoteThread
from backend.store.store import Store
from backend.upstreams.base import Upstream
from backend.upstreams.hosting import holds_assistants

log = logging.getLogger(__name__)


class RemoteThreadSync:
    """For one run. `remote_id` is None while no remote thread is in step."""

    def __init__(self, store: Store, live: ThreadLog, upstream: Upstream) -> None:
        self._store = store
        self._live = live
        self._upstream = upstream
        self._followed: str | None = None
        self.remote_id: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """The upstream's name and base URL, which key the stored remote thread."""
        return self._upstream.name, self._upstream.base_url

    async def find(self, history: Sequence[Item]) -> None:
        """Find the remote thread that holds all of `history` except its last item."""
        if holds_assistants(self._upstream) is None:
            return
        known = await self._store.remote_threads.find(self._live.id, *self.place)
        if known is not None and _in_step(known, history):
            self.remote_id = known.remote_id

    async def follow(self, remote_id: str) -> None:
        """Mark the remote thread as ahead of ours until the run completes."""
        if remote_id != self._followed:
            self.remote_id = self._followed = remote_id
            await self._save(synced=None)

    async def leave(self) -> None:
        """Have the rest of the run go to another remote thread: what was sent to this one is not
        known."""
        if self.remote_id is not None:
            await self._save(synced=None)
            self.remote_id = self._followed = None

    async def settle(self) -> None:
        """Mark both as in step again, now that the run has completed."""
        if self.remote_id is None:
            return
        try:
            await self._save(synced=self._live.transcript.head_id)
        except AppError as error:
            log.warning("The next run will replay the history: %s", error)

    async def _save(self, synced: ItemId | None) -> None:
        assert self.remote_id is not None
        remote = RemoteThread(self.remote_id, synced)
        await self._store.remote_threads.save(self._live.id, *self.place, remote)


def _in_step(remote: RemoteThread, history: Sequence[Item]) -> bool:
    last = history[-1]
    return (
        isinstance(last, UserMessage)
        and last.parent_id is not None
        and remote.synced_item_id == last.parent_id
    )
