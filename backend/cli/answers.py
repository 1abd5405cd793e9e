"""Asks at the terminal about what a run waits for."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TextIO

from backend.domain.action import Action, Scope
from backend.domain.items import ToolItem

Read = Callable[[], Awaitable[str]]
"""Returns the next line with its end; an empty text at the end of the input."""

_CHOICES = "[y]es, [a]lways in this chat, [e]verywhere, [n]o, or other arguments as JSON"
_SCOPES: Mapping[str, Scope] = {"y": "once", "a": "thread", "e": "everywhere"}
_YES_NO = {"y": True, "yes": True, "n": False, "no": False}


class Left(Exception):
    """The input has ended, so nothing is decided."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    decision: Literal["allow", "deny", "answer", "skip"]
    scope: Scope = "once"
    arguments: dict[str, Any] | None = None
    reason: str | None = None


async def line_of(stream: TextIO) -> str:
    """Returns the next line. The thread that waits for it does not hold up the end of the program."""
    loop = asyncio.get_running_loop()
    read: asyncio.Future[str] = loop.create_future()

    def tell(line: str) -> None:
        if not read.done():
            read.set_result(line)

    def wait() -> None:
        line = stream.readline()
        loop.call_soon_threadsafe(tell, line)

    threading.Thread(target=wait, daemon=True).start()
    return await read


class Asker:
    def __init__(self, read: Read, say: Callable[[str], None]) -> None:
        self._read = read
        self._say = say

    async def ask(self, item: ToolItem, action: Action) -> GivenAnswer:
        """Ask until there is an answer. Raises `Left`."""
        if action.kind == "question":
            return await self._question(action)
        if action.within:
            return await self._confirmation(action)
        return await self._approval(action)

    async def _confirmation(self, action: Action) -> GivenAnswer:
        address = f"\n  Open {action.url} yourself, then say yes.\n " if action.url else ""
        self._say(
            f"? {action.asker or action.tool} asks: {action.message}{address} [y]es or [n]o: "
        )
        while (line := (await self._line()).lower()) not in _YES_NO:
            self._say("  [y]es or [n]o: ")
        if _YES_NO[line]:
            return GivenAnswer("allow")
        self._say("  Reason, if there is one: ")
        return GivenAnswer("deny", reason=await self._line() or None)

    async def _approval(self, action: Action) -> GivenAnswer:
        for change in action.changes:
            self._say(
                f"! Its server has changed its {change.what}.\n  Before: {change.before}\n"
                f"  Now: {change.after}\n"
            )
        self._say(
            f"? {action.tool.partition('@')[0]} asks to run with {action.arguments}\n  {_CHOICES}: "
        )
        while True:
            line = await self._line()
            if line.lower() in _SCOPES:
                return GivenAnswer("allow", _SCOPES[line.lower()])
            if line.lower() == "n":
                self._say("  Reason, if there is one: ")
                return GivenAnswer("deny", reason=await self._line() or None)
            match _json(line):
                case dict() as arguments:
                    return GivenAnswer("allow", arguments=arguments)
                case _:
                    self._say(f"  {_CHOICES}: ")

    async def _question(self, action: Action) -> GivenAnswer:
        again = f" (once more: {action.problem})" if action.problem else ""
        asker = f"{action.asker} asks: " if action.asker else ""
        self._say(f"? {asker}{action.message}{again}\n")
        required = action.form.get("required")
        answer: dict[str, Any] = {}
        properties = action.form.get("properties")
        for name, field in (properties if isinstance(properties, dict) else {}).items():
            needed = isinstance(required, list) and name in required
            value = await self._value(name, field if isinstance(field, dict) else {}, needed)
            if value is None and needed:
                return GivenAnswer("skip")
            if value is not None:
                answer[name] = value
        return GivenAnswer("answer", arguments=answer)

    async def _value(self, name: str, field: Mapping[str, Any], needed: bool) -> Any:
        """Returns None for an empty line."""
        of_list = field.get("type") == "array"
        choices = _choices(field["items"] if of_list else field)
        how = f" ({' / '.join(choices)})" if choices else ""
        how += " (several with commas)" if of_list else ""
        how += " (y/n)" if field.get("type") == "boolean" else ""
        how += " (empty: skip the question)" if needed else " (may be empty)"
        self._say(f"  {field.get('title', name)}{how}: ")
        while line := await self._line():
            match field.get("type"):
                case "array":
                    return [part.strip() for part in line.split(",") if part.strip()]
                case "boolean" if line.lower() in _YES_NO:
                    return _YES_NO[line.lower()]
                case "number" | "integer" if isinstance(number := _json(line), int | float):
                    return number
                case "boolean" | "number" | "integer":
                    self._say("  Once more: ")
                case _:
                    return line
        return None

    async def _line(self) -> str:
        line = await self._read()
        if not line:
            raise Left
        return line.strip()


def _choices(field: Mapping[str, Any]) -> list[str]:
    """Returns what can be chosen, with its title where that is another."""
    titled = field.get("oneOf")
    if not isinstance(titled, list):
        return [str(value) for value in field.get("enum", ())]
    pairs = ((str(each["const"]), str(each.get("title", each["const"]))) for each in titled)
    return [value if value == title else f"{value}: {title}" for value, title in pairs]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
