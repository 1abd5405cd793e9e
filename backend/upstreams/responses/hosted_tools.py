"""The tools that the server runs itself, as a request asks for them.

https://platform.openai.com/docs/guides/tools
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import SecretStr

from backend.config.settings import Settings
from backend.domain.assistant import CODE_INTERPRETER, FILE_SEARCH
from backend.domain.hosted_tool import (
    IMAGE_GENERATION,
    WEB_SEARCH,
    HostedServer,
    HostedTool,
    mcp_server,
)
from backend.domain.time_zone import zone_name
from backend.upstreams.request import RunRequest

RESULTS: Final = {
    CODE_INTERPRETER: "code_interpreter_call.outputs",
    FILE_SEARCH: "file_search_call.results",
    WEB_SEARCH: "web_search_call.action.sources",
}
"""What `include` has to name for the server to send what a tool found."""

_APPROVAL: Final = {"never": {"read_only": True}}
"""Tools that say of themselves that they only read run at once; for others somebody is asked."""

_PARTIAL_IMAGES: Final = 2
"""Unfinished pictures of each picture."""


def hosted_tools(
    request: RunRequest, hosted: frozenset[HostedTool], settings: Settings
) -> Iterator[dict[str, Any]]:
    """Yields those of the assistant's tools that are among `hosted`."""
    for tool in request.assistant.tools:
        kind = "mcp" if mcp_server(tool) is not None else tool
        if kind in hosted and (body := _body(tool, request, settings)) is not None:
            yield body
    if "mcp" in hosted:
        yield from map(_server, request.servers)


def knowing_secrets(settings: Settings, servers: Iterable[HostedServer]) -> Settings:
    """Returns settings by which the secrets of these servers are taken out of errors as well."""
    secrets = {(server.label, SecretStr(each)) for server in servers for each in server.secrets}
    tokens = (*(settings.hosted_mcp_tokens or ()), *secrets)
    return settings.model_copy(update={"hosted_mcp_tokens": tokens}) if secrets else settings


def _body(tool: str, request: RunRequest, settings: Settings) -> dict[str, Any] | None:
    if tool == CODE_INTERPRETER:
        container: dict[str, Any] = {"type": "auto"}
        if file_ids := list(request.files.remote_ids.values()):
            container["file_ids"] = file_ids
        return {"type": tool, "container": container}
    if tool == FILE_SEARCH:
        stores = list(request.files.vector_store_ids)
        return {"type": tool, "vector_store_ids": stores} if stores else None
    if tool == WEB_SEARCH:
        # Without a location the server takes the United States.
        location = {"type": "approximate", "timezone": zone_name(request.now)}
        return {"type": tool, "user_location": location}
    if tool == IMAGE_GENERATION:
        return {"type": tool, "partial_images": _PARTIAL_IMAGES}
    return _mcp(tool, settings)


def _mcp(tool: str, settings: Settings) -> dict[str, Any] | None:
    server = mcp_server(tool)
    if server is None:
        return None
    body: dict[str, Any] = {"type": "mcp", "server_label": server.label, "server_url": server.url}
    body["require_approval"] = _APPROVAL
    tokens = dict(settings.hosted_mcp_tokens or ())
    if server.label in tokens:
        body["authorization"] = tokens[server.label].get_secret_value()
    return body


def _server(server: HostedServer) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "mcp",
        "server_label": server.label,
        "server_url": server.url,
        "require_approval": _approval(server),
    }
    if server.allowed is not None:
        body["allowed_tools"] = list(server.allowed)
    if server.headers:
        body["headers"] = dict(server.headers)
    if server.authorization is not None:
        body["authorization"] = server.authorization
    return body


def _approval(server: HostedServer) -> str | dict[str, Any]:
    allowed = server.allowed or ()
    runs = [tool for tool in allowed if tool in server.runs]
    if not runs:
        return "always"
    if len(runs) == len(allowed):
        return "never"
    asks = [tool for tool in allowed if tool not in server.runs]
    return {"never": {"tool_names": runs}, "always": {"tool_names": asks}}
