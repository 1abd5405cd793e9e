"""The REST API of apps: the documents of their sealed frames, each with a policy of its own."""

import asyncio
from typing import NamedTuple

from pydantic import Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from backend.config.configuration import Configuration
from backend.domain.app import AppDomains, AppPart, AppResource
from backend.domain.errors import NotFound
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, OwnerId
from backend.domain.items import FunctionCall, Item
from backend.files.files import Files
from backend.http.framework.api import endpoint
from backend.http.sealed import sealed
from backend.http.security.identity import owner_of
from backend.http.thread_calls import CallLimits, TooManyCalls
from backend.http.tried_apps import TriedApps
from backend.mcp.apps import AppTool, McpApps, NotRead
from backend.store.store import Store
from backend.store.writer import Writer
from backend.tools.app import MAX_PAGE_BYTES, App
from backend.tools.media import MediaRefused, page_of

_UNDER_WAY = frozenset({"in_progress", "running"})


class AppInfo(FrozenModel):
    title: str | None
    prefers_border: bool | None
    granted: AppDomains
    """The other origins that it may load from: those that it asks for and `APP_DOMAINS` allows."""
    refused: tuple[str, ...]
    """The others that it asks for."""
    tools: dict[str, str] | None
    """What it may call; see `AppPart`."""
    tool: AppTool | None
    """The tool that brought it, if that is one of an MCP server, from which it may read."""


class AppRead(FrozenModel):
    uri: str = Field(min_length=1, max_length=2_000)


class AppResources(FrozenModel):
    contents: tuple[AppResource, ...]


class _Shown(NamedTuple):
    item: FunctionCall
    app: App | AppPart
    """The part of a call that is over, else what its server has now."""


class AppsApi:
    """Answers 404 for an app of another owner."""

    def __init__(
        self,
        configuration: Configuration,
        store: Store,
        writer: Writer,
        files: Files,
        mcp: McpApps,
        tried: TriedApps,
    ) -> None:
        self._tried = tried
        self._mcp = mcp
        self._limits = CallLimits()
        self._configuration = configuration
        self._store = store
        self._writer = writer
        self._files = files

    @endpoint("GET", "/api/apps/{item_id}", "Read about an app", errors=(NotFound, NotRead))
    async def get_app(self, item_id: str, request: Request) -> AppInfo:
        """By the id of the tool call that brought it."""
        item, app = await self._app(item_id, request)
        if isinstance(app, AppPart):
            await self._files.get(app.file_id, owner_of(request))
        granted = self._granted(app)
        return AppInfo(
            title=app.title,
            prefers_border=app.prefers_border,
            granted=granted,
            refused=tuple(each for each in app.domains.all() if each not in granted.all()),
            tools=app.tools,
            tool=self._mcp.about(item.name),
        )

    @endpoint(
        "GET",
        "/api/apps/{item_id}/page",
        "Show an app in a frame",
        errors=(NotFound, NotRead),
        media_type="text/html",
    )
    async def get_page(self, item_id: str, request: Request) -> Response:
        _, app = await self._app(item_id, request)
        headers = sealed(request, self._granted(app))
        return HTMLResponse(await self._page(app, owner_of(request)), headers=headers)

    @endpoint(
        "POST",
        "/api/apps/{item_id}/resources",
        "Read a resource of the MCP server of an app",
        errors=(NotFound, NotRead, TooManyCalls),
    )
    async def read(self, request: Request, item_id: str, body: AppRead) -> AppResources:
        """On behalf of the app, whose reader was asked."""
        item, _ = await self._app(item_id, request)
        with self._limits.counted(owner_of(request)):
            return AppResources(contents=await self._mcp.read(item.name, body.uri))

    async def _app(self, item_id: str, request: Request) -> _Shown:
        item: Item | None = self._tried.find(item_id, owner_of(request))
        if item is None:
            await self._writer.flush()
            item = await self._store.threads.item(ItemId(item_id), owner_of(request))
        if not isinstance(item, FunctionCall):
            raise NotFound("There is no such app here.")
        for part in item.outputs:
            if isinstance(part, AppPart):
                return _Shown(item, part)
        if not item.has_app or item.status not in _UNDER_WAY:
            raise NotFound("There is no such app here.")
        return _Shown(item, await self._mcp.opening(item.name))

    async def _page(self, app: App | AppPart, owner: OwnerId) -> bytes:
        if isinstance(app, App):
            return await asyncio.to_thread(_html, app)
        file = await self._files.get(app.file_id, owner)
        if file.size > MAX_PAGE_BYTES:
            raise NotFound("The page of this app is too large to be one.")
        try:
            return await self._files.read_bytes(file.id)
        except FileNotFoundError:
            raise NotFound("The page of this app is gone.") from None

    def _granted(self, app: App | AppPart) -> AppDomains:
        return app.domains.granted(self._configuration.settings.app_domains)


def _html(app: App) -> bytes:
    try:
        return page_of(app).encode()
    except MediaRefused as error:
        raise NotRead(str(error)) from None
