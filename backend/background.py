"""Work that goes on as long as the server does. When it dies, the log and `/readyz` say so."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Background:
    """Tasks by name. One that returns is done; one that raises is dead."""

    def __init__(self) -> None:
        self.dead: list[str] = []
        """Names of the tasks that raised."""

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        return task

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Cancel the task and wait for its end, whatever that is."""
        task.cancel()
        await asyncio.wait((task,))

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.dead.append(task.get_name())
            log.critical("The background task %r died", task.get_name(), exc_info=error)
