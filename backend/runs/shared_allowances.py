"""What is allowed for good is allowed on the threads of all processes, wherever it waits."""

import json
import logging

from backend.domain.errors import AppError
from backend.domain.ids import OwnerId
from backend.runs.waiting_runs import WaitingRuns
from backend.store.news import News
from backend.waiting import Detached

log = logging.getLogger(__name__)

TOPIC = "allowed"


def share_allowances(waiting: WaitingRuns, news: News, work: Detached) -> None:
    """Have each process tell the others. Where that is lost, the call waits on for somebody."""

    async def tell(tool: str, owner: OwnerId | None) -> None:
        await news.tell(TOPIC, json.dumps([tool, owner]))

    def hear(about: str) -> None:
        work.start(allow(*json.loads(about)))

    async def allow(tool: str, owner: OwnerId | None) -> None:
        try:
            await waiting.allow_here(tool, owner)
        except AppError as error:
            log.info("%s is allowed, and waits on here: %s", tool, error)

    waiting.tell_others = tell
    news.on(TOPIC, hear)
