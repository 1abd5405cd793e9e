"""Offers functions whose files are new or changed, without a restart."""

import asyncio
import logging

from watchfiles import PythonFilter

from backend.file_changes import file_changes
from backend.tools.discovery import FunctionSources
from backend.tools.toolbox import Toolbox

logger = logging.getLogger(__name__)


async def offer_changes(sources: FunctionSources, toolbox: Toolbox) -> None:
    """Runs for ever. Calls that were begun go on with what they began."""
    async for changes in file_changes(*sources.folders, watch_filter=PythonFilter()):
        discovery = await asyncio.to_thread(sources.discover_again, toolbox.offered)
        toolbox.offer(discovery)
        names = ", ".join(spec.name for spec in toolbox.specs()) or "none"
        if changes:
            logger.info("The files of functions have changed. There are now: %s", names)
