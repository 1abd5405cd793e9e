"""Variables of the environment in the texts of an entry."""

import re
from collections.abc import Mapping
from typing import Final

from backend.mcp.entries import InvalidConfiguration

_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE: Final = re.compile(r"(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


MAX_TEXTS: Final = 1_000
MAX_CHARS: Final = 100_000
"""Of all texts of an entry. A system takes 131,071 bytes in a single argument or variable."""


class Filled:
    """Fills `${NAME}`, `${NAME:-default}` and `${env:NAME}` in. Raises `InvalidConfiguration`, also
    for more texts than one entry may have."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._texts, self._chars = 0, 0
        self.used: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        self._texts += 1
        self._take(text)
        return _PLACEHOLDER.sub(self._value, text)

    def _take(self, text: str) -> None:
        self._chars += len(text)
        if self._texts > MAX_TEXTS or self._chars > MAX_CHARS:
            raise InvalidConfiguration(
                f"It may have {MAX_TEXTS:,} arguments, variables and headers at most, of {MAX_CHARS:,} "
                "characters in all."
            )

    def _value(self, found: re.Match[str]) -> str:
        if found[1] == "userHome" and "HOME" in self._environment:
            return self._environment["HOME"]
        variable = _VARIABLE.fullmatch(found[1])
        if variable is None:
            raise InvalidConfiguration(
                f"Replace {found[0]} by its value: it is not filled in here."
            )
        name, default = variable.groups()
        value = self._environment.get(name) or default
        if value is None:
            raise InvalidConfiguration(
                f"It needs {name}, which is not set in the environment of the server."
            )
        self._take(value)
        self.used[name] = value
        return value
