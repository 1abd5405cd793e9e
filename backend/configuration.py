"""The settings in force, and where each came from. Re-read after every change to `.env`."""

import os
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values

from backend.settings import Settings

Source = Literal["command_line", "environment", "env_file", "default"]


class Configuration:
    """Holds the current `Settings`; whoever needs one asks at the time of need.

    `overrides` are the command line's and win over everything.
    """

    def __init__(self, env_file: Path = Path(".env"), **overrides: Any) -> None:
        self.env_file = env_file
        self._overrides = {name: value for name, value in overrides.items() if value is not None}
        self.settings = self._read()

    def reload(self) -> Settings:
        """Read all sources again. Raises `pydantic.ValidationError`."""
        self.settings = self._read()
        return self.settings

    def source(self, name: str) -> Source:
        """Which source won for the setting `name` (lower case, as in `Settings`)."""
        if name in self._overrides:
            return "command_line"
        if any(key.lower() == name and value for key, value in os.environ.items()):
            return "environment"
        if any(
            key.lower() == name and value
            for key, value in dotenv_values(self.env_file, interpolate=False).items()
        ):
            return "env_file"
        return "default"

    def _read(self) -> Settings:
        return Settings(_env_file=self.env_file, _env_file_encoding="utf-8", **self._overrides)
