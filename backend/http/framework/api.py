"""Declare a REST endpoint once; from that it is routed, validated, answered and described.

    class ThreadsApi:
        def __init__(self, store: Store) -> None: ...

        @endpoint("PATCH", "/api/threads/{thread_id}", "Rename a thread", errors=(NotFound,))
        async def rename_thread(self, thread_id: str, body: ThreadUpdate) -> Thread: ...

The names of parameters have meanings: `body` is the JSON body and `query` the query string, both
pydantic models; `request` is Starlette's request; any other one is a parameter of the path. The
return annotation is the model of the answer, None (204), or a `Response` for anything else.
`api_routes` in `openapi.py` makes routes of such objects. FastAPI would do the same; it pays off
with many more endpoints than there are.
"""

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_type_hints

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.domain.errors import AppError, BodyTooLarge, InvalidRequest, NotJson
from backend.domain.text import clean_json, clean_text
from backend.http.framework.body import read
from backend.http.framework.exception_handlers import invalid_request
from backend.waiting import Detached

MAX_BODY_BYTES = 1_048_576
SMALL_BODY_BYTES = 65_536
"""Bodies up to that size are validated on the event loop."""

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)
M = TypeVar("M", bound=BaseModel)

_MARK = "__endpoint__"
_PATH_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True, slots=True)
class Declaration:
    """The arguments of the decorator."""

    method: Method
    path: str
    summary: str
    status: int
    errors: tuple[type[AppError], ...]
    media_type: str
    max_body_bytes: int
    takes_files: bool
    answer: type[BaseModel] | None


def endpoint(
    method: Method,
    path: str,
    summary: str,
    *,
    status: int = 200,
    errors: tuple[type[AppError], ...] = (),
    media_type: str = "application/json",
    max_body_bytes: int = MAX_BODY_BYTES,
    takes_files: bool = False,
    answer: type[BaseModel] | None = None,
) -> Callable[[H], H]:
    """Declare a method to be an endpoint. `errors` are those that its callers should expect.

    An endpoint with `takes_files` reads the body itself; one with an `answer` makes the `Response`
    that holds this model itself.
    """

    def declare(handler: H) -> H:
        declared = Declaration(
            method,
            path,
            summary,
            status,
            errors,
            media_type,
            max_body_bytes,
            takes_files,
            answer,
        )
        setattr(handler, _MARK, declared)
        return handler

    return declare


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A declared method of an object, with what its signature says."""

    declared: Declaration
    handler: Handler
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[BaseModel] | None
    path_parameters: tuple[str, ...]
    takes_request: bool

    async def respond(self, request: Request) -> Response:
        arguments: dict[str, Any] = {
            name: clean_text(request.path_params[name]) for name in self.path_parameters
        }
        if self.takes_request:
            arguments["request"] = request
        if self.query is not None:
            arguments["query"] = _parsed_query(request, self.query)
        if self.body is not None:
            arguments["body"] = await _parsed_body(request, self.body, self.declared.max_body_bytes)
        result = await self.handler(**arguments)
        if isinstance(result, BaseModel):
            content = result.model_dump_json()
            response = Response(content, self.declared.status, media_type="application/json")
        elif isinstance(result, Response):
            response = result
        else:
            response = Response(status_code=204)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def expected_errors(self) -> tuple[type[AppError], ...]:
        """Returns the declared errors and those that a body or a query string may cause."""
        if self.body is not None:
            return (InvalidRequest, BodyTooLarge, NotJson, *self.declared.errors)
        if self.query is not None:
            return (InvalidRequest, *self.declared.errors)
        return self.declared.errors


def endpoints(room: object) -> tuple[Endpoint, ...]:
    """Returns the endpoints that an object's class declares, in the order of its source.

    Raises `TypeError` for a declaration whose signature does not fit its path.
    """
    found = []
    for name, function in vars(type(room)).items():
        declared = getattr(function, _MARK, None)
        if isinstance(declared, Declaration):
            found.append(_endpoint(declared, getattr(room, name)))
    return tuple(found)


def routes(declared: Iterable[Endpoint], changes: Detached) -> list[Route]:
    """Returns one route per path, in the order in which the paths first appear.

    What may change something is done in `changes`, so that a request which is cancelled stops
    nothing between its storing and its effect.
    """
    by_path: dict[str, dict[str, Endpoint]] = {}
    for entry in declared:
        by_path.setdefault(entry.declared.path, {})[entry.declared.method] = entry
    return [_route(path, by_method, changes) for path, by_method in by_path.items()]


def _route(path: str, by_method: dict[str, Endpoint], changes: Detached) -> Route:
    async def respond(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        responding = by_method[method].respond(request)
        return await (responding if method == "GET" else changes.run(responding))

    return Route(path, respond, methods=list(by_method), name=path)


def _endpoint(declared: Declaration, handler: Handler) -> Endpoint:
    hints = get_type_hints(handler)
    answer = hints.pop("return", None)
    names = list(inspect.signature(handler).parameters)
    in_path = tuple(name for name in names if name not in {"body", "query", "request"})
    if set(in_path) != set(_PATH_PARAMETER.findall(declared.path)):
        raise TypeError(f"{declared.method} {declared.path} and {in_path} do not fit together")
    return Endpoint(
        declared=declared,
        handler=handler,
        body=_model(hints.get("body")),
        query=_model(hints.get("query")),
        answer=_model(answer) or declared.answer,
        path_parameters=in_path,
        takes_request="request" in names,
    )


def _model(hint: object) -> type[BaseModel] | None:
    return hint if isinstance(hint, type) and issubclass(hint, BaseModel) else None


def _parsed_query(request: Request, model: type[M]) -> M:
    given: dict[str, object] = {}
    for name in request.query_params:
        values = [clean_text(value) for value in request.query_params.getlist(name)]
        given[name] = values[0] if len(values) == 1 else values
    try:
        return model.model_validate(given)
    except ValidationError as invalid:
        raise invalid_request(invalid) from None


async def _parsed_body(request: Request, model: type[M], limit: int) -> M:
    """Strict: `"false"` is not a boolean. Raises `InvalidRequest` and two of its kinds."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise NotJson("Send the body as JSON, with Content-Type: application/json.")
    raw = await read(request, limit)

    def parsed() -> M:
        try:
            return model.model_validate_json(clean_json(raw), strict=True)
        except ValidationError as invalid:
            raise invalid_request(invalid) from None

    return parsed() if len(raw) <= SMALL_BODY_BYTES else await asyncio.to_thread(parsed)
