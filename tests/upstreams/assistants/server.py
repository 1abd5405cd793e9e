"""A small server of the Assistants API v2 on a loopback port: threads, runs and assistants.

    async with assistants_server([[(Call("get_weather", location="Oslo"),), (Say("Rain."),)]]) as s:
        settings = Settings(upstream="assistants", openai_base_url=s.base_url, ...)
        assert s.threads["thread_1"].texts == [("user", "Hello"), ...]

A script is a list of runs in the order in which they are created; a run is a list of rounds; a
round is a tuple of moves. Runs beyond the script answer with what they were asked.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.serving import serve
from tests.upstreams.assistants.objects import (
    assistant_object,
    message_object,
    run_object,
    text,
    thread_object,
)
from tests.upstreams.assistants.runs import CUT, Player, Round, Say
from tests.upstreams.hosted_files_server import HostedFilesServer

ACTIVE = {"queued", "in_progress", "requires_action", "cancelling"}

KEY = "sk-loopback-good-key"


@dataclass
class Thread:
    messages: list[dict[str, Any]] = field(default_factory=list)
    players: list[Player] = field(default_factory=list)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Who said what."""
        return [
            (message["role"], part["text"]["value"])
            for message in self.messages
            for part in message["content"]
            if part["type"] == "text"
        ]

    @property
    def active(self) -> dict[str, Any] | None:
        return next((p.run for p in self.players if p.run["status"] in ACTIVE), None)


