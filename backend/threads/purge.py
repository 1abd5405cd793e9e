"""Deleted threads are kept for a day, in case somebody wants them back; then they go for good."""

import asyncio
import logging
import time

from backend.errors import StoreUnavailable
from backend.store.listing import Listing

log = logging.getLogger(__name__)

KEEP_DELETED_S = 24 * 60 * 60
PURGE_INTERVAL_S = 60 * 60


async def purge_for_ever(listing: Listing) -> None:
    """Every hour."""
    while True:
        await asyncio.sleep(PURGE_INTERVAL_S)
        await purge(listing)


async def purge(listing: Listing) -> None:
    """Delete for good what was deleted more than a day ago."""
    try:
        gone = await listing.purge(time.time() - KEEP_DELETED_S)
    except StoreUnavailable as error:
        log.warning("Deleted threads stay for another hour: %s", error)
        return
    if gone:
        log.info("%d threads are deleted for good", len(gone))
