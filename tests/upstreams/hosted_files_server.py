"""Files, vector stores and containers of an OpenAI-compatible server, for tests.

server = HostedFilesServer(responses=[[event, event], ...])
async with serve(server.app(), lifespan="off") as url: ...
assert server.stores["vs_1"].files == {"file-1": "completed"}
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class RemoteFile:
    name: str
    purpose: str
    content: bytes


@dataclass
class VectorStore:
    name: str
    files: dict[str, str] = field(default_factory=dict)
    """Statuses by file id."""
    expires_after: Any = None


@dataclass
class HostedFilesServer:
    """`responses` are streamed in turn to whoever creates one."""

    responses: list[list[dict[str, Any]]] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    """Names of files that cannot be read, and why."""
    reading: int = 1
    """How often a status is asked for before a file has been read."""
    contents: dict[str, bytes] = field(default_factory=dict)
    """What tools made: by file id, or `container/file`."""
    files: dict[str, RemoteFile] = field(default_factory=dict)
    stores: dict[str, VectorStore] = field(default_factory=dict)
    making_stores: asyncio.Event | None = None
    """Waited for before a store is made."""
    port: int = 0
    requests: list[tuple[str, Any]] = field(default_factory=list)
    """`METHOD /path` and the body where it is JSON, in order."""

    @property
    def asked(self) -> list[str]:
        return [place for place, _ in self.requests]

    def bodies(self, place: str) -> list[Any]:
        return [body for asked, body in self.requests if asked == place]

    def app(self) -> Starlette:
        return Starlette(routes=self.routes())

    def routes(self) -> list[Route]:
        store = "/v1/vector_stores/{store}"
        return [
            self._route("POST", "/v1/files", self._upload),
            self._route("DELETE", "/v1/files/{file}", self._delete),
            self._route("GET", "/v1/files/{file}/content", self._content),
            self._route("GET", "/v1/containers/{container}/files/{file}/content", self._content),
            self._route("POST", "/v1/vector_stores", self._create_store),
            self._route("POST", store + "/files", self._add),
            self._route("GET", store + "/files/{file}", self._status),
            self._route("DELETE", store + "/files/{file}", self._remove),
            self._route("POST", "/v1/responses", self._respond),
        ]

    def _route(self, method: str, path: str, act: Any) -> Route:
        async def endpoint(request: Request) -> Response:
            is_json = request.headers.get("content-type", "") == "application/json"
            body = await request.json() if is_json and await request.body() else None
            place = f"{request.method} {request.url.path.removeprefix('/v1')}"
            if place == "POST /responses" and not (body or {}).get("stream"):
                return missing("title")
            self.requests.append((place, body))
            response: Response = await act(request, body)
            return response

        return Route(path, endpoint, methods=[method])

    async def _upload(self, request: Request, body: Any) -> Response:
        async with request.form() as form:
            upload, purpose = form["file"], form["purpose"]
            assert not isinstance(upload, str)
            assert isinstance(purpose, str)
            id = f"file-{len(self.files) + 1}"
            self.files[id] = RemoteFile(upload.filename or "", purpose, await upload.read())
        return JSONResponse({"id": id, "object": "file", "status": "processed"})

    async def _delete(self, request: Request, body: Any) -> Response:
        id = request.path_params["file"]
        if self.files.pop(id, None) is None:
            return missing("file")
        return JSONResponse({"id": id, "object": "file", "deleted": True})

    async def _content(self, request: Request, body: Any) -> Response:
        parts = (request.path_params.get("container"), request.path_params["file"])
        content = self.contents.get("/".join(filter(None, parts)))
        return missing("file") if content is None else Response(content)

    async def _create_store(self, request: Request, body: Any) -> Response:
        if self.making_stores is not None:
            await self.making_stores.wait()
        id = f"vs_{len(self.stores) + 1}"
        self.stores[id] = VectorStore(body["name"], expires_after=body.get("expires_after"))
        return JSONResponse({"id": id, "object": "vector_store"})

    async def _add(self, request: Request, body: Any) -> Response:
        store = self.stores.get(request.path_params["store"])
        if store is None or body["file_id"] not in self.files:
            return missing("vector store or file")
        store.files[body["file_id"]] = "in_progress"
        return self._stored(body["file_id"], store)

    async def _status(self, request: Request, body: Any) -> Response:
        place = f"GET {request.url.path.removeprefix('/v1')}"
        store, id = self.stores[request.path_params["store"]], request.path_params["file"]
        if id not in store.files:
            return missing("file")
        if self.asked.count(place) > self.reading:
            failed = self.files[id].name in self.unreadable
            store.files[id] = "failed" if failed else "completed"
        return self._stored(id, store)

    async def _remove(self, request: Request, body: Any) -> Response:
        store, id = self.stores[request.path_params["store"]], request.path_params["file"]
        if store.files.pop(id, None) is None:
            return missing("file")
        return JSONResponse({"id": id, "deleted": True})

    def _stored(self, id: str, store: VectorStore) -> Response:
        reason = self.unreadable.get(self.files[id].name)
        failed = store.files[id] == "failed"
        error = {"code": "unsupported_file", "message": reason} if failed else None
        return JSONResponse({"id": id, "status": store.files[id], "last_error": error})

    async def _respond(self, request: Request, body: Any) -> Response:
        events = self.responses.pop(0)
        stream = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
        return Response(stream, media_type="text/event-stream")


def missing(what: str) -> Response:
    error = {"message": f"No {what} found.", "type": "invalid_request_error"}
    return JSONResponse({"error": error}, status_code=404)


def response_events(*items: dict[str, Any]) -> list[dict[str, Any]]:
    """A response whose output items come whole."""
    response = {"id": "resp_1", "object": "response", "status": "in_progress", "output": []}
    events: list[dict[str, Any]] = [{"type": "response.created", "response": response}]
    for index, item in enumerate(items):
        events.append(
            {
                "type": "response.output_item.added",
                "output_index": index,
                "item": item | {"status": "in_progress"},
            }
        )
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    done = response | {"status": "completed", "output": list(items)}
    return [*events, {"type": "response.completed", "response": done}]


def message_item(text: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": list(annotations)}
    return {"id": "msg_1", "type": "message", "role": "assistant", "content": [part]}
