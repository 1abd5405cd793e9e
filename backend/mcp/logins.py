"""Logins under way: begun from `/setup`, completed by what the authorization server sends back, perhaps
to another process that shares the database."""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from backend.domain.errors import StoreUnavailable
from backend.mcp.connection import Connection
from backend.mcp.failures import LoginFailed
from backend.mcp.login_files import Login, LoginFiles
from backend.mcp.server_config import HttpServer
from backend.store.sealed_texts import SealedTexts
from backend.waiting import Detached, cancel

if TYPE_CHECKING:  # It loads the SDK.
    from mcp.shared.auth import AuthorizationCodeResult

log = logging.getLogger(__name__)

ADDRESS_TIMEOUT_S: Final = 60.0
LOGIN_TIMEOUT_S: Final = 600.0
"""How long a person may take."""
MAX_UNDER_WAY: Final = 20

_NAMED: Final = "mcp_login_under_way:"
_OVER: Final = "This login is over, or was begun by somebody else. Begin it again."

Visitor = tuple[object, ...]


@dataclass(slots=True)
class _UnderWay:
    connection: Connection
    visitor: Visitor
    answer: "asyncio.Future[AuthorizationCodeResult]"
    address: asyncio.Future[str]
    state: str = ""
    task: asyncio.Task[None] | None = None


