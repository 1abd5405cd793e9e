"""Variables of the environment in the texts of an entry."""

import re
from collections.abc import Mapping
from typing import Final

from backend.mcp.entries import InvalidConfiguration

_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")
_VARIABLE: Final = re.compile(r"(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


class Filled:
    """Fills `${NAME}`, `${NAME:-default}` and `${env:NAME}` in. Raises `InvalidConfiguration`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.used: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        return _PLACEHOLDER.sub(self._value, text)

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
        self.used[name] = value
        return value
