"""Lists what a server offers besides tools, and lists it again whenever the server says it changed.

In the background: a server that is slow at it makes nobody wait, and one without the capability is
not asked.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol, TypeVar

from mcp_types import METHOD_NOT_FOUND, Prompt, PromptArgument, Resource, ResourceTemplate

from backend.domain.text import clean_text
from backend.mcp.failures import CallFailed, SessionFailed
from backend.mcp.offers import (
    Offers,
    RemoteArgument,
    RemotePrompt,
    RemoteResource,
)
from backend.mcp.remote_tool import shown_text
from backend.mcp.session import Session

log = logging.getLogger(__name__)

MAX_LISTED: Final = 2_000
"""Of each kind, of one server. Those that come after are left out."""
MAX_PAGES: Final = 200
MAX_URI_CHARS: Final = 4_096
"""A longer address is left out: it can be neither shown nor asked for."""
_LIST_TIMEOUT_S: Final = 60.0
_LIST_PAUSE_S: Final = 0.5
_MAX_NAME_CHARS: Final = 200
_MAX_DESCRIPTION_CHARS: Final = 1_000
_MAX_ARGUMENTS: Final = 50

T = TypeVar("T")


class _Page(Protocol):
    @property
    def next_cursor(self) -> str | None: ...


P = TypeVar("P", bound=_Page)


class OfferLists:
    """Keeps `offers` as the server has them."""

    def __init__(self, session: Session, offers: Offers, redacted: Callable[[str], str]) -> None:
        self._session = session
        self._offers = offers
        self._redacted = redacted

    async def follow(self) -> None:
        """Runs until it is cancelled."""
        session, offers, told = self._session, self._offers, self._session.capabilities
        offers.completes = told.completions is not None
        if told.prompts is None:
            offers.prompts = ()
        else:
            await self._list_prompts()
        if told.resources is None:
            offers.resources, offers.templates = (), ()
        else:
            await self._list_resources()
        offers.are_listed = True
        async with asyncio.TaskGroup() as following:
            following.create_task(_again(session.prompts_changed, self._list_prompts))
            following.create_task(_again(session.resources_changed, self._list_resources))

    async def _list_prompts(self) -> None:
        async with self._trying("prompts"):
            self._offers.prompts = await prompts_of(self._session)

    async def _list_resources(self) -> None:
        async with self._trying("resources"):
            self._offers.resources = await resources_of(self._session)
        async with self._trying("templates of resources"):
            self._offers.templates = await templates_of(self._session)

    @asynccontextmanager
    async def _trying(self, what: str) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(_LIST_TIMEOUT_S):
                yield
        except (CallFailed, SessionFailed, TimeoutError) as failed:
            if isinstance(failed, CallFailed) and failed.code == METHOD_NOT_FOUND:
                # A server with resources need not have templates.
                return
            said = self._redacted(str(failed) or "It did not answer in time.")
            self._offers.problems[what] = f"It cannot list its {what}: {said}"
            log.warning("%s", self._offers.problems[what])
        else:
            self._offers.problems.pop(what, None)


async def _again(changed: asyncio.Event, relist: Callable[[], Awaitable[None]]) -> None:
    while True:
        await changed.wait()
        changed.clear()
        await relist()
        # A server that changes them without end is not asked without end.
        await asyncio.sleep(_LIST_PAUSE_S)


async def prompts_of(session: Session) -> tuple[RemotePrompt, ...]:
    """Raises `CallFailed` and `SessionFailed`, as the others do."""
    listed = await _all_pages(
        session,
        lambda cursor: session.client.list_prompts(cursor=cursor),
        lambda page: page.prompts,
    )
    return tuple({each.name: _prompt(each) for each in listed}.values())


async def resources_of(session: Session) -> tuple[RemoteResource, ...]:
    listed = await _all_pages(
        session,
        lambda cursor: session.client.list_resources(cursor=cursor),
        lambda page: page.resources,
    )
    found = _resources((each, each.uri, each.size) for each in listed)
    # An app's page is drawn by the tool that it belongs to, and is nothing to read.
    return tuple(each for each in found if not each.uri.startswith("ui://"))


async def templates_of(session: Session) -> tuple[RemoteResource, ...]:
    listed = await _all_pages(
        session,
        lambda cursor: session.client.list_resource_templates(cursor=cursor),
        lambda page: page.resource_templates,
    )
    return _resources((each, each.uri_template, None) for each in listed)


async def _all_pages(
    session: Session,
    ask: Callable[[str | None], Awaitable[P]],
    entries: Callable[[P], Sequence[T]],
) -> list[T]:
    found: list[T] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await session.ask(ask(cursor))
        found += entries(page)
        if page.next_cursor in (None, cursor) or len(found) >= MAX_LISTED:
            break
        cursor = page.next_cursor
    return found[:MAX_LISTED]


def _resources(
    listed: Iterable[tuple[Resource | ResourceTemplate, str, int | None]],
) -> tuple[RemoteResource, ...]:
    """Reads each with its address and size. Of those with one address the last one counts."""
    found = {
        uri: RemoteResource(
            uri=uri,
            name=shown_text(each.name, _MAX_NAME_CHARS),
            title=_title(each.title),
            description=_description(each.description),
            media_type=shown_text(each.mime_type or "", 100) or None,
            size=size,
        )
        for each, uri, size in listed
        if len(uri) <= MAX_URI_CHARS
    }
    return tuple(found.values())


def _prompt(prompt: Prompt) -> RemotePrompt:
    arguments = (prompt.arguments or [])[:_MAX_ARGUMENTS]
    return RemotePrompt(
        name=prompt.name,
        title=_title(prompt.title),
        description=_description(prompt.description),
        arguments=tuple({each.name: _argument(each) for each in arguments}.values()),
    )


def _argument(argument: PromptArgument) -> RemoteArgument:
    return RemoteArgument(
        name=argument.name,
        title=_title(argument.title),
        description=_description(argument.description),
        is_required=bool(argument.required),
    )


def _title(title: str | None) -> str | None:
    return shown_text(title or "", _MAX_NAME_CHARS) or None


def _description(description: str | None) -> str:
    return clean_text(description or "").strip()[:_MAX_DESCRIPTION_CHARS]
