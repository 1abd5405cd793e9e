"""The tools that servers listed last, each server's in a file of the data folder, so that an assistant
has the same after a restart while connections come up."""

import hashlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import Field, TypeAdapter, ValidationError

from backend.config import text_file
from backend.domain.errors import SettingsFileError
from backend.domain.frozen_model import FrozenModel
from backend.mcp.remote_tool import RemoteTool
from backend.mcp.secrets import shown_target
from backend.mcp.server_config import ServerConfig

log = logging.getLogger(__name__)

FOLDER: Final = "mcp-tools"


@dataclass(frozen=True, slots=True)
class KnownTools:
    tools: tuple[RemoteTool, ...] = ()
    """As they were last listed."""
    called: Mapping[str, RemoteTool] = field(default_factory=dict)
    """Each by its name, as it was when it was last called."""


class _Listed(FrozenModel):
    name: str
    target: str
    """What the server was: the tools are those of no other program or address."""
    tools: tuple[RemoteTool, ...]
    called: dict[str, RemoteTool] = Field(default_factory=dict)


_LISTED: Final = TypeAdapter(_Listed)


class ToolFiles:
    """Its methods block: they are meant for a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, config: ServerConfig) -> KnownTools:
        """Returns what is known of a server's tools. What was called counts also for another version
        of the program."""
        path = self._path(config.name)
        try:
            listed = _LISTED.validate_json(text_file.read(path) or "null")
        except (SettingsFileError, ValidationError):
            if path.exists():
                log.warning("The tools in %s cannot be read, and are listed anew.", path.name)
            return KnownTools()
        is_same = listed.target == shown_target(config)
        return KnownTools(listed.tools if is_same else (), listed.called)

    def write(self, config: ServerConfig, known: KnownTools) -> None:
        listed = _Listed(
            name=config.name,
            target=shown_target(config),
            tools=known.tools,
            called=dict(known.called),
        )
        text = _LISTED.dump_json(listed).decode()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._path(config.name)
            if text_file.read(path) != text:
                text_file.change(path, lambda _: text)
        except (OSError, SettingsFileError) as error:
            log.warning("The tools of the MCP server %s are not kept: %s", config.name, error)

    def keep_only(self, names: Collection[str]) -> None:
        """Forget the tools of all other servers."""
        kept = {self._path(name) for name in names}
        for path in self._folder.glob("*.json"):
            if path not in kept:
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        mark = hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32]
        return self._folder / f"{mark}.json"
