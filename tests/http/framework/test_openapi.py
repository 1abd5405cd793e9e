"""The document is what the app does: every path, every model, every expected error."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from backend.app import create_app
from backend.config.configuration import Configuration
from tests.rest import rest
from tests.serving import serve

SETUP_PATHS = {
    ("get", "/api/setup"),
    ("put", "/api/setup/api-key"),
    ("delete", "/api/setup/api-key"),
    ("put", "/api/setup/upstream"),
    ("get", "/api/setup/assistant"),
    ("put", "/api/setup/assistant"),
    ("get", "/api/models"),
    ("get", "/api/functions"),
    ("get", "/api/openapi.json"),
}


@pytest.fixture
def app(tmp_path: Path) -> Starlette:
    return create_app(
        Configuration(tmp_path / ".env", data_dir=tmp_path / "data", code_interpreter="off")
    )


async def described(app: Starlette) -> dict[str, Any]:
    async with serve(app) as url, rest(url) as http:
        response = await http.get("/api/openapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    document: dict[str, Any] = response.json()
    return document


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            yield reference
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


async def test_the_document_names_every_setup_endpoint(app: Starlette) -> None:
    document = await described(app)
    assert document["openapi"] == "3.1.0"
    assert set(operations(document)) >= SETUP_PATHS


async def test_what_is_described_is_served_and_the_other_way_round(app: Starlette) -> None:
    served = {
        (method.lower(), route.path)
        for route in app.routes
        if isinstance(route, Route) and route.name == route.path
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert served == set(operations(await described(app)))


async def test_every_reference_leads_somewhere_and_every_model_is_used(app: Starlette) -> None:
    document = await described(app)
    used = {reference.removeprefix("#/components/schemas/") for reference in references(document)}
    assert used == set(document["components"]["schemas"])


async def test_operations_have_names_of_their_own_and_say_what_can_go_wrong(
    app: Starlette,
) -> None:
    found = operations(await described(app))
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    for operation in found.values():
        assert operation["summary"]
        problem = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}
    set_key = found["put", "/api/setup/api-key"]
    assert set(set_key["responses"]) == {
        "200", "400", "401", "409", "413", "415", "500", "502", "504", "default",
    }  # fmt: skip
    assert "`upstream_auth`" in set_key["responses"]["401"]["description"]


async def test_an_error_may_lack_what_it_does_not_know(app: Starlette) -> None:
    schemas = (await described(app))["components"]["schemas"]
    assert schemas["ProblemDetail"]["required"] == ["code", "message"]


async def test_models_are_described_as_they_validate(app: Starlette) -> None:
    schemas = (await described(app))["components"]["schemas"]
    update = schemas["ApiKeyUpdate"]
    assert update["additionalProperties"] is False
    assert update["required"] == ["api_key"]
    assert update["properties"]["api_key"]["writeOnly"] is True
    assert update["properties"]["verify"]["default"] is True
    assert (
        "without credentials" in schemas["UpstreamState"]["properties"]["base_url"]["description"]
    )
