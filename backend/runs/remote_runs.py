"""Stops runs at the upstream that no process has a session with: those that were parked."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from backend.domain.errors import AppError
from backend.domain.ids import RunId
from backend.runs.deps import Answering
from backend.runs.rounds import REMOTE_CANCEL_TIMEOUT_S
from backend.runs.state import load_state
from backend.store.store import Store
from backend.upstreams.base import CancelsRuns
from backend.waiting import Detached

log = logging.getLogger(__name__)


class RemoteRuns:
    def __init__(self, answering: Answering, store: Store) -> None:
        self._answering = answering
        self._store = store
        self._tasks = Detached()

    async def cancel(self, run_id: RunId) -> None:
        """Have the upstream stop its run, if it has one. Nobody waits for that."""
        stored = await self._store.threads.unfinished_run(run_id)
        state = load_state(stored.state, stored.rounds) if stored is not None else None
        if state is not None and state.remote is not None and state.place is not None:
            self._tasks.start(self._cancel(run_id, state.place, state.remote.state))

    async def close(self) -> None:
        await self._tasks.join()

    async def _cancel(
        self, run_id: RunId, place: tuple[str, str], remote: Mapping[str, Any]
    ) -> None:
        try:
            async with asyncio.timeout(REMOTE_CANCEL_TIMEOUT_S):
                upstream = await self._answering.upstream()
                is_there = (upstream.name, upstream.base_url) == place
                if is_there and isinstance(upstream, CancelsRuns):
                    await upstream.cancel_run(remote)
        except (AppError, TimeoutError) as error:
            log.warning("The upstream did not confirm that run %s stopped: %s", run_id, error)
