"""All servers of the configuration, each with its connection, which follow it when it changes."""

import asyncio
import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from backend.config import text_file
from backend.config.secret_box import SealBroken
from backend.domain.assistant import FUNCTION_PREFIX
from backend.domain.errors import NotFound, SettingsFileError
from backend.domain.hosted_tool import MCP_PREFIX
from backend.file_changes import file_changes
from backend.mcp.config_text import edited
from backend.mcp.connection import Connection
from backend.mcp.dialogue import HeldCalls
from backend.mcp.entries import InvalidConfiguration, entries_of
from backend.mcp.login_files import LoginFiles
from backend.mcp.names import tool_names
from backend.mcp.remote_tool import RemoteTool
from backend.mcp.secrets import secrets_in
from backend.mcp.server_config import (
    ServerConfig,
    server_config,
)
from backend.mcp.tool_files import ToolFiles
from backend.mcp.watchdog import Watchdog
from backend.store.sealed_texts import SealedTexts

log = logging.getLogger(__name__)

MAX_FILE_BYTES: Final = 1_000_000
SHARED_NAME: Final = "mcp.json"
"""Of the configuration in the database."""


@dataclass(frozen=True, slots=True)
class NamedTool:
    """A tool under the name by which models call it."""

    name: str
    tool: RemoteTool
    connection: Connection

    @property
    def server(self) -> str:
        return self.connection.config.name

    @property
    def is_enabled(self) -> bool:
        config = self.connection.config
        return not config.is_disabled and self.tool.name not in config.disabled_tools

    def is_given(self, wanted: Collection[str]) -> bool:
        """Whether a model gets it whose assistant has these tools."""
        names = (
            MCP_PREFIX + self.server,
            f"{MCP_PREFIX}{self.server}/{self.tool.name}",
            FUNCTION_PREFIX + self.name,
        )
        is_wanted = any(name in wanted for name in names)
        return is_wanted and self.is_enabled and "model" in self.tool.callers


