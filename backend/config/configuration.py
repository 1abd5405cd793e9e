"""The settings in force and their sources. `.env` is read again after every change to it."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backend.config import dotenv
from backend.config.nearest_setting import nearest_setting
from backend.config.settings import Settings
from backend.domain.errors import ChangedMeanwhile, InvalidRequest, InvalidSettings

T = TypeVar("T")

Source = Literal["command_line", "environment", "database", "env_file", "default"]

_PLACES: dict[Source, str] = {
    "command_line": "on the command line",
    "environment": "in the environment of the server",
    "database": "in the database",
    "env_file": "in .env",
    "default": "by default",
}


class SharedSettings(Protocol):
    """What several processes have set together. Raises `StoreUnavailable`.

    None in the place of a value: nothing is set, whatever a process has in its `.env`.
    """

    @property
    def problem(self) -> str | None:
        """What could not be read last, in a sentence."""

    async def read(self) -> Mapping[str, str | None]: ...

    async def write(self, changes: Mapping[str, str | None]) -> None:
        """Raises `ChangedMeanwhile` where they are not what was read last; then nothing changes."""


class Configuration:
    """Holds the current `Settings`. Ask for a setting when you need it: it may have changed.

    `overrides` come from the command line and win over every other source. Names of settings
    may be upper or lower case.
    """

    def __init__(self, env_file: Path = Path(".env"), **overrides: Any) -> None:
        """Raises `SettingsFileError` and `InvalidSettings`."""
        self.env_file = env_file
        self.other_secrets: set[str] = set()
        """Secrets that are no settings, such as the tokens of MCP servers. They are never logged."""
        self._overrides = {name: value for name, value in overrides.items() if value is not None}
        self._file: dict[str, str] = {}
        self._shared: SharedSettings | None = None
        self._of_all: dict[str, str | None] = {}
        """What is set for all processes, by lower-case name."""
        self.settings = self.reload()

    def reload(self) -> Settings:
        """Read all sources again. Raises as `__init__` does, and changes nothing then."""
        before, self._file = self._file, _settings_of(dotenv.read(self.env_file))
        try:
            self.settings = self.preview({})
        except InvalidSettings:
            self._file = before
            raise
        return self.settings

    @property
    def is_shared(self) -> bool:
        """Whether settings are kept for several processes, and not in `.env`."""
        return self._shared is not None

    @property
    def problem(self) -> str | None:
        """What of the shared settings cannot be read here, in a sentence."""
        return self._shared.problem if self._shared is not None else None

    async def share(self, shared: SharedSettings) -> None:
        """From now on settings are kept there, and what is there wins over `.env`. Raises as `refresh`."""
        self._shared = shared
        await self.refresh()

    async def refresh(self) -> Settings:
        """Read again what others may have changed: the shared settings, or `.env`.

        Raises as `reload` does and `StoreUnavailable`, and changes nothing then.
        """
        if self._shared is None:
            return await asyncio.to_thread(self.reload)
        before, found = self._of_all, await self._shared.read()
        self._of_all = _settings_of(found)
        try:
            # Who compares settings by their identity need not make anything anew.
            if self._of_all != before:
                self.settings = self.preview({})
        except InvalidSettings:
            self._of_all = before
            raise
        return self.settings

    async def save(
        self, changes: Mapping[str, str | None], decided_on: Settings | None = None
    ) -> list[str]:
        """Set settings, or remove those whose value is None, where they are kept. In force at once.

        Returns one sentence for each setting that another source overrides. Raises as `write` does,
        `StoreUnavailable`, and `ChangedMeanwhile` where another process has changed the settings that
        the changes were decided on.
        """
        if self._shared is None:
            return await asyncio.to_thread(self.write, changes)
        if decided_on not in (None, self.settings):
            raise ChangedMeanwhile
        self.preview(changes)
        await self._shared.write(changes)
        await self.refresh()
        return self._overridden(changes, "the database")

    def source(self, name: str) -> Source:
        """Returns the source of the value of the setting `name`."""
        name = name.lower()
        if name in self._overrides:
            return "command_line"
        if name in _environment():
            return "environment"
        if name in self._of_all:
            return "database" if self._of_all[name] else "default"
        return "env_file" if self._file.get(name) else "default"

    def writable(self, name: str) -> bool:
        """Whether a value that is saved would be in force."""
        return self.source(name) in {"database", "env_file", "default"}

    def preview(self, changes: Mapping[str, str | None]) -> Settings:
        """Returns the settings as they would be if nothing overrode `changes`.

        Raises `InvalidRequest`, its `field` the setting's name, for an invalid value among
        `changes`, and `InvalidSettings` for an invalid value elsewhere. No message holds a value.
        """
        changed = {name.lower(): value for name, value in changes.items()}
        if unknown := changed.keys() - Settings.model_fields.keys():
            raise ValueError(f"no such setting: {', '.join(unknown)}")
        environment = _environment()
        values: dict[str, Any] = {
            name: value
            for name, value in (self._file | self._of_all).items()
            if value and name not in environment and name not in changed
        }
        values |= self._overrides
        values |= {name: value for name, value in changed.items() if value}
        try:
            return Settings(**values)
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False, include_context=False, include_input=False)
        ours = [error for error in errors if error["loc"][0] in changed]
        if ours:
            field = str(ours[0]["loc"][0]).upper()
            raise InvalidRequest(f"{field} {_reason(ours[0])}.", field=field)
        raise InvalidSettings(" ".join(self._sentence(error) for error in errors))

    def write(self, changes: Mapping[str, str | None]) -> list[str]:
        """Set settings in `.env`, or remove those whose value is None, and read all sources again.

        Returns one sentence for each setting that another source overrides. Blocks on the disk.
        Raises as `preview` does, and `SettingsFileError`, and changes nothing then.
        """
        self.preview(changes)
        dotenv.update(self.env_file, changes)
        self.reload()
        return self._overridden(changes, ".env")

    def misspelt(self) -> list[str]:
        """Returns one sentence for each name in `.env` that is no setting but looks like one.

        Raises `SettingsFileError`.
        """
        meant = {
            name: nearest_setting(name)
            for name in dotenv.read(self.env_file)
            if name.lower() not in Settings.model_fields
        }
        return [
            f"{name} in {self.env_file.name} is no setting and does nothing. Did you mean {nearest}?"
            for name, nearest in meant.items()
            if nearest is not None
        ]

    @property
    def mcp_config(self) -> Path:
        """The file that names MCP servers."""
        return self.settings.mcp_config or self.env_file.with_name("mcp.json")

    def _overridden(self, changes: Mapping[str, str | None], place: str) -> list[str]:
        return [
            f"{name} was {'removed from' if value is None else 'written to'} {place}, but it is also "
            f"set {_PLACES[self.source(name)]}, and that wins. Unset it there to use {place}."
            for name, value in changes.items()
            if not self.writable(name)
        ]

    def _sentence(self, error: ErrorDetails) -> str:
        name = str(error["loc"][0])
        return f"{name.upper()} {_PLACES[self.source(name)]} {_reason(error)}."


def _reason(error: ErrorDetails) -> str:
    """Returns pydantic's words, such as `should be a valid integer`. They never hold the input."""
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return message.removeprefix("String ").split(", unable to parse")[0]


def _settings_of(file: Mapping[str, T]) -> dict[str, T]:
    """Returns the assignments that are settings; the file may hold others."""
    values = {name.lower(): value for name, value in file.items()}
    return {name: value for name, value in values.items() if name in Settings.model_fields}


def _environment() -> frozenset[str]:
    """Returns the lower-case names of the variables that are set and not empty."""
    return frozenset(name.lower() for name, value in os.environ.items() if value)
