"""The REST API of what MCP servers offer to a message: lists of resources, templates and prompts.

They are those that connections keep, so that none of them waits for a server.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from backend.http.framework.api import endpoint
from backend.http.framework.cursor import CursorFormat
from backend.http.mcp_context_models import (
    McpOffersQuery,
    McpOffersSummary,
    McpPromptPage,
    McpResourcePage,
    McpTemplatePage,
)
from backend.http.mcp_offer_infos import Redacted, prompt_info, resource_info, template_info
from backend.mcp.connection import Connection
from backend.mcp.context import ServerContext
from backend.mcp.offers import Offers, RemotePrompt, RemoteResource
from backend.mcp.servers import McpServers

Offer = TypeVar("Offer", RemoteResource, RemotePrompt)
Info = TypeVar("Info")


class Position(NamedTuple):
    """Where a page of a list ends."""

    place: int


_CURSORS = CursorFormat(Position)


class McpOffersApi:
    """For everybody who may chat: a server offers them to people, and not to a model."""

    def __init__(self, servers: McpServers, context: ServerContext) -> None:
        self._servers = servers
        self._context = context

    @endpoint("GET", "/api/mcp/offers", "Count what MCP servers offer to a message")
    async def count_offers(self) -> McpOffersSummary:
        offers = [each.offers for each in self._servers.connections() if _is_ready(each)]
        return McpOffersSummary(
            resources=sum(len(each.resources) for each in offers),
            templates=sum(len(each.templates) for each in offers),
            prompts=sum(len(each.prompts) for each in offers),
            pending=any(map(_is_pending, self._servers.connections())),
        )

    @endpoint("GET", "/api/mcp/resources", "List the resources of MCP servers")
    async def list_resources(self, query: McpOffersQuery) -> McpResourcePage:
        page = self._page(query, lambda offers: offers.resources, resource_info)
        return McpResourcePage(resources=page.infos, **page.rest())

    @endpoint("GET", "/api/mcp/resource-templates", "List the resource templates of MCP servers")
    async def list_templates(self, query: McpOffersQuery) -> McpTemplatePage:
        """Each stands for any number of resources, whose addresses it makes of values."""
        page = self._page(query, lambda offers: offers.templates, template_info)
        return McpTemplatePage(templates=page.infos, **page.rest())

    @endpoint("GET", "/api/mcp/prompts", "List the prompts of MCP servers")
    async def list_prompts(self, query: McpOffersQuery) -> McpPromptPage:
        page = self._page(query, lambda offers: offers.prompts, prompt_info)
        return McpPromptPage(prompts=page.infos, **page.rest())

    def _page(
        self,
        query: McpOffersQuery,
        kind: Callable[[Offers], Sequence[Offer]],
        info: Callable[[Connection, Offer, Redacted], Info],
    ) -> "_Page[Info]":
        start = _CURSORS.read(query.cursor).place if query.cursor is not None else 0
        wanted = [
            each
            for each in self._servers.connections()
            if query.server in (None, each.config.name) and not each.config.is_disabled
        ]
        words = query.query.casefold().split()
        found = [
            (connection, offer)
            for connection in wanted
            if _is_ready(connection)
            for offer in kind(connection.offers)
            if _matches(words, connection.config.name, offer)
        ]
        end = max(start, 0) + query.limit
        redacted = self._context.redacted()
        return _Page(
            infos=tuple(info(*each, redacted) for each in found[max(start, 0) : end]),
            next_cursor=_CURSORS.write(Position(end)) if len(found) > end else None,
            total=len(found),
            pending=any(map(_is_pending, wanted)),
            problems=tuple(problem for each in wanted for problem in _problems(each)),
        )


@dataclass(frozen=True, slots=True)
class _Page(Generic[Info]):
    infos: tuple[Info, ...]
    next_cursor: str | None
    total: int
    pending: bool
    problems: tuple[str, ...]

    def rest(self) -> dict[str, Any]:
        """Returns what is said of every list."""
        names = ("next_cursor", "total", "pending", "problems")
        return {name: getattr(self, name) for name in names}


def _is_ready(connection: Connection) -> bool:
    return connection.status.state == "ready"


def _is_pending(connection: Connection) -> bool:
    if _is_ready(connection):
        return not connection.offers.are_listed
    return connection.status.state == "starting"


def _matches(words: list[str], server: str, offer: RemoteResource | RemotePrompt) -> bool:
    if not words:
        return True
    address = offer.uri if isinstance(offer, RemoteResource) else ""
    told = (server, offer.name, offer.title or "", address, offer.description)
    text = "\n".join(told).casefold()
    return all(word in text for word in words)


def _problems(connection: Connection) -> Iterator[str]:
    if _is_ready(connection):
        for problem in connection.offers.problems.values():
            yield f"{connection.config.name}: {problem}"
    elif connection.status.state != "starting":
        yield connection.unavailable() or ""