class AssistantsServer:
    """What it holds, and what it was asked."""

    def __init__(self, script: Sequence[Sequence[Round]], key: str | None) -> None:
        self.base_url = ""
        self.assistants: dict[str, dict[str, Any]] = {"asst_1": assistant_object("asst_1")}
        self.threads: dict[str, Thread] = {}
        self.requests: list[tuple[str, Any]] = []
        """`METHOD /path` and the body, in order."""
        self.hosted = HostedFilesServer()
        self.lists_models = True
        self.content_is_text = False
        """Whether a message is answered with strings where OpenAI has `{"value": …}`."""
        self.refuses: set[str] = set()
        """Fields of a run that its model does not take."""
        self.lacks: set[str] = set()
        """Models that are not there."""
        self._script = list(script)
        self._key = key
        self._news = asyncio.Event()
        self._runs_made = 0

    async def until_asked(self, place: str) -> None:
        """Until somebody asks for `METHOD /path`, if nobody has yet."""
        while place not in self.asked:
            self._news.clear()
            await self._news.wait()

    @property
    def asked(self) -> list[str]:
        return [place for place, _ in self.requests]

    def player(self, run_id: str = "run_1") -> Player:
        every = [player for thread in self.threads.values() for player in thread.players]
        return next(player for player in every if player.run["id"] == run_id)

    def app(self) -> Starlette:
        thread = "/v1/threads/{thread}"
        run = thread + "/runs/{run}"
        routes = [
            ("GET", "/v1/models", self._models),
            ("GET", "/v1/assistants", self._list_assistants),
            ("POST", "/v1/assistants", self._save_assistant),
            ("GET", "/v1/assistants/{assistant}", self._assistant),
            ("POST", "/v1/assistants/{assistant}", self._save_assistant),
            ("POST", "/v1/threads", self._create_thread),
            ("DELETE", thread, self._delete_thread),
            ("POST", thread + "/messages", self._add_message),
            ("GET", thread + "/messages", self._messages),
            ("POST", thread + "/runs", self._create_run),
            ("GET", thread + "/runs", self._runs),
            ("GET", run, self._run),
            ("POST", run + "/cancel", self._cancel),
            ("POST", run + "/submit_tool_outputs", self._submit),
            ("GET", run + "/steps", self._steps),
        ]
        return Starlette(
            routes=[
                *(Route(path, self._checked(act), methods=[how]) for how, path, act in routes),
                *self.hosted.routes(),
            ]
        )

    def _checked(self, act: Any) -> Any:
        async def endpoint(request: Request) -> Response:
            body = await request.json() if await request.body() else None
            place = f"{request.method} {request.url.path.removeprefix('/v1')}"
            self.requests.append((place, body))
            self._news.set()
            sent = request.headers.get("authorization", "").removeprefix("Bearer ")
            if self._key is not None and sent != self._key:
                return error(401, f"Incorrect API key provided: {sent}.")
            ids = request.path_params
            if "assistants" in place or "threads" in place:
                assert request.headers["openai-beta"] == "assistants=v2"
            if "thread" in ids and ids["thread"] not in self.threads:
                return error(404, f"No thread found with id '{ids['thread']}'.")
            if "assistant" in ids and ids["assistant"] not in self.assistants:
                return error(404, f"No assistant found with id '{ids['assistant']}'.")
            if "run" in ids and self._player(request) is None:
                return error(404, f"No run found with id '{ids['run']}'.")
            response: Response = act(request, body)
            return response

        return endpoint

    def _thread(self, request: Request) -> Thread:
        return self.threads[request.path_params["thread"]]

    def _player(self, request: Request) -> Player | None:
        players = self._thread(request).players
        return next((p for p in players if p.run["id"] == request.path_params["run"]), None)

    # Models and assistants

    def _models(self, request: Request, body: Any) -> Response:
        if not self.lists_models:
            return error(404, "Not Found")
        return listed([{"id": name, "object": "model"} for name in ("gpt-4.1", "alpha-2")])

    def _list_assistants(self, request: Request, body: Any) -> Response:
        return listed(list(self.assistants.values()))

    def _assistant(self, request: Request, body: Any) -> Response:
        return JSONResponse(self.assistants[request.path_params["assistant"]])

    def _save_assistant(self, request: Request, body: Any) -> Response:
        id = request.path_params.get("assistant", f"asst_{len(self.assistants) + 1}")
        self.assistants[id] = self.assistants.get(id, assistant_object(id)) | body
        return JSONResponse(self.assistants[id])

    # Threads

    def _create_thread(self, request: Request, body: Any) -> Response:
        messages = (body or {}).get("messages", [])
        if len(messages) > 32:
            return error(400, "Invalid 'messages': array too long, at most 32.")
        id = f"thread_{len(self.threads) + 1}"
        self.threads[id] = Thread()
        for message in messages:
            self._append(id, message)
        return JSONResponse(thread_object(id))

    def _delete_thread(self, request: Request, body: Any) -> Response:
        id = request.path_params["thread"]
        del self.threads[id]
        return JSONResponse({"id": id, "object": "thread.deleted", "deleted": True})

    def _append(self, thread_id: str, body: dict[str, Any]) -> dict[str, Any]:
        messages = self.threads[thread_id].messages
        id = f"msg_{thread_id}_{len(messages) + 1}"
        content = body["content"]
        parts = [text(content)] if isinstance(content, str) else list(map(_stored_part, content))
        attachments = body.get("attachments", [])
        message = message_object(id, thread_id, body["role"], parts, attachments=attachments)
        messages.append(message)
        return message

    def _add_message(self, request: Request, body: Any) -> Response:
        id, thread = request.path_params["thread"], self._thread(request)
        if thread.active is not None:
            return error(
                400, f"Can't add messages to {id} while a run {thread.active['id']} is active."
            )
        added = self._append(id, body)
        if self.content_is_text:
            parts = [{"type": "text", "text": part["text"]["value"]} for part in added["content"]]
            added = added | {"content": parts}
        return JSONResponse(added)

    def _messages(self, request: Request, body: Any) -> Response:
        run_id = request.query_params.get("run_id")
        messages = self._thread(request).messages
        return listed([m for m in messages if run_id in (None, m["run_id"])])

    # Runs

    def _create_run(self, request: Request, body: Any) -> Response:
        id, thread = request.path_params["thread"], self._thread(request)
        if body["assistant_id"] not in self.assistants:
            return error(404, f"No assistant found with id '{body['assistant_id']}'.")
        if thread.active is not None:
            return error(400, f"Thread {id} already has an active run {thread.active['id']}.")
        for name in sorted(self.refuses & body.keys()):
            return error(400, f"Unsupported parameter: '{name}' with this model.")
        if body.get("model") in self.lacks:
            return error(404, f"The requested model '{body['model']}' does not exist.")
        count = self._runs_made
        self._runs_made += 1
        said = thread.texts[-1][1] if thread.texts else ""
        rounds = self._script[count] if count < len(self._script) else [(Say(f"You said: {said}"),)]
        run = run_object(f"run_{count + 1}", id, body["assistant_id"])
        player = Player(run, rounds, thread.messages)
        thread.players.append(player)
        return EventStream(player.stream())

    def _runs(self, request: Request, body: Any) -> Response:
        return listed([player.run for player in reversed(self._thread(request).players)])

    def _run(self, request: Request, body: Any) -> Response:
        player = self._player(request)
        assert player is not None
        return JSONResponse(player.as_asked())

    def _steps(self, request: Request, body: Any) -> Response:
        player = self._player(request)
        assert player is not None
        return listed(player.steps)

    def _cancel(self, request: Request, body: Any) -> Response:
        player = self._player(request)
        assert player is not None
        if player.run["status"] not in ACTIVE - {"cancelling"}:
            return error(400, f"Cannot cancel run with status '{player.run['status']}'.")
        player.cancel()
        return JSONResponse(player.run)

    def _submit(self, request: Request, body: Any) -> Response:
        player = self._player(request)
        assert player is not None
        if player.run["status"] != "requires_action":
            return error(
                400, f'Runs in status "{player.run["status"]}" do not accept tool outputs.'
            )
        sent = {output["tool_call_id"]: output["output"] for output in body["tool_outputs"]}
        waiting = [call["id"] for call in player.waiting]
        if sorted(sent) != sorted(waiting):
            return error(400, f"Expected tool outputs for call_ids {waiting}, got {list(sent)}")
        return EventStream(player.stream(sent))


class EventStream(Response):
    """Streams what a player plays. After a cut it plays on, then breaks the connection."""

    def __init__(self, parts: AsyncIterator[bytes | None]) -> None:
        super().__init__()
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        cut = False
        async for part in self._parts:
            if part is CUT:
                cut = True
            else:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        if cut:
            # uvicorn closes the connection of an app that returns too early.
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _stored_part(part: dict[str, Any]) -> dict[str, Any]:
    return text(part["text"]) if part["type"] == "text" else part


def listed(data: list[dict[str, Any]]) -> Response:
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return JSONResponse(
        {"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": False}
    )


def error(status: int, message: str) -> Response:
    detail = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return JSONResponse({"error": detail}, status_code=status)


@asynccontextmanager
async def assistants_server(
    script: Sequence[Sequence[Round]] = (), *, key: str | None = None, port: int = 0
) -> AsyncIterator[AssistantsServer]:
    """Serves until the block ends. `key`: the only one it accepts; None takes any."""
    server = AssistantsServer(script, key)
    async with serve(server.app(), lifespan="off", grace_s=1, port=port) as url:
        server.base_url = f"{url}/v1"
        try:
            yield server
        finally:
            for thread in server.threads.values():
                for player in thread.players:
                    player.cancel()
            await asyncio.sleep(0)
