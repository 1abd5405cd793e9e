"""An upstream for tests: a real HTTP server on a loopback port that plays what it is told.

    async with upstream_server([sse(events), json_answer({...}, status=500)]) as server:
        settings = Settings(openai_base_url=server.base_url, openai_api_key="sk-…")
        ...
        assert server.requests[0].json["model"] == "m"

A script is a list of answers, given in order to whoever asks; or such a list (or one answer, given
each time) per `"METHOD /path"` below the base URL; or a function from the request to the answer.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from tests.ports import free_port
from tests.serving import serve


class _Cut:
    """The connection ends here, in the middle of the body."""


class _Stall:
    """Nothing more comes, until the client gives up."""


CUT: Final = _Cut()
STALL: Final = _Stall()

Part = bytes | asyncio.Event | _Cut | _Stall
"""Of a body. An event is waited for before the rest is sent."""


@dataclass(frozen=True)
class Answer:
    parts: tuple[Part, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    """Below the base URL."""
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def key(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


Answers = Answer | Sequence[Answer]
Script = Sequence[Answer] | Mapping[str, Answers] | Callable[[Received], Answer]


@dataclass
class UpstreamServer:
    base_url: str
    requests: list[Received] = field(default_factory=list)


@asynccontextmanager
async def upstream_server(script: Script, *, port: int = 0) -> AsyncIterator[UpstreamServer]:
    """Serves `script` below `base_url`, which ends in /v1."""
    app = _App(script)
    async with serve(app, lifespan="off", grace_s=1, port=port) as url:
        app.server.base_url = url + "/v1"
        yield app.server


def refused_base_url() -> str:
    """A base URL where nothing listens."""
    return f"http://127.0.0.1:{free_port()}/v1"


# Answers


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(
        (json.dumps(body).encode(),),
        status,
        {"content-type": "application/json", **(headers or {})},
    )


def error_answer(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An error in OpenAI's shape."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return json_answer({"error": error}, status, headers)


def html_page(status: int = 200) -> Answer:
    page = b"<!doctype html><title>Welcome</title><h1>It works!</h1>"
    return Answer((page,), status, {"content-type": "text/html; charset=utf-8"})


def key_echo(request: Received) -> Answer:
    """A 401 whose body tells the key that was used, as OpenAI's once did; a whole script."""
    return error_answer(401, f"Incorrect API key provided: {request.key}.", code="invalid_api_key")


def sse(
    events: Iterable[Mapping[str, Any] | Part | str],
    *,
    chunks: random.Random | None = None,
    named: bool = True,
) -> Answer:
    """A stream of server-sent events: mappings by their `type`, other parts as they are.

    `chunks` cuts the bytes at random places; `named=False` leaves out the `event:` lines.
    """
    parts = [_part(event, named) for event in events]
    if chunks is not None:
        whole = b"".join(part for part in parts if isinstance(part, bytes))
        parts = list(_cut_up(whole, chunks))
    return Answer(tuple(parts), 200, {"content-type": "text/event-stream; charset=utf-8"})


def recorded_events(path: Path) -> list[dict[str, Any]]:
    """The events of a `.jsonl` recording, one a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def recorded(path: Path, *, chunks: random.Random | None = None) -> Answer:
    """A recording played back: `.jsonl` by its events, `.sse` by its bytes."""
    if path.suffix == ".jsonl":
        return sse(recorded_events(path), chunks=chunks)
    return sse([path.read_bytes()], chunks=chunks)


def _part(event: Mapping[str, Any] | Part | str, named: bool) -> Part:
    if isinstance(event, Mapping):
        name = f"event: {event['type']}\n" if named else ""
        return f"{name}data: {json.dumps(event)}\n\n".encode()
    return event.encode() if isinstance(event, str) else event


def _cut_up(whole: bytes, chunks: random.Random) -> Iterable[bytes]:
    start = 0
    while start < len(whole):
        end = start + chunks.randint(1, 700)
        yield whole[start:end]
        start = end


class _App:
    def __init__(self, script: Script) -> None:
        self.server = UpstreamServer("")
        self._script = script
        self._given: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            await self._respond(Request(scope, receive), receive, send)

    async def _respond(self, request: Request, receive: Receive, send: Send) -> None:
        received = Received(
            method=request.method,
            path=request.url.path.removeprefix("/v1"),
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.body(),
        )
        self.server.requests.append(received)
        answer = self._answer(received)
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        for part in answer.parts:
            if isinstance(part, bytes):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            elif isinstance(part, asyncio.Event):
                await part.wait()
            elif isinstance(part, _Stall):
                while (await receive())["type"] != "http.disconnect":
                    pass
                return
            else:
                # uvicorn closes the connection of an app that returns too early.
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _answer(self, request: Received) -> Answer:
        if callable(self._script):
            return self._script(request)
        if isinstance(self._script, Mapping):
            place = f"{request.method} {request.path}"
            answers = self._script.get(place)
            if answers is None:
                return error_answer(404, f"Invalid URL ({place})")
        else:
            place, answers = "", self._script
        if isinstance(answers, Answer):
            return answers
        given = self._given.get(place, 0)
        self._given[place] = given + 1
        if given >= len(answers):
            return error_answer(500, f"The script has no answer number {given + 1} for {place}.")
        return answers[given]
