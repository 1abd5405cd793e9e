"""The connection to one server: made in the background, and made again when it is lost."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from backend.mcp.backoff import Backoff
from backend.mcp.dialogue import Dialogue
from backend.mcp.failures import ServerUnavailable, SessionFailed
from backend.mcp.login_files import Login, LoginFiles
from backend.mcp.offers import Offers
from backend.mcp.place import Place
from backend.mcp.question import Pending
from backend.mcp.remote_tool import RemoteTool
from backend.mcp.secrets import secrets_in
from backend.mcp.server_config import HttpServer, ServerConfig, StdioServer
from backend.mcp.server_log import ServerLog
from backend.mcp.status import State, Status
from backend.mcp.tool_files import KnownTools
from backend.mcp.tool_list import ToolList
from backend.mcp.watchdog import Watchdog
from backend.waiting import cancel

if TYPE_CHECKING:  # It loads the SDK.
    from mcp_types import CallToolResult, ReadResourceResult

    from backend.mcp.server_auth import Challenge, ServerAuth
    from backend.mcp.session import Session

log = logging.getLogger(__name__)

T = TypeVar("T")

START_WAIT_S: Final = 10.0
"""How long a call waits for a server that is starting."""
START_TIMEOUT_S: Final = 180.0
"""Some programs are downloaded first."""


class Connection:
    """`start` it once. It needs the SDK, which is loaded in a thread at the first start of one."""

    def __init__(
        self,
        config: ServerConfig,
        logins: LoginFiles | None = None,
        completed: Callable[[str], None] = lambda _: None,
        *,
        secrets: Collection[str] | None = None,
        watchdog: Watchdog | None = None,
        keep: Callable[[ServerConfig, KnownTools], None] = lambda *_: None,
    ) -> None:
        """Without `logins` nobody can log in to it. `completed` gets the id of each address that the
        server says is done with. `secrets` are taken out of all that the server says, and more may
        come; without them those of its configuration are. Who gives a `watchdog` closes it. `keep` gets what
        is known of the tools whenever that is more, in a thread."""
        self.config = config
        self._completed = completed
        self._logins = logins
        self._auth: ServerAuth | None = None
        self._secrets = secrets_in(config) if secrets is None else secrets
        self._watchdog = watchdog
        self._place = Place()
        self.log = ServerLog(config.name, self._secrets)
        self.tools = ToolList(config.name, self.log, self._secrets, partial(keep, config))
        self.offers = Offers()
        """Resources and prompts, likewise."""
        self.status = Status("starting")
        if config.is_disabled:
            self.status = Status("disabled")
        elif config.target is None:
            self.status = Status("failed", config.problem)
        self._session: Session | None = None
        self._retry = asyncio.Event()
        self._told = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        target = self.config.target
        if target is not None and not self.config.is_disabled:
            self._task = asyncio.create_task(self._stay(target), name=f"mcp {self.config.name}")

    async def close(self) -> None:
        if self._task is not None:
            await cancel([self._task])

    def retry(self) -> None:
        """Connect again at once, if it is lost."""
        self._retry.set()

    def renew(self) -> None:
        """Connect again at once, also where it is connected."""
        if self._session is not None:
            self._session.gone.set()
        if self.status.state in ("ready", "failed", "needs_login"):
            # Who asks next need not see how it ends.
            self._tell(replace(self.status, state="starting"))
        self._retry.set()

    @property
    def login(self) -> Login | None:
        target = self.config.target
        if self._logins is None or not isinstance(target, HttpServer):
            return None
        return self._logins.find(self.config.name, target.url)

    @property
    def challenge(self) -> "Challenge | None":
        """What the server last said of the login that it wants."""
        return None if self._auth is None else self._auth.challenge

    def explain(self, reason: str) -> None:
        """Say why a login failed, where one is wanted."""
        if self.status.state == "needs_login":
            self._tell(replace(self.status, reason=reason))

    async def started(self, within_s: float) -> None:
        """Returns once it is connected or has failed, or after that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.status.state == "starting":
                    await self._told.wait()

    def unavailable(self) -> str | None:
        """Returns in a sentence why no call can be made now, or None."""
        return self.status.unavailable(self.config.name)

    async def call(
        self,
        tool: RemoteTool,
        arguments: dict[str, Any],
        dialogue: Dialogue[Any],
        answered: Pending | None = None,
    ) -> "CallToolResult | Pending":
        """Raises `ServerUnavailable` and `CallFailed`."""
        wait_s = START_WAIT_S
        if answered is not None and self._session is None:
            # Somebody has filled in a form for this, perhaps before a restart.
            wait_s = START_TIMEOUT_S
            self.renew()
        await self.started(wait_s)
        session = self._session
        if session is None:
            raise ServerUnavailable(self.unavailable() or "The connection was lost.")
        self.tools.check(tool)
        await self.tools.remember(tool)
        try:
            return await session.call(tool.name, arguments, dialogue, answered)
        except SessionFailed as failed:
            # A server that answers each request on its own may be gone without our knowing.
            session.gone.set()
            raise ServerUnavailable(
                f"The MCP server {self.config.name} was lost during the call: {failed}"
            ) from None

    async def resource(self, uri: str) -> "ReadResourceResult":
        """Raises `ServerUnavailable` and `CallFailed`."""
        return await self.ask(lambda session: session.resource(uri))

    async def ask(self, request: Callable[["Session"], Awaitable[T]]) -> T:
        """Have a server that is connected asked something. Raises `ServerUnavailable`, `CallFailed`."""
        session = self._session
        if session is None:
            raise ServerUnavailable(self.unavailable() or "The connection was lost.")
        try:
            return await request(session)
        except SessionFailed as failed:
            session.gone.set()
            raise ServerUnavailable(
                f"The MCP server {self.config.name} was lost before it answered: {failed}"
            ) from None

    async def _stay(self, target: StdioServer | HttpServer) -> None:
        backoff, legacy = Backoff(), False
        await asyncio.to_thread(_load_sdk)
        while True:
            self._retry.clear()
            self.log.begin()
            self._tell(Status("starting", self.status.reason, starts=self.status.starts + 1))
            began = time.monotonic()
            state: State = "failed"
            try:
                reason = await self._connect(target, legacy)
            except SessionFailed as failed:
                reason = str(failed)
                state = "needs_login" if failed.needs_login else "failed"
            except TimeoutError:
                reason = "It did not answer in time."
            except Exception as error:
                log.exception("The connection to the MCP server %s failed", self.config.name)
                reason = f"{type(error).__name__}; the log says more."
            finally:
                was_ready, self._session = self._session is not None, None
            pause_s = backoff.pause_s(time.monotonic() - began if was_ready else 0)
            legacy = not legacy and not was_ready and state != "needs_login"
            if not was_ready and isinstance(target, StdioServer) and (said := self.log.last_line()):
                reason = f"{reason} It wrote last: {said}"
            reason = self.log.redacted(reason)
            log.warning("The MCP server %s: %s", self.config.name, reason)
            self._tell(replace(self.status, state=state, reason=reason))
            if self._auth is None or not self._auth.is_outdated:
                await self._pause(None if state == "needs_login" else pause_s)

    async def _connect(self, target: StdioServer | HttpServer, legacy: bool) -> str:
        """Returns why the connection is over that was made."""
        from backend.mcp.changes import follow_changes
        from backend.mcp.connecting import connected
        from backend.mcp.offer_lists import OfferLists

        deadline = asyncio.timeout(START_TIMEOUT_S)
        self._auth = self._new_auth(target)
        connecting = connected(
            target,
            self.log,
            legacy=legacy,
            auth=self._auth,
            completed=self._completed,
            watchdog=self._watchdog,
            place=self._place,
        )
        async with deadline, connecting as session:
            await self.tools.list(session)
            deadline.reschedule(None)
            self._session = session
            ready = Status("ready", version=session.version, starts=self.status.starts)
            self._tell(ready)
            following = [
                asyncio.create_task(follow_changes(session)),
                asyncio.create_task(self.tools.follow(session)),
                asyncio.create_task(OfferLists(session, self.offers, self.log.redacted).follow()),
            ]
            try:
                await session.gone.wait()
            finally:
                await cancel(following)
            if session.needs_login:
                raise SessionFailed(session.end, needs_login=True)
            return session.end

    def _new_auth(self, target: StdioServer | HttpServer) -> "ServerAuth | None":
        """A server whose configuration holds a token is sent that one alone."""
        from backend.mcp.server_auth import ServerAuth

        if self._logins is None or not isinstance(target, HttpServer) or target.has_token:
            return None
        return ServerAuth(self.config.name, target, self._logins)

    async def _pause(self, pause_s: float | None) -> None:
        try:
            async with asyncio.timeout(pause_s):
                await self._retry.wait()
        except TimeoutError:
            pass

    def _tell(self, status: Status) -> None:
        self.status = status
        self._told.set()
        self._told = asyncio.Event()


def _load_sdk() -> None:
    import backend.mcp.connecting
    import backend.mcp.offer_lists
    import backend.mcp.results  # noqa: F401
