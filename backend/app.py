"""`create_app` builds and connects everything; the app's lifespan opens and closes it."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from backend import __version__
from backend.background import Background
from backend.config.configuration import Configuration
from backend.config.data_folder import locked
from backend.config.redaction import secrets_of
from backend.config.secret_box import SecretBox
from backend.config.secret_key import SecretKey
from backend.config.settings import DATABASE_NAME
from backend.doctor.doctor import Doctor
from backend.domain.errors import AppError, StoreUnavailable
from backend.domain.ids import ThreadId
from backend.domain.text import clean_text
from backend.files.files import Files
from backend.homes.alone import Alone
from backend.homes.base import Elsewhere
from backend.homes.lease import Clock, Lease
from backend.homes.shared import MOVED, Shared
from backend.http.actions import ActionsApi
from backend.http.apps import AppsApi
from backend.http.assistants import AssistantsApi
from backend.http.doctor import DoctorApi
from backend.http.elsewhere import PassedOn
from backend.http.feedback import FeedbackApi
from backend.http.files import FilesApi
from backend.http.frames import frame_routes
from backend.http.framework.exception_handlers import EXCEPTION_HANDLERS
from backend.http.framework.openapi import api_routes
from backend.http.functions import FunctionsApi
from backend.http.health import checked_once_a_second, health_routes
from backend.http.install.routes import install_routes
from backend.http.login.page import LoginPage
from backend.http.login.sessions import SessionApi
from backend.http.mcp_context import McpContextApi
from backend.http.mcp_login import McpLoginApi, client_document_route
from backend.http.mcp_offers import McpOffersApi
from backend.http.mcp_server_list import ServerList
from backend.http.mcp_servers import McpServersApi
from backend.http.mcp_tools import McpToolsApi
from backend.http.mcp_trials import McpTrialsApi
from backend.http.metrics import metrics_route
from backend.http.page import AssistantInPage, http_error, page_routes
from backend.http.requests import Requests
from backend.http.security.attempts import Attempts
from backend.http.security.http_protocol import BoundedHttpProtocol
from backend.http.security.protection import protected
from backend.http.security.sessions import FILE_NAME as SESSIONS_FILE
from backend.http.security.sessions import Sessions
from backend.http.setup import REFUSALS, SetupApi
from backend.http.shared.page import SharedPages
from backend.http.shares import SharesApi
from backend.http.texts import TextApi
from backend.http.thread_calls import ThreadCallsApi
from backend.http.threads import ThreadsApi
from backend.http.tools import ToolsApi
from backend.http.transcriptions import TranscriptionsApi
from backend.http.tried_apps import TriedApps
from backend.http.usage import UsageApi
from backend.knowledge.ingest_worker import IngestWorker
from backend.knowledge.remote_files import remote_files_in_use
from backend.live.purge import purge, purge_for_ever
from backend.live.registry import Threads
from backend.mcp.context import ServerContext
from backend.mcp.hosted import HostedServers
from backend.mcp.login_files import FOLDER as LOGINS_FOLDER
from backend.mcp.login_files import LoginFiles
from backend.mcp.logins import Logins
from backend.mcp.servers import McpServers
from backend.mcp.tool import McpTools
from backend.mcp.tool_files import FOLDER as TOOLS_FOLDER
from backend.mcp.tool_files import ToolFiles
from backend.peers.door import PASSED_ON
from backend.peers.lookout import Lookout
from backend.peers.passport import Seal
from backend.peers.peers import Peers
from backend.peers.port import PeerPort
from backend.runs.expiry import expire_for_ever
from backend.runs.recovery import Recovery
from backend.runs.residents import ThreadsAtHome
from backend.runs.runs import Runs
from backend.runs.shared_allowances import share_allowances
from backend.search.document_index import DocumentIndex
from backend.search.embeddings import Embeddings
from backend.search.tool import FileSearch
from backend.setup.active_assistant import ActiveAssistant, Upstreams
from backend.setup.assistants import Assistants
from backend.setup.dictation import dictation_state
from backend.setup.shared_settings import SharedSettings
from backend.setup.status import SetupStatus
from backend.store import schema
from backend.store.database import Database
from backend.store.dialects import is_shared
from backend.store.document_texts import DocumentTexts
from backend.store.fence import Fence
from backend.store.files import FileRows
from backend.store.homes import HomeRows
from backend.store.listing import Listing
from backend.store.news import News
from backend.store.passages import Passages
from backend.store.sealed_texts import SealedTexts
from backend.store.store import Store
from backend.store.writer import Writer
from backend.tools.ask_user import AskUser
from backend.tools.builtins import Builtins
from backend.tools.catalogue import Catalogue
from backend.tools.code_interpreter.other_tools import ApplyPatch, Shell
from backend.tools.code_interpreter.tool import CodeInterpreter
from backend.tools.discovery import FunctionSources
from backend.tools.function_tool import Functions
from backend.tools.function_watch import offer_changes
from backend.tools.image_generation import ImageGeneration
from backend.tools.tool import Tool
from backend.tools.toolbox import Toolbox
from backend.upstreams.pool import UpstreamPool
from backend.waiting import Detached
from backend.watching.now import Now
from backend.watching.steps import Connected
from backend.watching.watch import Watch
from backend.watching.watchers import Watchers
from backend.websocket.endpoint import Socket
from backend.websocket.messages import protocol_schema
from backend.websocket.replay import items_wanted
from backend.websocket.transport import WebSocketTransport

log = logging.getLogger(__name__)

CHECK_TIMEOUT_S = 6.0
"""Longer than another one's lock is waited for."""


