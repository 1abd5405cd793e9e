"""A small client for scripts: one thread over the WebSocket.

    async with ChatClient("http://127.0.0.1:8000") as chat:
        async for message in chat.send("What's the weather in Oslo?"):
            ...                        # every server message, parsed
        print(chat.items[-1].text)     # the thread so far

A lost connection is resumed where it broke; no command is executed twice.
"""

import asyncio
import random
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlencode, urlsplit

import httpx2
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from backend.cli.identity_file import IdentityFile
from backend.domain.action import Scope
from backend.domain.ids import CommandId, ItemId, RunId, ThreadId
from backend.domain.items import TERMINAL_STATUSES, Fork, Item, Run, ToolItem
from backend.domain.parameters import Parameters
from backend.domain.transcript import Gap, Transcript
from backend.setup.models import AssistantList
from backend.websocket.messages import (
    SERVER_MESSAGE,
    Ack,
    ActionResolve,
    ClientMessage,
    Error,
    Hello,
    MessageEdit,
    MessageSend,
    Pong,
    RunCancel,
    RunRetry,
    ServerMessage,
    Snapshot,
    ThreadSwitch,
)

RECONNECT_FOR_S = 30.0
UNKNOWN_THREAD = 4404
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ChatError(Exception):
    """The server refused a command; `code` is that of its `error` message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ChatClient:
    """Sends messages to one thread and follows its runs.

    url: where the server is, `http://…` or `https://…`.
    thread_id: the thread to continue; without it the first message creates one.
    token: the server's access token, if it asks for one.
    identity: keeps the cookie that owns the thread; without it only this object can continue it.
    timezone: IANA name, so that "tomorrow" is yours.
    locale: your language and region, such as `pt-BR`, for functions that mind.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        thread_id: str | None = None,
        token: str | None = None,
        identity: IdentityFile | None = None,
        timezone: str | None = None,
        locale: str | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._identity = identity
        self._cookie = identity.cookie(self._url) if identity else None
        self._timezone = timezone
        self._locale = locale
        self._socket: ClientConnection | None = None
        self._epoch: str | None = None
        self._transcript = Transcript()
        self._unanswered: dict[str, ClientMessage] = {}
        """Commands by id, which are sent again wherever the thread is then."""
        self.thread_id = ThreadId(thread_id) if thread_id else None
        self.run: Run | None = None
        """The run of the last message, once it is known."""

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the thread that have arrived, from its first message on."""
        return self._transcript.items

    @property
    def forks(self) -> tuple[Fork, ...]:
        """Where other branches of the thread begin."""
        return self._transcript.forks

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def find_assistant(self, wanted: str) -> str:
        """Returns the id of the assistant with this id or name. Raises `ChatError` if there is none."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        local = urlsplit(self._url).hostname in LOOPBACK
        try:
            async with httpx2.AsyncClient(
                headers=headers, trust_env=not local, timeout=RECONNECT_FOR_S
            ) as http:
                answer = await http.get(f"{self._url}/api/assistants")
        except httpx2.HTTPError as error:
            raise ConnectionError(f"{self._url} did not list its assistants: {error}") from None
        if answer.status_code != 200:
            raise ChatError("refused", _why(answer.status_code))
        known = AssistantList.model_validate_json(answer.content).assistants
        for found in known:
            if wanted == found.id or wanted.casefold() == found.name.casefold():
                return found.id
        names = ", ".join(each.name for each in known)
        raise ChatError(
            "assistant_missing", f"There is no assistant {wanted!r}. There are: {names}."
        )

    async def send(
        self,
        text: str,
        *,
        assistant_id: str | None = None,
        model: str | None = None,
        instructions: str | None = None,
        parameters: Parameters | None = None,
    ) -> AsyncGenerator[ServerMessage]:
        """Send a message and yield every server message until its run has ended.

        assistant_id: who answers, now and to later messages of the thread.
        model: which model answers, as long; empty for the assistant's own.
        instructions: what the model is told on the thread, as long, after the assistant's own.
        parameters: those of this one answer, in place of the assistant's own.

        Raises `ChatError` where the server refuses, `ConnectionError` where it does not come back.
        """
        command = MessageSend(
            id=_new_id(),
            text=text,
            timezone=self._timezone,
            locale=self._locale,
            assistant_id=assistant_id,
            model=model,
            instructions=instructions,
            parameters=parameters,
        )
        async with aclosing(self._follow(command)) as messages:
            async for message in messages:
                yield message

    async def ask(
        self,
        text: str,
        *,
        assistant_id: str | None = None,
        model: str | None = None,
        instructions: str | None = None,
        parameters: Parameters | None = None,
    ) -> Run:
        """Send a message as `send` does, and wait for the end of its run."""
        sent = self.send(
            text,
            assistant_id=assistant_id,
            model=model,
            instructions=instructions,
            parameters=parameters,
        )
        return await self._ended(sent)

    async def edit(self, item_id: ItemId, text: str) -> Run:
        """Replace one of your messages, and wait for the end of its run."""
        command = MessageEdit(
            id=_new_id(),
            item_id=item_id,
            text=text,
            timezone=self._timezone,
            locale=self._locale,
        )
        return await self._ended(self._follow(command))

    async def retry(self, run_id: RunId, *, parameters: Parameters | None = None) -> Run:
        """Start the last run again, with its own parameters if none are given, and wait for its end."""
        command = RunRetry(
            id=_new_id(),
            run_id=run_id,
            timezone=self._timezone,
            locale=self._locale,
            parameters=parameters,
        )
        return await self._ended(self._follow(command))

    async def switch(self, item_id: ItemId) -> None:
        """Switch to the newest path through an item, one of `forks`."""
        async with aclosing(self._follow(ThreadSwitch(id=_new_id(), head_id=item_id))) as messages:
            async for _ in messages:
                pass

    async def follow(self) -> AsyncGenerator[ServerMessage]:
        """Yield every server message until the active run has ended, if there is one."""
        while self._transcript.thread is None:
            yield await self._receive()
        active = self._transcript.active_run
        if active is None:
            return
        done = Ack(id="", thread_id=self.thread_id, run_id=active.id)
        async with aclosing(self._until(done)) as messages:
            async for message in messages:
                yield message

    @property
    def waiting(self) -> tuple[ToolItem, ...]:
        """The items that wait for a decision, if nothing else of the run goes on."""
        run = self._transcript.active_run
        if run is None or not run.is_parked:
            return ()
        items = self._transcript.items_of(run.id)
        return tuple(
            item
            for item in items
            if isinstance(item, ToolItem) and item.status == "awaiting_approval"
        )

    async def resolve(
        self,
        *item_ids: ItemId,
        decision: Literal["allow", "deny", "answer", "skip"] = "allow",
        scope: Scope = "once",
        arguments: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Decide on items that wait; whoever follows the run gets the server's answer."""
        await self._command(
            ActionResolve(
                id=_new_id(),
                item_ids=item_ids,
                decision=decision,
                scope=scope,
                arguments=arguments,
                reason=reason,
            )
        )

    async def cancel(self) -> None:
        """Ask the server to stop the active run; the answer so far is kept."""
        active = self._transcript.active_run
        if active is not None:
            await self._command(RunCancel(id=_new_id(), run_id=active.id))

    def drop(self) -> None:
        """Break the connection as a bad network would; `send` connects again by itself."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _ended(self, followed: AsyncGenerator[ServerMessage]) -> Run:
        async with aclosing(followed) as messages:
            async for _ in messages:
                pass
        assert self.run is not None
        return self.run

    async def _follow(self, command: ClientMessage) -> AsyncGenerator[ServerMessage]:
        """Yields every message until the command's run has ended, or its path has arrived."""
        done: Ack | None = None
        await self._command(command)
        while done is None:
            try:
                message = await self._receive()
            except (ConnectionClosed, Gap) as lost:
                await self._reconnect(lost)
                continue
            yield message
            if isinstance(message, Ack) and message.id == command.id:
                done = message
                self.thread_id = message.thread_id
            elif isinstance(message, Error) and message.id == command.id:
                raise ChatError(message.code, message.message)
        async with aclosing(self._until(done)) as messages:
            async for message in messages:
                yield message

    async def _until(self, done: Ack) -> AsyncGenerator[ServerMessage]:
        """Yields every message until what the command began has ended, or its path has arrived."""
        while not self._has_taken_effect(done):
            try:
                message = await self._receive()
            except (ConnectionClosed, Gap) as lost:
                await self._reconnect(lost)
                continue
            yield message

    def _has_taken_effect(self, done: Ack) -> bool:
        if done.run_id is None:
            return self._transcript.head_id == done.item_id
        self.run = self._transcript.runs.get(done.run_id)
        return self.run is not None and self.run.status in TERMINAL_STATUSES

    async def _receive(self) -> ServerMessage:
        assert self._socket is not None
        message = SERVER_MESSAGE.validate_json(await self._socket.recv())
        match message:
            case Hello():
                self._epoch = message.epoch
                await self._send_again()
            case Snapshot():
                self._transcript = Transcript.of(
                    message.seq,
                    message.thread,
                    message.items,
                    message.runs,
                    message.forks,
                    message.before,
                )
            case Ack() | Error() | Pong():
                self._unanswered.pop(message.id or "", None)
            case _:
                self._transcript.apply(message)
        return message

    async def _command(self, command: ClientMessage) -> None:
        assert self._socket is not None
        self._unanswered[command.id] = command
        try:
            await self._socket.send(_CLIENT.dump_json(command).decode())
        except ConnectionClosed as lost:
            await self._reconnect(lost)

    async def _send_again(self) -> None:
        """A `hello` begins every socket, and comes once more where another process has the thread by now:
        it may not have heard of what was sent. What it has heard of it does not do twice."""
        assert self._socket is not None
        for command in tuple(self._unanswered.values()):
            await self._socket.send(_CLIENT.dump_json(command).decode())

    async def _connect(self, after: str | None = None) -> None:
        place = urlsplit(self._url)
        query = {"thread_id": self.thread_id, "after": after}
        headers = {}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        elif self._cookie:
            headers["Cookie"] = self._cookie
        try:
            self._socket = await connect(
                f"{'wss' if place.scheme == 'https' else 'ws'}://{place.netloc}{place.path}/ws?"
                + urlencode({name: value for name, value in query.items() if value}),
                additional_headers=headers,
                max_size=None,
                proxy=None if place.hostname in LOOPBACK else True,
            )
        except InvalidStatus as refused:
            raise ChatError("refused", _why(refused.response.status_code)) from None
        response = self._socket.response
        cookie = response.headers.get("Set-Cookie") if response is not None else None
        if cookie is not None and not self._token:
            self._cookie = cookie.partition(";")[0]
            if self._identity is not None:
                self._identity.keep(self._url, self._cookie)
        first = await self._receive()
        if isinstance(first, Error):
            raise ChatError(first.code, first.message)

    async def _reconnect(self, lost: Exception) -> None:
        """Resume the thread where it broke, with back-off. Raises `ConnectionError`."""
        if self._socket is not None:
            await self._socket.close()
        # After a gap only a snapshot helps, so no number is sent.
        after = None if isinstance(lost, Gap) else f"{self._epoch}:{self._transcript.seq}"
        loop = asyncio.get_running_loop()
        until, pause_s = loop.time() + RECONNECT_FOR_S, 0.2
        while True:
            try:
                await self._connect(after)
            except (OSError, InvalidHandshake, ConnectionClosed):
                if loop.time() > until:
                    message = f"{self._url} went away and did not come back."
                    raise ConnectionError(message) from None
                await asyncio.sleep(pause_s * (0.5 + random.random()))
                pause_s = min(2 * pause_s, 5.0)
            else:
                return


_CLIENT: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


def _new_id() -> CommandId:
    return CommandId("cmd_" + secrets.token_hex(12))


def _why(status: int) -> str:
    if status == 401:
        return "The server needs its access token. Set ACCESS_TOKEN in the environment."
    return f"The server refused the WebSocket with status {status}. Is the address right?"