class McpServers:
    """`open` it, then `follow` the file for as long as the server runs."""

    def __init__(
        self,
        path: Path,
        taken: Callable[[], Collection[str]],
        secrets: set[str],
        logins: LoginFiles,
        tool_files: ToolFiles | None = None,
    ) -> None:
        """`taken` returns the names that other tools have by now. `secrets` gets every secret that
        the configuration holds. Without `tool_files` no tool is known before its server is."""
        self.path = path
        self.problem: str | None = None
        """Why the configuration cannot be read."""
        self._shared: SealedTexts | None = None
        self._text: str | None = None
        """As it was read last."""
        self._taken = taken
        self.entries: dict[str, Any] = {}
        """As they are written, secrets included."""
        self._reloading = asyncio.Lock()
        self._connections: dict[str, Connection] = {}
        self._secrets = secrets
        self._logins = logins
        self._tool_files = tool_files
        self._watchdog = Watchdog()
        self.held = HeldCalls()

    def share(self, texts: SealedTexts) -> None:
        """Have what is changed here kept there, for several processes. Call it before `open`; the file
        counts until something is."""
        self._shared = texts

    async def learn(self) -> None:
        """Take over what other processes have changed. Raises `StoreUnavailable`."""
        for name in await self._logins.learn():
            connection = self._connections.get(name)
            if connection is not None and (
                connection.login is None or connection.status.state == "needs_login"
            ):
                connection.renew()
        if self._shared is not None and await self._read() != self._text:
            await self.reload()

    async def open(self) -> None:
        await self._logins.open()
        await self.reload()

    async def close(self) -> None:
        await self.held.close()
        await asyncio.gather(*(each.close() for each in self._connections.values()))
        await asyncio.to_thread(self._watchdog.close)

    async def follow(self) -> None:
        """Runs for ever: reads the file again whenever it changes."""
        folder = self.path.resolve().parent
        if not await asyncio.to_thread(folder.is_dir):
            log.warning("There is no folder %s, so %s is not watched.", folder, self.path.name)
            return
        names = {self.path.name, self.path.resolve().name}
        changes = file_changes(
            folder, watch_filter=lambda _, path: Path(path).name in names, recursive=False
        )
        async for _ in changes:
            await self.reload()

    def connections(self) -> tuple[Connection, ...]:
        """Returns those of all entries, in the order of the file."""
        return tuple(self._connections.values())

    def connection(self, name: str) -> Connection:
        """Raises `NotFound`."""
        if name not in self._connections:
            raise NotFound(f"There is no MCP server {name[:64]!r}.", code="mcp_server_missing")
        return self._connections[name]

    def names(self) -> tuple[str, ...]:
        """Returns the servers that are not switched off, as an assistant is given them."""
        configs = (each.config for each in self.connections())
        return tuple(MCP_PREFIX + config.name for config in configs if not config.is_disabled)

    def tool_names(self) -> frozenset[str]:
        """Returns the single tools, as an assistant is given them."""
        return frozenset(f"{MCP_PREFIX}{each.server}/{each.tool.name}" for each in self.tools())

    def tools(self) -> tuple[NamedTool, ...]:
        """Returns the tools of all servers by server and name, switched off ones included."""
        found = {
            (connection.config.name, tool.name): (connection, tool)
            for connection in self._connections.values()
            for tool in connection.tools.listed
        }
        if not found:
            # Most people have no servers, and this is asked at the start of each run.
            return ()
        names = tool_names(found, self._taken())
        return tuple(
            NamedTool(names[key], tool, connection)
            for key, (connection, tool) in sorted(found.items(), key=lambda item: item[0])
            if key in names
        )

    def on_trial(self, config: ServerConfig) -> Connection:
        """Returns a connection that belongs to who asked for it."""
        self._keep_secrets(config)
        return Connection(config, secrets=self._secrets, watchdog=self._watchdog)

    async def reload(self) -> None:
        """Read it again. What was read before stays in force if it cannot be used. Raises
        `StoreUnavailable`."""
        async with self._reloading:
            try:
                text = await self._read()
                entries = entries_of(text)
            except (InvalidConfiguration, SettingsFileError, SealBroken) as error:
                self.problem = f"{self.path.name} cannot be used: {error}"
                log.warning("%s", self.problem)
                return
            self.problem, self._text = None, text
            self.entries = entries
            await self._apply({name: configured(name, entry) for name, entry in entries.items()})

    async def write(self, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
        """Change it, and follow that. `change` gets the entries as they are written, and returns
        those that are new or changed, None for one that is to go.

        Raises `InvalidConfiguration`, `SettingsFileError`, `SealBroken`, `StoreUnavailable` and what
        `change` raises; then nothing changes.
        """

        def changed(text: str) -> str:
            return edited(text, change(entries_of(text)))

        before = self.entries
        if self._shared is not None:
            file = await self._read_file()
            await self._shared.change(
                SHARED_NAME, lambda kept: _bounded(changed(file if kept is None else kept))
            )
        else:
            await asyncio.to_thread(text_file.change, self.path, changed, MAX_FILE_BYTES)
        await self.reload()
        for name in before.keys() - self.entries.keys():
            await self._logins.remove(name)

    async def _read(self) -> str:
        kept = await self._shared.get(SHARED_NAME) if self._shared is not None else None
        return await self._read_file() if kept is None else kept

    async def _read_file(self) -> str:
        return await asyncio.to_thread(text_file.read, self.path, MAX_FILE_BYTES)

    async def _apply(self, configs: Mapping[str, ServerConfig]) -> None:
        before = self._connections
        kept = {
            name: connection
            for name, connection in before.items()
            if name in configs and connection.config.connects_like(configs[name])
        }
        ended = [connection for name, connection in before.items() if name not in kept]
        made = {name: self._made(config) for name, config in configs.items() if name not in kept}
        await asyncio.to_thread(self._remember, made.values(), configs.keys())
        self._connections = {name: kept.get(name) or made[name] for name in configs}
        for config in configs.values():
            self._connections[config.name].config = config
            self._keep_secrets(config)
            if config.problem is not None:
                log.warning("The MCP server %r is left out: %s", config.name, config.problem)
        await asyncio.gather(*(connection.close() for connection in ended))
        for connection in made.values():
            connection.start()

    def _made(self, config: ServerConfig) -> Connection:
        return Connection(
            config,
            self._logins,
            partial(self.held.completed, config.name),
            secrets=self._secrets,
            watchdog=self._watchdog,
            keep=self._tool_files.write if self._tool_files is not None else lambda *_: None,
        )

    def _remember(self, made: Iterable[Connection], names: Collection[str]) -> None:
        """Give new connections the tools that their servers had."""
        if self._tool_files is None:
            return
        self._tool_files.keep_only(names)
        for connection in made:
            if connection.status.state == "starting":
                connection.tools.restore(self._tool_files.read(connection.config))

    def _keep_secrets(self, config: ServerConfig) -> None:
        """Have the secrets of a configuration taken out of logs and outputs."""
        self._secrets |= secrets_in(config)


def _bounded(text: str) -> str:
    if len(text.encode(errors="surrogatepass")) > MAX_FILE_BYTES:
        raise SettingsFileError(
            f"{SHARED_NAME} may have {MAX_FILE_BYTES:,} bytes at most. Shorten it."
        )
    return text


def configured(name: str, entry: Any) -> ServerConfig:
    return server_config(name, entry, os.environ)
