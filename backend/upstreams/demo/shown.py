"""Calls of the functions that show a chart, a map or tools: which are asked for, and what came of them."""

import json
import re
from collections.abc import Sequence

from backend.domain.assistant import FIND_TOOLS
from backend.domain.text import json_text

CHART_CSV = "chart_csv"
SEARCH_PLACES = "search_places"

_POLITE = r"^(?:please\s+|can you\s+|now\s+|and\s+)*"
_CHART = re.compile(
    rf"{_POLITE}(?:(?:draw|show|make|give|plot)\s+)?(?:me\s+)?(?:an?\s+|the\s+)?"
    r"(?:(line|bar|area|scatter)[\s-]+)?(?:chart|plot)\b",
    re.IGNORECASE,
)
_PLACES = re.compile(
    rf"{_POLITE}(?:(?:find|show|search|list|which|what)\s+)?(?:me\s+|for\s+)?(?:the\s+|all\s+)?"
    r"(?:places|cities|capitals)\s+(?:are\s+)?(?:there\s+)?(?:in|of)\s+(?P<in>[^?!.]+)"
    rf"|{_POLITE}(?:show\s+(?:me\s+)?)?(?:an?\s+|the\s+)?map\s+of\s+(?:(?:the\s+)?(?:places|cities)\s+in\s+)?(?P<of>[^?!.]+)"
    rf"|{_POLITE}how far is(?: it from)?\s+(?P<to>[^?!.]+?)\s+(?:from|to)\s+(?P<far>[^?!.]+)",
    re.IGNORECASE,
)
_TOOLS = re.compile(
    rf"{_POLITE}(?:(?:find|search|look for|is there)\s+)?(?:me\s+|for\s+)?(?:an?\s+|the\s+|any\s+)?tools?\s+"
    r"(?:for|to|that|which|about|with)\s+(?P<query>[^?!]+)",
    re.IGNORECASE,
)
_FROM = re.compile(r",?\s+(?:and\s+)?(?:seen\s+)?from\s+", re.IGNORECASE)


def shown_call(
    text: str, functions: frozenset[str], tables: Sequence[str]
) -> tuple[str, str] | None:
    """Returns name and arguments of the call that a message asks for.

    `tables` are the CSV files of the thread, oldest first.
    """
    if FIND_TOOLS in functions and (asked := _TOOLS.match(text)):
        return FIND_TOOLS, json_text({"query": asked["query"].strip()})
    if CHART_CSV in functions and (asked := _CHART.match(text)):
        named = [name for name in tables if name.casefold() in text.casefold()]
        if named or (tables and asked[1]) or re.search(r"\b(?:csv|file|table|data)\b", text, re.I):
            arguments = {"file": named[-1] if named else None, "kind": (asked[1] or "line").lower()}
            return CHART_CSV, json_text(arguments)
    if SEARCH_PLACES in functions and (asked := _PLACES.match(text)):
        query, *origin = _FROM.split(
            (asked["in"] or asked["of"] or asked["to"]).strip(), maxsplit=1
        )
        return SEARCH_PLACES, json_text(
            {"query": query, "distance_from": asked["far"] or (origin[0] if origin else None)}
        )
    return None


def told(name: str, output: str) -> str | None:
    """Returns an output in words, None if it is not one of these functions'."""
    try:
        value = json.loads(output)
    except ValueError:
        return None
    match name, value:
        case "chart_csv", {"kind": kind, "title": title, "series": [*series], "x": {"values": x}}:
            names = ", ".join(f"**{each['name']}**" for each in series)
            note = value.get("note")
            return f"Above is a {kind} chart of {title}: {names}, {len(x)} values each." + (
                f" {note}" if note else ""
            )
        case "search_places", {"points": [*points], "lines": [*lines]}:
            listed = [f"- **{each['name']}**, {each['text']}" for each in points]
            shown = listed[1:] if lines else listed
            note = value.get("note")
            return "\n".join(
                [
                    f"The map above shows {len(shown)} {'place' if len(shown) == 1 else 'places'}"
                    + (f" and the way from **{points[0]['name']}**" if lines else "")
                    + (f". {note}" if note else ":"),
                    "",
                    *shown[:10],
                    *([f"- and {len(shown) - 10} more"] if len(shown) > 10 else []),
                ]
            )
        case "find_tools", {"tools": [*tools]} if tools:
            listed = [
                f"- `{each['name']}` of {each['server']}: {each['server_says']['description'][:200]}"
                for each in tools
            ]
            return "\n".join(
                [
                    "These tools have words of that. Each can be called by its name now, as in "
                    f"`call {tools[0]['name']}`:",
                    "",
                    *listed,
                ]
            )
        case "find_tools", {"note": str(note)}:
            return note
        case _:
            return None
