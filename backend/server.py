"""The server process: its listening socket, uvicorn, and the lines it prints once it serves."""

import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.supervisors.watchfilesreload import WatchFilesReload

from backend import PRODUCT
from backend.config.configuration import Configuration
from backend.config.redaction import redact, secrets_of
from backend.config.settings import Settings
from backend.domain.errors import AppError
from backend.http.security.http_protocol import BoundedHttpProtocol
from backend.setup.upstream_choice import is_at_base_url
from backend.watching.logs import configure_logging
from backend.websocket.transport import WebSocketTransport

log = logging.getLogger(__name__)

GRACE_S = 5
"""How long a stopping server waits for requests; WebSockets are closed at once, with 1012."""

START_ERROR = 3
"""The exit code of a process that could not start."""

STANDARD_ERROR = 2

OPENAI = "https://api.openai.com/v1"

_PACKAGE = Path(__file__).parent
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True)
class Launch:
    """The options of the command line. With `--reload` each new process gets them."""

    env_file: Path
    overrides: dict[str, Any]
    reload: bool = False
    in_use: list[Configuration] = field(default_factory=list, compare=False)
    """That of the app that serves, once there is one."""

    def configuration(self) -> Configuration:
        """Raises `SettingsFileError` and `InvalidSettings`."""
        return Configuration(self.env_file, **self.overrides)


def listen(host: str, port: int) -> socket.socket:
    """Returns a listening socket; port 0 takes a free one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server(
        (host, port),
        family=family,
        backlog=2048,
        dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
    )
    # asyncio's own loop sends without Nagle's delay, 40 ms a request, only what says that it is TCP.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())


def run(launch: Launch, settings: Settings, listener: socket.socket) -> bool:
    """Serve until SIGINT or SIGTERM. `settings` are those in force at the start.

    Returns False where the app could not start, which it has said on standard error.
    """
    config = uvicorn.Config(
        partial(application, launch),
        factory=True,
        http=BoundedHttpProtocol,
        ws=WebSocketTransport,
        ws_per_message_deflate=False,
        ws_max_size=settings.max_frame_bytes,
        log_config=None,
        access_log=settings.access_log,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = Server(config, launch)
    with closing(listener):
        if launch.reload:
            # Not an option of the constructor, which takes it for apps named by a string only.
            config.reload_dirs = [_PACKAGE]
            # The app offers changed functions by itself, and its runs go on.
            config.reload_excludes = [str(_PACKAGE / "tools" / "functions")]
            reloader = Reloader(config, target=server.run_or_exit, sockets=[listener])
            reloader.run()
            return reloader.has_begun
        server.run(sockets=[listener])
        return server.started


def application(launch: Launch) -> ASGIApp:
    """Returns the app of a new process."""
    # Imported here: the reloader's own process must not hold a copy of what it reloads.
    from backend.app import create_app

    configuration = launch.configuration()
    launch.in_use[:] = [configuration]
    configure_logging(lambda: configuration.settings, configuration.other_secrets)
    for sentence in configuration.misspelt():
        log.warning(sentence)
    return plain_start(create_app(configuration, watch_functions=launch.reload))


def plain_start(app: ASGIApp) -> ASGIApp:
    """Says in a sentence why the app cannot start, where it knows; uvicorn prints the traceback."""

    async def start_plainly(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        failed: list[Message] = []

        async def send_unless_failed(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                failed.append(message)
            else:
                await send(message)

        try:
            await app(scope, receive, send_unless_failed)
        except AppError as error:
            if not failed:
                raise
            print(f"backend: {error.message}", file=sys.stderr)
            await send({"type": "lifespan.startup.failed", "message": ""})
        except Exception:
            for message in failed:
                await send(message)
            raise

    return start_plainly


class Server(uvicorn.Server):
    """uvicorn's server. It prints where it listens, and a signal to stop is no failure."""

    def __init__(self, config: uvicorn.Config, launch: Launch) -> None:
        super().__init__(config)
        self.launch = launch

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        keep_descriptors()
        await super().startup(sockets=sockets)
        # What is there now stays, and need not be looked through for cycles again and again.
        gc.collect()
        gc.freeze()
        if sockets:
            announce(self.launch.in_use[0].settings, sockets[0])

    def run_or_exit(self, sockets: list[socket.socket] | None = None) -> None:
        """The whole life of a reloader's process. Exits with `START_ERROR` where it cannot start."""
        self.run(sockets=sockets)
        if not self.started:
            sys.exit(START_ERROR)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Does what uvicorn's does, but does not raise the signal again at the end."""
        stopping = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in stopping}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Reloader(WatchFilesReload):
    """Waits for the next change where one has broken the server, but ends where none has begun:
    what is in its way then, another server say, is not in the code.
    """

    has_changed = False

    @property
    def has_begun(self) -> bool:
        return self.has_changed or self.process.exitcode != START_ERROR

    def should_restart(self) -> list[Path] | None:
        if not self.has_begun:
            raise StopIteration
        return super().should_restart()

    def restart(self) -> None:
        self.has_changed = True
        super().restart()


def keep_descriptors() -> None:
    """Have no program that is started here inherit a file.

    The reloader hands its listener and pipes down as inheritable, and uvloop closes nothing, so that
    a program which outlived a server would go on to hold its port.
    """
    with suppress(FileNotFoundError):
        for number in [int(each.name) for each in Path("/dev/fd").iterdir()]:
            # That of the list itself is closed by now.
            with suppress(OSError):
                if number > STANDARD_ERROR:
                    os.set_inheritable(number, False)


def announce(settings: Settings, listener: socket.socket) -> None:
    """Print it, or log it where the log is read by a program, which may read both as one."""
    lines = announcement(settings, listener)
    if settings.log_format == "json":
        for line in lines.splitlines():
            log.info("%s", " ".join(line.split()))
    else:
        print(lines, flush=True)


def announcement(settings: Settings, listener: socket.socket) -> str:
    """Returns the lines that say where to go, who answers, and where data lives."""
    return "\n".join(
        [
            f"{PRODUCT:<9}  {_address(settings.host, listener.getsockname()[1])}",
            f"Upstream   {_upstream(settings)}",
            f"Data       {settings.data_dir.resolve()}",
        ]
    )


def _address(host: str, port: int) -> str:
    if host in _EVERY_ADDRESS:
        return f"http://127.0.0.1:{port} and every other address of this machine"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _upstream(settings: Settings) -> str:
    where = redact(settings.openai_base_url or OPENAI, secrets_of(settings))
    match settings.upstream:
        case "auto" if settings.api_key is None and settings.openai_base_url is None:
            return "demo: scripted and offline; choose a model on the page's /setup"
        case "auto":
            return f"auto: what {where} speaks"
        case "demo":
            return "demo: scripted and offline"
        case name:
            return f"{name} at {where}" if is_at_base_url(settings) else name
