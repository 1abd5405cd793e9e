"""What the tools of `backend.mcp_demo` are asked for in plain words, whatever its server is called here."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from backend.domain.text import json_text

_COLORS = {"red": "cc3333", "green": "339966", "blue": "3366cc", "yellow": "e0b000"}
_DAYS = r"(?:(?:for|of)\s+)?(?:(?P<days>\d{1,2})\s+days?\s+)?"


@dataclass(frozen=True, slots=True)
class _Phrase:
    tool: str
    shows: str
    example: str
    pattern: re.Pattern[str]
    arguments: Callable[[re.Match[str]], dict[str, Any]]


def _packing(asked: re.Match[str]) -> dict[str, Any]:
    days = {"days": int(asked["days"])} if asked["days"] else {}
    return {"where": asked["where"].strip()} | days


_PHRASES = (
    _Phrase(
        "count",
        "progress",
        "count to 5",
        re.compile(r"(?:please\s+)?count\s+(?:slowly\s+)?(?:up\s+)?to\s+(\d{1,3})\b", re.I),
        lambda asked: {"to": int(asked[1])},
    ),
    _Phrase(
        "picture",
        "a picture",
        "draw a blue square",
        re.compile(rf"(?:draw|show|paint|make)\b.*\b({'|'.join(_COLORS)})\s+square\b", re.I),
        lambda asked: {"color": _COLORS[asked[1].lower()]},
    ),
    _Phrase(
        "roll",
        "a structure",
        "add up the dice 3, 5 and 6",
        re.compile(r"add\s+(?:up\s+)?(?:the\s+)?dice\b[\s:]*((?:\d{1,3}(?:,|\s|and)*)+)", re.I),
        lambda asked: {"dice": [int(number) for number in re.findall(r"\d+", asked[1])]},
    ),
    _Phrase(
        "packing_list",
        "an app",
        "a packing list for 4 days in Oslo",
        re.compile(
            rf"(?:.*\bpacking\s+list\s+|(?:what\s+(?:shall|should|do)\s+I|help\s+me)\s+pack\s+){_DAYS}"
            r"(?:(?:for|in)\s+)?(?P<where>[^?!.,]{1,80})",
            re.I,
        ),
        _packing,
    ),
    _Phrase(
        "plan_trip",
        "questions to you",
        "plan a trip",
        re.compile(r"(?:please\s+)?plan\s+(?:me\s+)?a\s+trip\b", re.I),
        lambda asked: {},
    ),
    _Phrase(
        "fail",
        "an error",
        "let a tool fail",
        re.compile(r"let\s+(?:a|the)\s+tool\s+fail\b", re.I),
        lambda asked: {},
    ),
)


def mcp_call(text: str, functions: Collection[str]) -> tuple[str, str] | None:
    """Returns name and arguments of the call that a message asks for."""
    for phrase in _PHRASES:
        name = _name(phrase, functions)
        if name is not None and (asked := phrase.pattern.match(text)):
            return name, json_text(phrase.arguments(asked))
    return None


def mcp_examples(functions: Collection[str]) -> list[str]:
    """Returns what to say for each tool that is there, with what it shows."""
    there = (phrase for phrase in _PHRASES if _name(phrase, functions) is not None)
    return [f'"{phrase.example}" ({phrase.shows})' for phrase in there]


def _name(phrase: _Phrase, functions: Collection[str]) -> str | None:
    return next((name for name in sorted(functions) if name.endswith(f"__{phrase.tool}")), None)
