"""The apps of a server: which tool has one, and the page, read field by field.

https://github.com/modelcontextprotocol/ext-apps/blob/main/specification/2026-01-26/apps.mdx
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any, Final

from mcp.client.extension import advertise
from mcp_types import BlobResourceContents, ReadResourceResult, TextResourceContents

from backend.domain.app import ANY, AppDomains, AppResource, is_origin
from backend.domain.text import clean_text
from backend.mcp.failures import CallFailed
from backend.mcp.remote_tool import shown_text
from backend.tools.app import App

_TYPE: Final = "text/html;profile=mcp-app"

UI: Final = advertise("io.modelcontextprotocol/ui", {"mimeTypes": [_TYPE]})
"""What servers are told of us."""

_MAX_DOMAINS: Final = 50


def app_of(meta: object) -> tuple[str | None, frozenset[str]]:
    """Returns the address of a tool's app, and who may call the tool."""
    ui = _fields(_fields(meta).get("ui"))
    uri = ui.get("resourceUri") or _fields(meta).get("ui/resourceUri")
    callers = ui.get("visibility")
    known = {"model", "app"}
    if isinstance(callers, list):
        known &= {each for each in callers if isinstance(each, str)}
    is_app = isinstance(uri, str) and uri.startswith("ui://")
    return str(uri) if is_app else None, frozenset(known)


def app_in(result: ReadResourceResult, title: str) -> App:
    """Returns the app that was read. Raises `CallFailed` if it is none."""
    for content in result.contents:
        if (content.mime_type or "").replace(" ", "").lower() != _TYPE:
            continue
        ui = _fields(_fields(content.meta).get("ui"))
        csp = _fields(ui.get("csp"))
        border = ui.get("prefersBorder")
        return App(
            _text(content),
            title=shown_text(title, 200) or None,
            domains=AppDomains(
                connect=_origins(csp.get("connectDomains")),
                resource=_origins(csp.get("resourceDomains")),
                frame=_origins(csp.get("frameDomains")),
                base_uri=_origins(csp.get("baseUriDomains")),
            ),
            prefers_border=border if isinstance(border, bool) else None,
        )
    raise CallFailed(f"The resource of its app is not of the type {_TYPE}.")


def contents_of(
    result: ReadResourceResult, limit: int, redacted: Callable[[str], str]
) -> tuple[AppResource, ...]:
    """Returns what was read. Raises `CallFailed` for more than `limit` characters."""
    size = sum(
        len(each.text if isinstance(each, TextResourceContents) else each.blob)
        for each in result.contents
    )
    if size > limit:
        raise CallFailed(f"The resource has more than {limit:,} characters.")
    return tuple(
        AppResource(
            uri=clean_text(redacted(each.uri)),
            mime_type=each.mime_type,
            text=clean_text(redacted(each.text))
            if isinstance(each, TextResourceContents)
            else None,
            blob=each.blob if isinstance(each, BlobResourceContents) else None,
        )
        for each in result.contents
    )


def _text(content: TextResourceContents | BlobResourceContents) -> str:
    if isinstance(content, TextResourceContents):
        return content.text
    try:
        return base64.b64decode(content.blob, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        raise CallFailed("The page of its app is not base64.") from None


def _origins(value: object) -> tuple[str, ...]:
    """Returns those that can stand in a policy; nothing is granted for any other."""
    listed = value if isinstance(value, list) else []
    clean = (each.rstrip("/").lower() for each in listed if isinstance(each, str))
    return tuple(each for each in clean if each != ANY and is_origin(each))[:_MAX_DOMAINS]


def _fields(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
