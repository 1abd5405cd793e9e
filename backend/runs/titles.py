"""Titles threads: with the first words at once, with a better title after the first answer.

Only a title that still equals the first words is changed, so a title of the user's stays.
"""

import asyncio
import logging
import re
from typing import Final

from backend.domain.errors import AppError
from backend.domain.events import ThreadUpdated
from backend.domain.items import Item, UserMessage
from backend.live.registry import Threads
from backend.live.thread_log import ThreadLog
from backend.runs.deps import Answering
from backend.upstreams.base import TitlingUpstream
from backend.waiting import cancel

log = logging.getLogger(__name__)

TITLE_LENGTH: Final = 60
TITLE_TIMEOUT_S: Final = 20.0

_GREETING: Final = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|please)\b[\s,.!:–-]*)+(?=\w)", re.I
)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s|\n")


def first_words(text: str) -> str:
    """Returns the beginning of a message as one line."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def first_sentence(text: str) -> str:
    """Returns the first sentence after the greeting: the title if the upstream has none."""
    said = _GREETING.sub("", text.strip())
    sentence = _SENTENCE_END.split(said, maxsplit=1)[0]
    return first_words(sentence[:1].upper() + sentence[1:] if said != text.strip() else sentence)


class Titles:
    """Improves titles in the background."""

    def __init__(self, answering: Answering, threads: Threads) -> None:
        self._answering = answering
        self._threads = threads
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def improve(self, live: ThreadLog) -> None:
        """Give the thread a better title if its first run has just completed."""
        completed = [run for run in live.transcript.runs.values() if run.status == "completed"]
        if self._closed or len(completed) != 1:
            return
        items = live.transcript.items
        if not _has_first_words(live, items):
            return
        task = asyncio.create_task(self._improve(live, items), name=f"title of {live.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        self._closed = True
        await cancel(self._tasks)

    async def _improve(self, live: ThreadLog, items: tuple[Item, ...]) -> None:
        try:
            title = await self._from_upstream(live, items) or first_sentence(_first_message(items))
            live = await self._threads.get(live.id, live.owner)
        except AppError as error:
            log.info("The thread %s keeps its title: %s", live.id, error.message)
            return
        async with live.lock:
            if title != live.thread.title and _has_first_words(live, items):
                live.append(ThreadUpdated(thread=live.thread.model_copy(update={"title": title})))

    async def _from_upstream(self, live: ThreadLog, items: tuple[Item, ...]) -> str:
        """Returns an empty title if the upstream makes none or fails."""
        try:
            upstream = await self._answering.upstream()
            if not isinstance(upstream, TitlingUpstream):
                return ""
            choice = await self._answering.choose(upstream, live.thread.assistant_id)
            async with asyncio.timeout(TITLE_TIMEOUT_S):
                title = await upstream.title(choice.assistant, items)
        except (AppError, TimeoutError) as error:
            log.info("The upstream made no title: %s", error)
            return ""
        return first_words((title or "").strip().strip("\"'“”„«»*#").rstrip("."))


def _has_first_words(live: ThreadLog, items: tuple[Item, ...]) -> bool:
    return live.thread.title == first_words(_first_message(items))


def _first_message(items: tuple[Item, ...]) -> str:
    return next((item.text for item in items if isinstance(item, UserMessage)), "")
