"""The whole app for tests: real server, real SQLite, an upstream of the test's choice."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from httpx2 import AsyncClient
from websockets.asyncio.client import ClientConnection, connect

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.config.settings import Settings
from backend.domain.events import RunFinished
from backend.domain.frozen_model import FrozenModel
from backend.domain.items import TERMINAL_STATUSES, Run
from backend.domain.transcript import Transcript
from backend.homes.lease import Clock
from backend.upstreams.base import Upstream
from backend.watching.watch import Watch
from backend.websocket.messages import (
    SERVER_MESSAGE,
    Ack,
    Error,
    Hello,
    Pong,
    ServerMessage,
    Snapshot,
)
from tests.patience import PATIENCE_S
from tests.postgresql import database_of
from tests.rest import rest
from tests.serving import serve

Kind = TypeVar("Kind", bound=FrozenModel)


class FixedPool:
    """Stands where the `UpstreamPool` stands and always answers with the same upstream."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def current(self) -> Upstream:
        return self._upstream

    async def create(self, settings: Settings) -> Upstream:
        return self._upstream

    def forget_refusals(self) -> None: ...

    async def close(self) -> None:
        await self._upstream.close()


@dataclass
class Running:
    """A server that runs, and how to reach it as a script does."""

    url: str

    @asynccontextmanager
    async def socket(
        self, *, cookie: str | None = None, **query: str
    ) -> AsyncIterator["ScriptSocket"]:
        address = f"ws{self.url[4:]}/ws?{urlencode(query, errors='surrogatepass')}"
        headers = {"Cookie": cookie} if cookie else {}
        async with connect(
            address, additional_headers=headers, proxy=None, max_size=None, open_timeout=PATIENCE_S
        ) as ws:
            yield ScriptSocket(ws, cookie or "", self.url)


class ScriptSocket:
    """A socket as a script holds it, with what it received so far reduced."""

    def __init__(self, ws: ClientConnection, cookie: str, url: str) -> None:
        self.ws = ws
        self._url = url
        set_cookie = ws.response.headers.get("Set-Cookie", "") if ws.response else ""
        self.cookie = cookie or set_cookie.partition(";")[0]
        self.transcript = Transcript()
        self.received: list[ServerMessage] = []
        self.epoch = ""

    @property
    def after(self) -> str:
        return f"{self.epoch}:{self.transcript.seq}"

    def rest(self) -> AsyncClient:
        """A client of the REST API that is the same visitor."""
        return rest(self._url, headers={"Cookie": self.cookie})

    async def send(self, **frame: Any) -> None:
        await self.ws.send(json.dumps(frame))

    async def say(self, text: str, id: str = "cmd_1", **fields: Any) -> None:
        await self.send(type="message.send", id=id, text=text, **fields)

    async def next(self) -> ServerMessage:
        async with asyncio.timeout(PATIENCE_S):
            received = SERVER_MESSAGE.validate_json(await self.ws.recv())
        self.received.append(received)
        match received:
            case Hello():
                self.epoch = received.epoch
            case Snapshot():
                self.transcript = Transcript.of(
                    received.seq,
                    received.thread,
                    received.items,
                    received.runs,
                    received.forks,
                    received.before,
                )
            case Ack() | Error() | Pong():
                pass
            case _:
                self.transcript.apply(received)
        return received

    async def until(self, kind: type[Kind]) -> Kind:
        while True:
            received = await self.next()
            if isinstance(received, kind):
                return received

    async def until_idle(self) -> None:
        """Until a run has ended, told by its event or by a snapshot."""
        while not self.transcript.runs or self.transcript.active_run is not None:
            await self.next()

    async def until_ended(self, ack: Ack) -> Run:
        """Until the run that the command started has ended, told by its event or a snapshot."""
        assert ack.run_id is not None
        while True:
            run = self.transcript.runs.get(ack.run_id)
            if run is not None and run.status in TERMINAL_STATUSES:
                return run
            await self.next()

    async def until_run_ends(self) -> RunFinished:
        return await self.until(RunFinished)


@asynccontextmanager
async def running(
    tmp_path: Path,
    upstream: Upstream,
    *,
    serve_port: int = 0,
    watches: Sequence[Watch] = (),
    clock: Clock = time.monotonic,
    **settings: Any,
) -> AsyncIterator[Running]:
    """Serve the app on a loopback port, its data and `.env` under `tmp_path`."""
    defaults = {
        "data_dir": tmp_path / "data",
        "database_url": database_of(tmp_path),
        "weather_source": "sample",
        "code_interpreter": "off",
        "stop_grace_s": 0,
        "tool_timeout_s": PATIENCE_S,
    }
    settings = defaults | settings
    configuration = Configuration(tmp_path / ".env", **settings)
    app = create_app(configuration, upstreams=FixedPool(upstream), watches=watches, clock=clock)
    async with serve(app, port=serve_port) as url:
        yield Running(url)
