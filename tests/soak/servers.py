"""What the tabs talk to: one process, or several on one PostgreSQL database; and what befalls them."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from backend.config.settings import Settings
from tests.cluster.cluster import Cluster, cluster
from tests.cluster.node import Node
from tests.postgresql import postgresql_server
from tests.soak.server import Server

DOWN_S = 0.5
"""How long a process stays down after a kill, apart from the time that its start takes."""
AWAY_S = 6.0
"""How long one is stopped or cut off: longer than its lease."""

JOT = '''
from pathlib import Path

from backend.tools.function import function
from backend.tools.tool_context import ToolContext


@function()
def jot(text: str, context: ToolContext) -> str:
    """Jots something down."""
    with (Path(__file__).parent.parent / "jotted").open("a") as file:
        file.write(f"{context.run_id}\\n")
    return "Jotted down."
'''
"""A function that must not be called again for one run."""


class Servers(Protocol):
    @property
    def database(self) -> str: ...
    def port(self) -> int:
        """Returns where the next socket goes."""

    async def disturb(self) -> str:
        """Returns what befell one of them, once that is over."""

    async def stop(self) -> list[str]:
        """Stop them. Returns what was wrong."""


class _One:
    def __init__(self, server: Server) -> None:
        self._server = server
        self.database = f"sqlite+aiosqlite:///{server.data_dir / 'runstream.db'}"

    def port(self) -> int:
        return self._server.port

    async def disturb(self) -> str:
        await self._server.kill()
        await asyncio.sleep(DOWN_S)
        await self._server.start()
        return "kills"

    async def stop(self) -> list[str]:
        return _problems("The server", await self._server.stop(), self._server.log())


@asynccontextmanager
async def one_process(folder: Path, deltas_per_s: float) -> AsyncIterator[Servers]:
    async with Server(folder, deltas_per_s) as server:
        await server.start()
        yield _One(server)


class _Several:
    def __init__(self, cluster: Cluster, rng: random.Random) -> None:
        self._cluster = cluster
        self._rng = rng
        self._away: Node | None = None
        self.database = Settings(database_url=cluster.server.url(cluster.name)).database

    def port(self) -> int:
        # As a balancer that has noticed it.
        ready = [node for node in self._cluster.nodes if node is not self._away]
        return self._rng.choice(ready).port

    async def disturb(self) -> str:
        node = self._away = self._rng.choice(self._cluster.nodes)
        what = self._rng.choice(("kills", "stops", "holds", "cuts of the database"))
        if what == "kills":
            await node.kill()
            await asyncio.sleep(DOWN_S)
            await node.start()
        elif what == "stops":
            node.signal(signal.SIGSTOP)
            await asyncio.sleep(AWAY_S)
            node.signal(signal.SIGCONT)
        else:
            await self._without_database(node, is_held=what == "holds")
        await node.until_ready()
        self._away = None
        return what

    async def _without_database(self, node: Node, *, is_held: bool) -> None:
        if is_held:
            node.database.hold()
        else:
            node.database.cut()
        await asyncio.sleep(AWAY_S)
        node.database.mend()

    async def stop(self) -> list[str]:
        problems = []
        for number, node in enumerate(self._cluster.nodes):
            problems += _problems(f"Process {number}", await node.stop(), node.log())
        file = self._cluster.folder / "jotted"
        jotted = file.read_text("utf-8").splitlines() if file.exists() else []
        if not jotted:
            problems.append("The function that must not be called twice was not called at all")
        twice = [run for run, times in Counter(jotted).items() if times > 1]
        if twice:
            problems.append(f"A function was called twice by {twice}")
        return problems


@asynccontextmanager
async def several_processes(
    folder: Path, deltas_per_s: float, number: int, rng: random.Random
) -> AsyncIterator[Servers]:
    with postgresql_server() as server:
        settings = {"DEMO_DELTAS_PER_S": f"{deltas_per_s}", "LOG_LEVEL": "warning"}
        async with cluster(folder, server, number, functions=JOT, **settings) as made:
            yield _Several(made, rng)


def _problems(who: str, code: int, log: str) -> list[str]:
    problems = [] if code == 0 else [f"{who} ended with exit code {code}"]
    if "Traceback" in log or "ERROR" in log:
        problems.append(f"{who} complained: {log[-4000:]}")
    return problems
