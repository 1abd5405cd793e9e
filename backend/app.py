"""`create_app` builds and connects everything; the app's lifespan opens and closes it."""

import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from backend.background import Background
from backend.config.configuration import Configuration
from backend.config.data_folder import locked
from backend.doctor.doctor import Doctor
from backend.domain.errors import AppError, StoreUnavailable
from backend.domain.ids import ThreadId, new_epoch
from backend.files.files import Files
from backend.http.actions import ActionsApi
from backend.http.assistants import AssistantsApi
from backend.http.doctor import DoctorApi
from backend.http.files import FilesApi
from backend.http.framework.exception_handlers import EXCEPTION_HANDLERS
from backend.http.framework.openapi import api_routes
from backend.http.functions import FunctionsApi
from backend.http.health import checked_once_a_second, health_routes
from backend.http.login.page import LoginPage
from backend.http.login.sessions import SessionApi
from backend.http.page import http_error, page_routes
from backend.http.security.attempts import Attempts
from backend.http.security.protection import protected
from backend.http.security.secret_key import secret_key
from backend.http.security.sessions import FILE_NAME as SESSIONS_FILE
from backend.http.security.sessions import Sessions
from backend.http.setup import SetupApi
from backend.http.texts import TextApi
from backend.http.threads import ThreadsApi
from backend.knowledge.ingest_worker import IngestWorker
from backend.knowledge.remote_files import remote_files_in_use
from backend.live.purge import purge, purge_for_ever
from backend.live.registry import Threads
from backend.runs.expiry import expire_for_ever
from backend.runs.recovery import recover
from backend.runs.runs import Runs
from backend.search.document_index import DocumentIndex
from backend.search.embeddings import Embeddings
from backend.search.tool import FileSearch
from backend.setup.active_assistant import ActiveAssistant, Upstreams
from backend.setup.assistants import Assistants
from backend.setup.status import SetupStatus
from backend.store.database import Database
from backend.store.files import FileRows
from backend.store.listing import Listing
from backend.store.passages import Passages
from backend.store.store import Store
from backend.store.writer import Writer
from backend.tools.ask_user import AskUser
from backend.tools.builtins import Builtins
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
from backend.websocket.endpoint import Socket
from backend.websocket.messages import protocol_schema

log = logging.getLogger(__name__)


def create_app(
    configuration: Configuration,
    *,
    upstreams: Upstreams | None = None,
    watch_functions: bool = False,
) -> Starlette:
    """Returns the app with the settings in force. It opens nothing before its lifespan begins.

    `upstreams` provides the upstream of each run; tests bring their own. With `watch_functions` a
    new or changed file of functions is there at once, and runs go on.
    """
    settings = configuration.settings
    epoch = new_epoch()
    secret = secret_key(settings.data_dir)
    sessions = Sessions(secret, settings.data_dir / SESSIONS_FILE)
    attempts = Attempts()
    database = Database(settings.database)
    store = Store(database)
    files = Files(FileRows(database), lambda: configuration.settings)
    listing = Listing(database)
    writer = Writer(store)
    function_sources = FunctionSources(settings.functions_dir)
    toolbox = Toolbox((), settings, current=lambda: configuration.settings)
    toolbox.offer(function_sources.discover())
    pool = upstreams or UpstreamPool(configuration)
    code_interpreter = CodeInterpreter(settings, files)
    document_index = DocumentIndex(
        Passages(database), Embeddings(lambda: configuration.settings), files.path
    )
    offered: list[Tool] = [AskUser()]
    if not code_interpreter.is_off:
        offered += [code_interpreter, Shell(code_interpreter), ApplyPatch(code_interpreter)]
    offered.append(FileSearch(document_index, settings.file_search_chars))
    if settings.images_model is not None:
        offered.append(ImageGeneration(lambda: configuration.settings, files))
    builtins = Builtins(offered)
    assistants = Assistants(configuration, store.assistants, toolbox, builtins)
    active = ActiveAssistant(configuration, pool, assistants, toolbox, builtins)
    status = SetupStatus(active)
    threads = Threads(store, writer)
    tools = builtins, Functions(toolbox, files)
    runs = Runs(configuration, active, tools, files, store, writer, threads)
    commands = Detached(AppError)
    background = Background()
    worker = IngestWorker(files, document_index, lambda: remote_files_in_use(files, active))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        # Ended in reverse order, each of them even where another one fails to end.
        async with AsyncExitStack() as ending:
            ending.enter_context(locked(settings.data_dir))
            ending.push_async_callback(pool.close)
            ending.push_async_callback(toolbox.close)
            ending.push_async_callback(document_index.close)
            ending.push_async_callback(store.close)
            await store.open()
            await purge(listing, store)
            await files.open()
            ending.push_async_callback(writer.close)
            ending.push_async_callback(background.close)
            background.start("purging", lambda: purge_for_ever(listing, store))
            background.start("embedding", document_index.embed)
            background.start("forgetting", document_index.forget_for_ever)
            background.start("knowledge", worker.run)
            background.start("sweeping", files.sweep_for_ever)
            if watch_functions:
                background.start("functions", lambda: offer_changes(function_sources, toolbox))
            ending.push_async_callback(code_interpreter.close)
            code_interpreter.start()
            ending.push_async_callback(runs.close, settings.stop_grace_s)
            ending.push_async_callback(commands.join)
            recovered = await recover(store, writer, threads, runs)
            background.start(
                "expiring", lambda: expire_for_ever(configuration, store, threads, runs)
            )
            if any(recovered):
                log.warning("The server stopped during runs: %s", recovered)
            yield

    async def websocket(websocket: WebSocket) -> None:
        await websocket.accept()
        name = active.upstream_name()
        socket = Socket(websocket, websocket.state.owner, epoch, name, threads, runs, commands)
        thread_id = websocket.query_params.get("thread_id")
        await socket.serve(
            ThreadId(thread_id) if thread_id else None, websocket.query_params.get("after")
        )

    async def protocol(request: Request) -> Response:
        return JSONResponse(protocol_schema())

    async def store_problem() -> str | None:
        try:
            await store.check()
        except StoreUnavailable as error:
            return error.message
        return None

    checked = checked_once_a_second(store_problem)

    async def problem() -> str | None:
        return await checked() or writer.problem or background.problem

    return Starlette(
        routes=[
            WebSocketRoute("/ws", websocket),
            Route("/api/protocol.json", protocol),
            *api_routes(
                commands,
                SetupApi(status, files.rows, store.policies, code_interpreter),
                AssistantsApi(status, code_interpreter),
                DoctorApi(Doctor(active)),
                FunctionsApi(toolbox, builtins, store.policies, runs.waiting),
                ThreadsApi(threads, runs, store, writer, listing, files),
                ActionsApi(threads, runs, store.policies),
                FilesApi(files, worker),
                SessionApi(sessions),
                TextApi(files, document_index),
            ),
            *LoginPage(settings, sessions, attempts).routes(),
            *health_routes(problem),
            *page_routes(status.missing),
        ],
        middleware=[
            Middleware(
                protected,
                settings=lambda: configuration.settings,
                secret=secret,
                sessions=sessions,
                attempts=attempts,
            )
        ],
        exception_handlers={**EXCEPTION_HANDLERS, 404: http_error, 405: http_error},
        lifespan=lifespan,
    )