def create_app(
    configuration: Configuration,
    *,
    upstreams: Upstreams | None = None,
    watches: Sequence[Watch] = (),
    watch_functions: bool = False,
    clock: Clock = time.monotonic,
) -> Starlette:
    """Returns the app with the settings in force. It opens nothing before its lifespan begins.

    `upstreams` provides the upstream of each run, and `watches` are told what happens; tests bring
    their own. With `watch_functions` a
    new or changed file of functions is there at once, and runs go on.
    """
    settings = configuration.settings
    secret = SecretKey(settings)
    sessions = Sessions(secret, settings.data_dir / SESSIONS_FILE)
    fence = Fence() if is_shared(settings.database) else None
    database = Database(settings.database, former=settings.data_dir / DATABASE_NAME, fence=fence)
    store = Store(database)
    news = News(database)
    attempts = Attempts(shared=store.attempts)
    homes: Alone | Shared = Alone()
    if fence is not None:
        homes = Shared(HomeRows(database, fence), fence, news, Lease(clock), settings.home_idle_s)
    files = Files(FileRows(database), lambda: configuration.settings)
    listing = Listing(database)
    watchers = Watchers.of(settings, __version__, watches)
    watch = watchers.watch
    writer = Writer(store, watch)
    function_sources = FunctionSources(settings.functions_dir)
    toolbox = Toolbox((), settings, current=lambda: configuration.settings)
    toolbox.offer(function_sources.discover())
    pool = upstreams or UpstreamPool(configuration)
    code_interpreter = CodeInterpreter(settings, files)
    document_texts = DocumentTexts(database)
    document_index = DocumentIndex(
        Passages(database),
        document_texts,
        Embeddings(lambda: configuration.settings),
        files.storage.lend,
    )
    offered: list[Tool] = [AskUser()]
    if not code_interpreter.is_off:
        offered += [code_interpreter, Shell(code_interpreter), ApplyPatch(code_interpreter)]
    offered.append(FileSearch(document_index, settings.file_search_chars))
    if settings.images_model is not None:
        offered.append(ImageGeneration(lambda: configuration.settings, files))
    builtins = Builtins(offered)
    mcp_logins = LoginFiles(settings.data_dir / LOGINS_FOLDER, configuration.other_secrets)
    mcp = McpServers(
        configuration.mcp_config,
        lambda: {
            *(tool.spec.name for tool in builtins.all),
            *(spec.name for spec in toolbox.specs()),
        },
        configuration.other_secrets,
        mcp_logins,
        ToolFiles(settings.data_dir / TOOLS_FOLDER),
    )
    logins = Logins(mcp_logins, configuration.other_secrets)

    def secrets() -> set[str]:
        return {*secrets_of(configuration.settings), *configuration.other_secrets}

    server_context = ServerContext(files, secrets)
    assistants = Assistants(
        configuration, store.assistants, store.start_screens, toolbox, builtins, mcp
    )
    active = ActiveAssistant(configuration, pool, assistants, toolbox, builtins)
    status = SetupStatus(active)
    threads = Threads(store, writer, homes)
    mcp_tools = McpTools(mcp, files, lambda: configuration.settings, secrets)
    tools = (builtins, Functions(toolbox, files), mcp_tools)
    catalogue = Catalogue(tools)
    tried_apps = TriedApps()
    hosted = HostedServers(mcp)
    runs = Runs(configuration, active, tools, hosted, files, store, writer, threads, watch)
    recovery = Recovery(store, writer, threads, runs)
    threads.recovery = recovery
    writer.on_loss = homes.lose
    residents = ThreadsAtHome(threads, runs.active, writer, tools)
    # A socket may be gone before its command is acknowledged: that is no fault.
    commands = Detached(AppError, WebSocketDisconnect, WebSocketDisconnected)
    seal = Seal(secret)
    peers = Peers(seal, Lookout(homes.where))
    share_allowances(runs.waiting, news, commands)
    background = Background()
    worker = IngestWorker(files, document_index, lambda: remote_files_in_use(files, active))

    async def share() -> None:
        """Have in common with other processes what a single one has in files."""
        if not database.dialect.is_shared:
            await secret.open(None)
            return
        await secret.open(store.secrets.one(schema.COOKIE_KEY))
        await sessions.share(store.secrets.one("sessions"))
        store.changes.on(schema.secrets, sessions.learn)
        box = SecretBox(secret.all)
        await configuration.share(SharedSettings(store.settings, box))
        store.changes.on(schema.settings, configuration.refresh)
        sealed = SealedTexts(store.secrets, box)
        mcp_logins.share(sealed)
        logins.share(sealed)
        store.changes.on(schema.secrets, logins.learn)
        if settings.mcp_config is None:
            mcp.share(sealed)
        store.changes.on(schema.secrets, mcp.learn)
        news.on("changed", lambda _: store.changes.hint())
        news.on(REFUSALS, lambda _: pool.forget_refusals())

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        # Ended in reverse order, each of them even where another one fails to end.
        async with AsyncExitStack() as ending:
            ending.enter_context(locked(settings.data_dir))
            ending.push_async_callback(watchers.close)
            ending.push_async_callback(pool.close)
            ending.push_async_callback(toolbox.close)
            ending.push_async_callback(document_index.close)
            ending.push_async_callback(store.close)
            await store.open()
            await share()
            ending.push_async_callback(peers.close)
            if database.dialect.is_shared:
                ending.push_async_callback(peer_port.close)
                await peer_port.open()
            ending.push_async_callback(news.close)
            await news.open()
            if isinstance(homes, Shared):
                homes.address = peer_port.address
            ending.push_async_callback(homes.close)
            await homes.open()
            await purge(listing, store)
            await files.open()
            ending.push_async_callback(writer.close)
            ending.push_async_callback(background.close)
            if database.dialect.is_shared:
                background.start("peers", peers.lookout.follow)
                news.on(MOVED, lambda _: peers.lookout.look())
            background.start("changes", store.changes.follow)
            if store.attempts is not None:
                background.start("attempts", store.attempts.sweep_for_ever)
            background.start("purging", lambda: purge_for_ever(listing, store))
            background.start("embedding", document_index.embed)
            background.start("forgetting", document_index.forget_for_ever)
            background.start("knowledge", worker.run)
            background.start("sweeping", files.sweep_for_ever)
            if watch_functions:
                background.start("functions", lambda: offer_changes(function_sources, toolbox))
            ending.push_async_callback(code_interpreter.close)
            code_interpreter.start()
            ending.push_async_callback(mcp.close)
            ending.push_async_callback(logins.close)
            await mcp.open()
            background.start("mcp", mcp.follow)
            if watchers.metrics is not None:
                background.start("lag", watchers.metrics.follow_loop)
            ending.push_async_callback(runs.close, settings.stop_grace_s)
            ending.push_async_callback(commands.join)
            ending.push_async_callback(homes.drain)
            homes.welcome(residents)
            recovered = None if isinstance(homes, Shared) else await recovery.all()
            background.start(
                "expiring", lambda: expire_for_ever(configuration, store, threads, runs)
            )
            if recovered is not None and any(recovered):
                log.warning("The server stopped during runs: %s", recovered)
            yield

    async def websocket(websocket: WebSocket) -> None:
        await websocket.accept()
        name = active.upstream_name()
        owner = websocket.state.owner
        socket = Socket(websocket, owner, name, homes, threads, runs, commands, watch, peers)
        thread_id = clean_text(websocket.query_params.get("thread_id", ""))
        # One that another process passes on is counted there.
        counted = (
            nullcontext() if PASSED_ON in websocket.scope["state"] else watch.during(Connected())
        )
        with counted:
            await socket.serve(
                ThreadId(thread_id) if thread_id else None,
                websocket.query_params.get("after"),
                items_wanted(websocket.query_params.get("last")),
            )

    async def protocol(request: Request) -> Response:
        return JSONResponse(protocol_schema())

    async def store_problem() -> str | None:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                await store.check()
        except StoreUnavailable as error:
            return error.message
        except TimeoutError:
            return "The database does not answer."
        return None

    async def first_assistant() -> AssistantInPage | None:
        known = await assistants.known_default()
        if known is None:
            return None
        return AssistantInPage(id=known.id, name=known.name, start=known.start)

    checked = checked_once_a_second(store_problem)

    mcp_list = ServerList(mcp, store.policies, active)

    async def problem() -> str | None:
        return homes.problem or await checked() or writer.problem or background.problem

    async def figures(accept: str) -> tuple[bytes, str]:
        try:
            waiting = await store.threads.parked()
        except StoreUnavailable:
            waiting = None
        now = Now(writer.deltas, runs.active.upstreams(), waiting)
        assert watchers.metrics is not None
        return await watchers.metrics.text(now, accept)

    api = [
        WebSocketRoute("/ws", websocket),
        Route("/api/protocol.json", protocol),
        *api_routes(
            commands,
            SetupApi(status, files.rows, store.policies, code_interpreter, news),
            AssistantsApi(status, code_interpreter),
            DoctorApi(Doctor(active)),
            ToolsApi(catalogue, store.policies, store.calls, tried_apps),
            ThreadCallsApi(catalogue, threads, store.policies),
            FunctionsApi(toolbox, builtins, catalogue, store.policies, runs.waiting),
            ThreadsApi(threads, runs, store, writer, listing, files),
            SharesApi(store, writer, listing),
            UsageApi(store.usage, store.threads, listing, writer),
            FeedbackApi(threads, store.feedback, writer),
            ActionsApi(threads, runs, store.policies),
            FilesApi(files, worker),
            TranscriptionsApi(lambda: configuration.settings),
            McpServersApi(mcp, mcp_list, active, logins),
            McpToolsApi(mcp, mcp_list),
            McpTrialsApi(mcp),
            McpOffersApi(mcp, server_context),
            McpContextApi(mcp, server_context),
            AppsApi(configuration, store, writer, files, mcp_tools.apps, tried_apps),
            McpLoginApi(mcp, logins),
            SessionApi(sessions),
            TextApi(files, document_texts),
        ),
    ]
    passed_on = PassedOn(peers, homes, lambda: peer_port.address)
    handlers = {**EXCEPTION_HANDLERS, Elsewhere: passed_on}
    peer_port = PeerPort(
        Starlette(routes=api, exception_handlers=handlers),
        seal,
        settings,
        http=BoundedHttpProtocol,
        ws=WebSocketTransport,
    )

    return Starlette(
        routes=[
            *api,
            client_document_route(),
            *LoginPage(settings, sessions, attempts).routes(),
            *SharedPages(store, files).routes(),
            *install_routes(),
            *health_routes(problem),
            *([metrics_route(figures)] if watchers.metrics is not None else []),
            *page_routes(
                status.missing,
                first_assistant=first_assistant,
                dictation=lambda: dictation_state(configuration.settings).model is not None,
            ),
            *frame_routes(),
        ],
        middleware=[
            *(
                [Middleware(Requests, watch=watch, trusted_proxies=settings.trusted_proxies)]
                if watchers.has_requests
                else []
            ),
            Middleware(
                protected,
                settings=lambda: configuration.settings,
                secret=secret,
                sessions=sessions,
                attempts=attempts,
            ),
        ],
        exception_handlers={**handlers, 404: http_error, 405: http_error},
        lifespan=lifespan,
    )
