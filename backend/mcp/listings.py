"""Lists that a server gives page by page: within limits, and without entries that nobody could use.

One odd tool costs that tool, where the SDK would refuse the whole list. What is left out is told in
the page's `_meta`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mcp.shared.inbound import find_invalid_x_mcp_header
from mcp_types.methods import parse_server_result
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from backend.domain.text import json_text
from backend.mcp.failures import LeftOut
from backend.mcp.remote_tool import shown_text

MAX_PAGES: Final = 200
MAX_LIST_BYTES: Final = 8 * 1024 * 1024
"""Of all pages together, as JSON."""
MAX_ENTRY_BYTES: Final = 128 * 1024
MAX_NAME_CHARS: Final = 256
"""Twice what the protocol advises."""
MAX_TOLD: Final = 50
"""Of the entries of a page that are left out, how many are told of."""

_ENTRIES: Final[Mapping[str, str]] = {
    "tools/list": "tools",
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}
_LEFT_OUT: Final = "runstream/leftOut"


@dataclass(slots=True)
class _Listed:
    """What came of a list so far."""

    pages: int = 0
    size: int = 0


class Listings:
    """Knows how much of each list has come."""

    def __init__(self) -> None:
        self._listed: dict[str, _Listed] = {}

    def page(
        self, method: str, cursor: object, version: str, result: dict[str, Any]
    ) -> dict[str, Any]:
        """Returns a result as the SDK may read it; `method` and `cursor` are those of its request."""
        key = _ENTRIES.get(method)
        if key is None or not isinstance(entries := result.get(key), list):
            return result
        result = {**result, key: (entries := [_mended(key, entry) for entry in entries])}
        listed = self._listed.setdefault(method, _Listed())
        if cursor is None:
            listed.pages = listed.size = 0
        listed.pages += 1
        left_out = list[LeftOut]()
        kept = list[Any]()
        rest = {**result, key: []}
        sound = _is_sound(method, version, result)
        # What else is wrong with the page is for the SDK to refuse.
        sifts = not sound and _is_sound(method, version, rest)
        is_full = False
        for number, entry in enumerate(entries, 1):
            size = len(json_text(entry).encode(errors="replace"))
            reason = _oversize(size)
            if reason is None and sifts:
                reason = _oddity(method, version, {**rest, key: [entry]}, key)
            if reason is None and key == "tools":
                reason = _odd_name(entry)
            if reason is None and version in MODERN_PROTOCOL_VERSIONS and key == "tools":
                reason = _odd_headers(entry)
            if reason is not None:
                left_out.append(LeftOut(_name(entry, number), reason))
                continue
            if listed.size + size > MAX_LIST_BYTES:
                is_full = True
                break
            listed.size += size
            kept.append(entry)
        page = {**result, key: kept}
        if result.get("nextCursor") is not None and (is_full or listed.pages >= MAX_PAGES):
            page.pop("nextCursor")
            is_full = True
        if is_full:
            left_out.insert(0, LeftOut("The rest", "The list is longer than can be kept here."))
        meta = result.get("_meta")
        if left_out or (isinstance(meta, dict) and _LEFT_OUT in meta):
            told = [[each.name, each.reason] for each in left_out[:MAX_TOLD]]
            page["_meta"] = {**(meta if isinstance(meta, dict) else {}), _LEFT_OUT: told}
        return page


def left_out_of(meta: Mapping[str, Any] | None) -> Iterator[LeftOut]:
    """Yields what was left out of a page, from its `_meta`."""
    for name, reason in (meta or {}).get(_LEFT_OUT, ()):
        yield LeftOut(name, reason)


def _mended(key: str, entry: Any) -> Any:
    """Returns a tool without arguments as it should be written, which some servers do not do."""
    if key != "tools" or not isinstance(entry, dict):
        return entry
    schema = entry.get("inputSchema")
    if schema is not None and (not isinstance(schema, dict) or "type" in schema):
        return entry
    return {**entry, "inputSchema": {"type": "object", **(schema or {})}}


def _is_sound(method: str, version: str, result: Mapping[str, Any]) -> bool:
    return _problem(method, version, result) is None


def _problem(method: str, version: str, result: Mapping[str, Any]) -> ValidationError | None:
    try:
        parse_server_result(method, version, result)
    except ValidationError as error:
        return error
    except (KeyError, ValueError):
        # A list or a revision that the SDK does not know, which it will not read either.
        pass
    return None


def _oddity(method: str, version: str, result: Mapping[str, Any], key: str) -> str | None:
    problem = _problem(method, version, result)
    if problem is None:
        return None
    first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part not in (key, 0))
    return f"{place or 'It'}: {first['msg']}."


def _oversize(size: int) -> str | None:
    if size <= MAX_ENTRY_BYTES:
        return None
    return f"Its description has {size:,} bytes, more than {MAX_ENTRY_BYTES:,}."


def _odd_name(tool: Any) -> str | None:
    name = tool.get("name") if isinstance(tool, dict) else None
    if not isinstance(name, str):
        return None  # The SDK refuses that.
    if not shown_text(name, MAX_NAME_CHARS).strip():
        return "It has no name."
    if len(name) > MAX_NAME_CHARS:
        return f"Its name has {len(name):,} characters, more than {MAX_NAME_CHARS}."
    return None


def _odd_headers(tool: Any) -> str | None:
    schema = tool.get("inputSchema") if isinstance(tool, dict) else None
    reason = find_invalid_x_mcp_header(schema) if isinstance(schema, dict) else None
    return None if reason is None else f"Its x-mcp-header cannot be used: {reason}."


def _name(entry: Any, number: int) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    shown = shown_text(name, 80) if isinstance(name, str) else ""
    return shown or f"number {number}"
