"""Makes the connection to a server, over whichever transport it speaks."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

from mcp.client.client import Client
from mcp.client.session import ClientRequestContext
from mcp_types import (
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    Implementation,
    LoggingMessageNotificationParams,
)

from backend import PRODUCT, __version__
from backend.mcp.app_resource import UI
from backend.mcp.elicitation import NOBODY
from backend.mcp.failures import SessionFailed, said
from backend.mcp.place import Place
from backend.mcp.program import Program, ProgramFailed
from backend.mcp.server_auth import ServerAuth
from backend.mcp.server_config import HttpKind, HttpServer, StdioServer
from backend.mcp.server_log import ServerLog
from backend.mcp.session import Session
from backend.mcp.watchdog import Watchdog
from backend.mcp.web import WebServer

_US: Final = Implementation(name=PRODUCT.lower(), title=PRODUCT, version=__version__)
_FALLS_BACK: Final = frozenset({400, 404, 405})
"""What an older server answers to streamable HTTP."""


@asynccontextmanager
async def connected(
    target: StdioServer | HttpServer,
    server_log: ServerLog,
    *,
    legacy: bool = False,
    auth: ServerAuth | None = None,
    completed: Callable[[str], None] = lambda _: None,
    watchdog: Watchdog | None = None,
    place: Place | None = None,
) -> AsyncGenerator[Session]:
    """Raises `SessionFailed`, also in the middle of the block. `legacy` leaves out the question for the protocol's version, which some
    old servers do not survive. `completed` gets the id of each address that the server says is done with."""
    kinds: tuple[HttpKind, ...] = ("http",)
    if isinstance(target, HttpServer):
        kinds = ("http", "sse") if target.kind == "auto" else (target.kind,)
    for last, kind in ((each == kinds[-1], each) for each in kinds):
        transport: Program | WebServer = (
            Program(target, server_log, watchdog)
            if isinstance(target, StdioServer)
            else WebServer(target, kind, auth, place)
        )
        was_open = False
        try:
            async with _client(transport, server_log, legacy, completed) as session:
                was_open = True
                yield session
            return
        except Exception as error:
            failure = _failure(error, transport)
            is_older = not was_open and transport.refused in _FALLS_BACK
            if is_older and not last and not failure.needs_login:
                continue
            raise failure from None


@asynccontextmanager
async def _client(
    transport: Program | WebServer,
    server_log: ServerLog,
    legacy: bool,
    completed: Callable[[str], None],
) -> AsyncGenerator[Session]:
    sessions: list[Session] = []

    async def heard(message: object) -> None:
        for session in sessions:
            session.hear(message)

    async def asked(
        context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult | ErrorData:
        for session in sessions:
            return await session.open_calls.ask(params)
        return NOBODY

    async def logged(params: LoggingMessageNotificationParams) -> None:
        server_log.hear(params.level, params.logger, params.data)

    client = Client(
        transport.connect(),
        read_timeout_seconds=None,
        logging_callback=logged,
        log_level="info",
        message_handler=heard,
        elicitation_callback=asked,
        client_info=_US,
        extensions=[UI],
        mode="legacy" if legacy else "auto",
        cache=None,
    )
    async with client:
        session = Session(client, transport, completed)
        sessions.append(session)
        yield session


def _failure(error: Exception, transport: Program | WebServer) -> SessionFailed:
    """Returns the first cause of all that failed together, in a sentence."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    if isinstance(transport, WebServer) and transport.needs_login and transport.end is not None:
        return SessionFailed(transport.end, needs_login=True)
    if isinstance(error, SessionFailed):
        return error
    if isinstance(transport, WebServer):
        if transport.refused in (401, 403):
            return SessionFailed(
                f"It answered {transport.refused}: it wants a login or a token in a header.",
                needs_login=True,
            )
        if transport.refused is not None:
            return SessionFailed(f"It answered {transport.refused}.")
    if isinstance(error, ProgramFailed):
        return SessionFailed(str(error))
    return SessionFailed(transport.end or f"It cannot be connected to: {said(error)}")
