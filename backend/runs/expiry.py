"""Gives up what runs have waited for too long."""

import asyncio
import logging
import secrets
import time
from typing import Final

from backend.config.configuration import Configuration
from backend.domain.errors import AppError
from backend.domain.ids import CommandId
from backend.live.registry import Threads
from backend.runs.runs import Runs
from backend.store.store import Store

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S: Final = 30.0
_SHORTEST_PAUSE_S: Final = 0.1


async def expire_for_ever(
    configuration: Configuration, store: Store, threads: Threads, runs: Runs
) -> None:
    while True:
        try:
            await expire(store, threads, runs)
        except AppError as error:
            log.warning("Runs wait longer than they should: %s", error)
        # No wait is much shorter than the limit.
        limit_s = configuration.settings.action_timeout_s
        await asyncio.sleep(min(max(limit_s / 4, _SHORTEST_PAUSE_S), _LONGEST_PAUSE_S))


async def expire(store: Store, threads: Threads, runs: Runs) -> None:
    """Wake every run that waited for something until now."""
    now = time.time()
    for thread_id, owner in await store.threads.overdue(now):
        try:
            live = await threads.get(thread_id, owner)
            await runs.waiting.expire(live, CommandId(f"expiry_{secrets.token_hex(12)}"), now)
        except AppError as error:
            log.info("The run of %s waits on: %s", thread_id, error)
