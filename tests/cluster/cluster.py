"""A cluster of several processes, and what is stored by them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backend.config.settings import Settings
from backend.domain.ids import ThreadId
from backend.domain.transcript import Transcript
from backend.store.database import Database
from backend.store.store import Store
from tests.cluster.node import Node
from tests.cluster.proxy import Proxy
from tests.cluster.tab import Tab
from tests.patience import PATIENCE_S
from tests.ports import free_port
from tests.postgresql import PostgresqlServer

FUNCTIONS = '''
import asyncio
from pathlib import Path

from backend.tools.function import function

HERE = Path(__file__).parent.parent


async def _called(name: str) -> str:
    with (HERE / "calls").open("a") as file:
        file.write(f"{name}\\n")
    while not (HERE / "go-on").exists():
        await asyncio.sleep(0.02)
    return "done"


@function(repeatable=True)
async def look(what: str) -> str:
    """Looks."""
    return await _called(f"look {what}")


@function()
async def change(what: str) -> str:
    """Changes."""
    return await _called(f"change {what}")
'''
"""They end once there is a file `go-on`."""


@dataclass
class Cluster:
    folder: Path
    server: PostgresqlServer
    name: str
    nodes: list[Node] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def node(self, **settings: str) -> Node:
        """Returns one more, which is not started yet."""
        proxy = await self._stack.enter_async_context(Proxy.to(self.server.port))
        peer_port = free_port()
        peers = await self._stack.enter_async_context(Proxy.to(peer_port, is_database=False))
        url = (
            f"postgresql://runstream@127.0.0.1:{proxy.port}/{self.name}"
            "?sslmode=disable&gssencmode=disable"
        )
        ours = {
            "UPSTREAM": "demo",
            "DEMO_DELTAS_PER_S": "200",
            "WEATHER_SOURCE": "sample",
            "FUNCTIONS_DIR": str(self.folder / "functions"),
            "CODE_INTERPRETER": "off",
            "STOP_GRACE_S": "0",
            "PEER_PORT": f"{peer_port}",
            "PEER_ADDRESS": f"http://127.0.0.1:{peers.port}",
        }
        node = Node(self.folder / f"node-{len(self.nodes)}", url, proxy, peers, ours | settings)
        self.nodes.append(node)
        self._stack.push_async_callback(node.close)
        return node

    def tab(self, node: Node, other: Tab | None = None) -> Tab:
        """A tab at this node, of the same visitor and chat as another one."""
        tab = Tab(node.port, self._ports, other)
        self.tabs.append(tab)
        self._stack.push_async_callback(tab.close)
        return tab

    def _ports(self) -> list[int]:
        return [node.port for node in self.nodes if node.is_up]

    @property
    def calls(self) -> list[str]:
        """Of functions, in their order."""
        file = self.folder / "calls"
        return file.read_text("utf-8").splitlines() if file.exists() else []

    async def until_called(self, *calls: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.calls != list(calls):  # noqa: ASYNC110 - Another process writes it.
                await asyncio.sleep(0.02)

    def go_on(self) -> None:
        (self.folder / "go-on").touch()

    async def stored(self, thread_id: ThreadId) -> Transcript:
        url = Settings(database_url=self.server.url(self.name)).database
        store = Store(Database(url))
        try:
            found = await store.threads.get(thread_id)
        finally:
            await store.close()
        assert found is not None
        return found.transcript()

    async def check(self) -> None:
        """All tabs show what is stored, and were told of each ending once."""
        for tab in self.tabs:
            assert tab.thread_id is not None
            truth = await self.stored(tab.thread_id)
            assert tab.transcript.items == truth.items
            assert [*tab.transcript.runs.values()] == [*truth.runs.values()]
            assert tab.problems == []
        complaints = [
            line
            for node in self.nodes
            for line in node.log().splitlines()
            if "Traceback" in line or " ERROR " in line
        ]
        assert complaints == []


@asynccontextmanager
async def cluster(
    folder: Path,
    server: PostgresqlServer,
    nodes: int = 2,
    functions: str = FUNCTIONS,
    **settings: str,
) -> AsyncIterator[Cluster]:
    """So many processes that are up."""
    (folder / "functions").mkdir()
    (folder / "functions" / "steps.py").write_text(functions, "utf-8")
    name = server.new_database().rsplit("/", 1)[1]
    made = Cluster(folder, server, name)
    async with made._stack:
        started = [await made.node(**settings) for _ in range(nodes)]
        await asyncio.gather(*(each.start() for each in started))
        yield made