class Logins:
    """One at a time for a server. `secrets` holds a code for as long as it is worth anything."""

    def __init__(self, files: LoginFiles, secrets: set[str]) -> None:
        self._files = files
        self._secrets = secrets
        self._under_way: dict[str, _UnderWay] = {}
        """By the name of the server."""
        self._revoking = set[asyncio.Task[None]]()
        self._shared: SealedTexts | None = None
        self._completing = Detached(LoginFailed)

    def share(self, texts: SealedTexts) -> None:
        """Have other processes take what comes back, and `learn` of it."""
        self._shared = texts

    async def begin(
        self, connection: Connection, redirect_uri: str, metadata_url: str | None, visitor: Visitor
    ) -> str:
        """Returns the address that the visitor is to open. Raises `LoginFailed`."""
        target = connection.config.target
        if not isinstance(target, HttpServer) or target.has_token:
            raise LoginFailed(
                "A login is for servers with an address and without a token of theirs."
            )
        name = connection.config.name
        await self._end(
            [name] if name in self._under_way else [*self._under_way][: 1 - MAX_UNDER_WAY]
        )
        loop = asyncio.get_running_loop()
        login = _UnderWay(connection, visitor, loop.create_future(), loop.create_future())
        self._under_way[name] = login
        login.task = asyncio.create_task(
            self._run(login, target, redirect_uri, metadata_url), name=f"mcp login {name}"
        )
        login.task.add_done_callback(_noticed)
        await asyncio.wait(
            (login.task, login.address),
            timeout=ADDRESS_TIMEOUT_S,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if login.address.done():
            await self._announce(login)
            return login.address.result()
        if not login.task.done():
            await self._end([name])
            raise LoginFailed("The authorization server did not answer in time.")
        self._under_way.pop(name, None)
        login.task.result()
        raise LoginFailed("There was nothing to log in to.")

    async def complete(
        self, visitor: Visitor, state: str, code: str | None, issuer: str | None, error: str | None
    ) -> None:
        """Take what came back to where the visitor was sent from. The outcome is told by the
        server's connection. Raises `LoginFailed` for a login that this visitor has not begun, and
        `StoreUnavailable`."""
        from mcp.shared.auth import AuthorizationCodeResult

        login = next(
            (
                each
                for each in self._under_way.values()
                if each.state and hmac.compare_digest(each.state.encode(), state.encode())
            ),
            None,
        )
        if login is None and self._shared is not None:
            await self._hand_over(self._shared, visitor, state, [code, issuer, error])
            return
        if login is None or login.visitor != visitor or login.answer.done() or login.task is None:
            raise LoginFailed(_OVER)
        if code:
            self._secrets.add(code)
            login.answer.set_result(AuthorizationCodeResult(code=code, state=state, iss=issuer))
        else:
            login.answer.set_exception(LoginFailed(_refusal(error)))
        try:
            await asyncio.wait([login.task])
            login.task.result()
        except LoginFailed as failed:
            login.connection.explain(str(failed))
        else:
            login.connection.renew()
        finally:
            self._secrets.discard(code or "")
            self._under_way.pop(login.connection.config.name, None)

    async def learn(self) -> None:
        """Complete what has come back to another process. Raises `StoreUnavailable`."""
        if self._shared is None or not self._under_way:
            return
        handed_over = await self._shared.read(_NAMED)
        for login in [*self._under_way.values()]:
            kept = json.loads(handed_over.get(_mark(login.state), "{}"))
            if "answer" in kept and not login.answer.done():
                task = self._completing.start(self._take_over(self._shared, login, kept["answer"]))
                task.add_done_callback(_noticed)

    async def forget(self, connection: Connection) -> None:
        """Log out: the tokens are deleted here, and soon revoked where that can be done."""
        login = connection.login
        await self._end([connection.config.name])
        await self._files.remove(connection.config.name)
        connection.renew()
        if login is not None:
            self.revoke(login)

    def revoke(self, login: Login) -> None:
        """Tell the authorization server that these tokens are not used any more. Nobody waits for it."""
        task = asyncio.create_task(_revoke(login), name=f"mcp revoke {login.name}")
        self._revoking.add(task)
        task.add_done_callback(self._revoking.discard)

    async def close(self) -> None:
        await self._end(list(self._under_way))
        await self._completing.join()
        await cancel(self._revoking)

    async def _announce(self, login: _UnderWay) -> None:
        if self._shared is None:
            return
        now = time.time()
        for mark, kept in (await self._shared.read(_NAMED)).items():
            if json.loads(kept)["at"] < now - 2 * LOGIN_TIMEOUT_S:
                await self._shared.put(_NAMED + mark, None)
        text = json.dumps({"visitor": login.visitor, "at": now})
        await self._shared.put(_NAMED + _mark(login.state), text)

    async def _hand_over(
        self, shared: SealedTexts, visitor: Visitor, state: str, answer: list[str | None]
    ) -> None:
        def answered(kept: str | None) -> str:
            login = json.loads(kept or "{}")
            if login.get("visitor") != [*visitor] or "answer" in login:
                raise LoginFailed(_OVER)
            return json.dumps(login | {"answer": answer})

        await shared.change(_NAMED + _mark(state), answered)

    async def _take_over(
        self, shared: SealedTexts, login: _UnderWay, answer: list[str | None]
    ) -> None:
        try:
            await self.complete(login.visitor, login.state, *answer)
        finally:
            with suppress(StoreUnavailable):
                await shared.put(_NAMED + _mark(login.state), None)

    async def _end(self, names: Collection[str]) -> None:
        ended = [login for name in names if (login := self._under_way.pop(name, None)) is not None]
        await cancel([login.task for login in ended if login.task is not None])

    async def _run(
        self, login: _UnderWay, server: HttpServer, redirect_uri: str, metadata_url: str | None
    ) -> None:
        await asyncio.to_thread(_load)
        from backend.mcp.login_flow import log_in
        from backend.mcp.oauth import WayBack
        from backend.mcp.server_auth import Challenge

        async def show(address: str) -> None:
            login.state = parse_qs(urlsplit(address).query)["state"][0]
            login.address.set_result(address)

        async def answer() -> "AuthorizationCodeResult":
            return await login.answer

        try:
            async with asyncio.timeout(LOGIN_TIMEOUT_S):
                await log_in(
                    login.connection.config.name,
                    server,
                    self._files,
                    login.connection.challenge or Challenge(),
                    WayBack(redirect_uri, metadata_url),
                    show,
                    answer,
                )
        except TimeoutError:
            raise LoginFailed("Nobody completed the login in time.") from None


def _mark(state: str) -> str:
    return hashlib.sha256(state.encode(errors="replace")).hexdigest()


def _refusal(error: str | None) -> str:
    if error == "access_denied":
        return "The login was declined."
    known = error if error and error.isascii() and error.replace("_", "").isalpha() else None
    return f"The authorization server refused the login{f' ({known[:60]})' if known else ''}."


def _noticed(task: asyncio.Task[None]) -> None:
    """Nobody may wait any more for a login that fails."""
    if not task.cancelled():
        task.exception()


async def _revoke(login: Login) -> None:
    await asyncio.to_thread(_load)
    from backend.mcp.revocation import revoke

    await revoke(login)


def _load() -> None:
    import backend.mcp.login_flow  # noqa: F401
