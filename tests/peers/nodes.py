"""Servers that share a database and the key that signs cookies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from httpx2 import AsyncClient
from starlette.applications import Starlette

from backend.app import create_app
from backend.config.configuration import Configuration
from tests.patience import PATIENCE_S
from tests.ports import free_port
from tests.rest import rest
from tests.running import FixedPool, Running, ScriptSocket
from tests.scripted import ScriptedUpstream
from tests.serving import serve

KEY = "shared-by-the-processes-of-these-tests"


@dataclass
class Node(Running):
    app: Starlette
    peer_url: str

    def cookie_of(self, socket: ScriptSocket) -> str:
        """The visitor's cookie as a browser sends it here: its name holds the port."""
        name, _, value = socket.cookie.partition("=")
        return f"{name.rpartition('_')[0]}_{urlsplit(self.url).port}={value}"

    def rest_of(self, socket: ScriptSocket) -> AsyncClient:
        return rest(self.url, headers={"Cookie": self.cookie_of(socket)})


@dataclass
class Cluster:
    folder: Path
    database_url: str

    @asynccontextmanager
    async def node(
        self, name: str, upstream: ScriptedUpstream | None = None, **settings: Any
    ) -> AsyncIterator[Node]:
        port = free_port()
        defaults = {
            "data_dir": self.folder / name,
            "database_url": self.database_url,
            "weather_source": "sample",
            "code_interpreter": "off",
            "stop_grace_s": 0,
            "tool_timeout_s": PATIENCE_S,
            "peer_port": port,
            "secret_key": KEY,
        }
        configuration = Configuration(self.folder / f"{name}.env", **(defaults | settings))
        app = create_app(configuration, upstreams=FixedPool(upstream or ScriptedUpstream()))
        async with serve(app) as url:
            yield Node(url, app, f"http://127.0.0.1:{port}")

    def free_homes(self) -> None:
        """As if the processes that have them had died."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute("UPDATE homes SET node_id = NULL")
