"""The OpenAPI document, made from the declarations that also route and validate requests.

https://spec.openapis.org/oas/v3.1.0
"""

import asyncio
import re
from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend import PRODUCT, __version__
from backend.domain.errors import AppError
from backend.http.framework.api import Endpoint, endpoint, endpoints, routes
from backend.http.framework.problem import Problem
from backend.waiting import Detached

_REFERENCE = "#/components/schemas/{model}"
_FILES = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {
                "file": {"type": "array", "items": {"type": "string", "format": "binary"}}
            },
            "required": ["file"],
        }
    }
}
_CONVERTOR = re.compile(r":\w+}")


def api_routes(changes: Detached, *rooms: object) -> list[Route]:
    """Returns routes for every endpoint that these objects declare, and for their document.

    See `routes` for `changes`.
    """
    declared = [entry for room in rooms for entry in endpoints(room)]
    declared += endpoints(OpenApi(declared))
    return routes(declared, changes)


class OpenApi:
    """The endpoint that serves the document of these, which is made once it is asked for."""

    def __init__(self, declared: Iterable[Endpoint]) -> None:
        self._declared = declared

    @endpoint("GET", "/api/openapi.json", "Describe this API")
    async def openapi(self) -> Response:
        return JSONResponse(await asyncio.to_thread(lambda: self._document))

    @cached_property
    def _document(self) -> dict[str, Any]:
        """Takes 100 ms."""
        return document(self._declared)


def document(declared: Iterable[Endpoint]) -> dict[str, Any]:
    """Returns the OpenAPI 3.1 document of these endpoints."""
    declared = list(declared)
    schemas = _Schemas(declared)
    paths: dict[str, dict[str, Any]] = {}
    for entry in declared:
        operations = paths.setdefault(_CONVERTOR.sub("}", entry.declared.path), {})
        operations[entry.declared.method.lower()] = _operation(entry, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": PRODUCT, "version": __version__},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "access_token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Needed where the server has an `ACCESS_TOKEN`.",
                }
            },
        },
        "security": [{}, {"access_token": []}],
    }


class _Schemas:
    """JSON Schemas of all models: bodies as they are validated, answers as they are serialized."""

    def __init__(self, declared: Iterable[Endpoint]) -> None:
        used: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
        # Fields that an error does not have are left out.
        used[Problem, "validation"] = None
        for entry in declared:
            # A query string's fields are described as parameters; they are flat.
            if entry.body is not None:
                used[entry.body, "validation"] = None
            if entry.answer is not None:
                used[entry.answer, "serialization"] = None
        self._references, definitions = models_json_schema(list(used), ref_template=_REFERENCE)
        self.components: dict[str, Any] = definitions.get("$defs", {})

    def reference(self, model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
        return self._references[model, mode]

    def content(self, model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
        return {"application/json": {"schema": self.reference(model, mode)}}


def _operation(entry: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": getattr(entry.handler, "__name__", entry.declared.path),
        "summary": entry.declared.summary,
        "tags": [entry.declared.path.removeprefix("/api/").split("/")[0].split(".")[0]],
        "responses": _responses(entry, schemas),
    }
    if entry.handler.__doc__:
        operation["description"] = " ".join(entry.handler.__doc__.split())
    if parameters := _parameters(entry):
        operation["parameters"] = parameters
    if entry.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": schemas.content(entry.body, "validation"),
        }
    if entry.declared.takes_files:
        operation["requestBody"] = {"required": True, "content": _FILES}
    return operation


def _parameters(entry: Endpoint) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in entry.path_parameters
    ]
    if entry.query is not None:
        schema = entry.query.model_json_schema(ref_template=_REFERENCE)
        required = schema.get("required", [])
        for name, field in schema.get("properties", {}).items():
            parameters.append(
                {"name": name, "in": "query", "required": name in required, "schema": field}
            )
    return parameters


def _responses(entry: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    problem = schemas.content(Problem, "validation")
    responses: dict[str, Any] = {}
    if entry.answer is not None:
        answer = schemas.content(entry.answer, "serialization")
        responses[str(entry.declared.status)] = _response(entry.declared.status, answer)
    elif _answers_response(entry):
        answer = {entry.declared.media_type: {}}
        responses[str(entry.declared.status)] = _response(entry.declared.status, answer)
    else:
        responses["204"] = {"description": "No Content"}
    by_status: dict[int, list[type[AppError]]] = {}
    for error in entry.expected_errors():
        by_status.setdefault(error.status, []).append(error)
    for status, errors in sorted(by_status.items()):
        codes = ", ".join(f"`{error.code}`" for error in errors)
        responses[str(status)] = {"description": codes, "content": problem}
    responses["default"] = {"description": "Any other error.", "content": problem}
    return responses


def _response(status: int, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": content}


def _answers_response(entry: Endpoint) -> bool:
    return entry.handler.__annotations__.get("return") is not None
