"""The tools that the server runs itself, as a request asks for them.

https://platform.openai.com/docs/guides/tools
"""

from collections.abc import Iterator
from typing import Any, Final

from backend.config.settings import Settings
from backend.domain.assistant import CODE_INTERPRETER, FILE_SEARCH
from backend.domain.hosted_tool import IMAGE_GENERATION, WEB_SEARCH, HostedTool, mcp_server
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
