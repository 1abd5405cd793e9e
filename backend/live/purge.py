"""Deletes for good what was kept long enough.

Deleted threads can be restored for a day. Commands are remembered for a month, so that one whose
answer was lost is not done again.
"""

import asyncio
import logging
import time

from backend.domain.errors import StoreUnavailable
from backend.store.listing import Listing
from backend.store.store import Store

log = logging.getLogger(__name__)

KEEP_DELETED_S = 24 * 60 * 60
KEEP_COMMANDS_S = 30 * 24 * 60 * 60
"""A client that comes back later than this, and sends again, is taken for somebody who says it anew."""
PURGE_INTERVAL_S = 60 * 60


async def purge_for_ever(listing: Listing, store: Store) -> None:
    """Every hour."""
    while True:
        await asyncio.sleep(PURGE_INTERVAL_S)
        await purge(listing, store)


async def purge(listing: Listing, store: Store) -> None:
    """Delete for good what was kept long enough."""
    try:
        gone = await listing.purge(time.time() - KEEP_DELETED_S)
        await store.commands.forget(time.time() - KEEP_COMMANDS_S)
    except StoreUnavailable as error:
        log.warning("Old threads and commands are kept for another hour: %s", error)
        return
    if gone:
        log.info("%d threads are deleted for good", len(gone))
