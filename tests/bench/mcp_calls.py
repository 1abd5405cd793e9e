"""`python -m tests.bench.mcp_calls`: calls of one tool, by the bare SDK and by our tools, in turns.

Reads one job from standard input, a line of JSON, and prints the figures as one line.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any, Final

from mcp import StdioServerParameters
from mcp.client.client import Client

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.ids import OwnerId, new_item_id, new_run_id
from backend.domain.items import DeltaField, FunctionCall, ToolItem
from backend.files.files import Files
from backend.mcp.login_files import LoginFiles
from backend.mcp.servers import McpServers
from backend.mcp.tool import McpTools
from backend.store.database import Database
from backend.store.files import FileRows
from backend.tools.tool import CallContext, Tool
from tests.bench.processes import START_TIMEOUT_S, cpu_s, new_event_loop
from tests.bench.result import quantile_ms

WARM_UP: Final = 50
TURNS: Final = 5
_ARGUMENTS: Final = {"a": 1.0, "b": 2.0}

Call = Callable[[], Awaitable[object]]


@dataclass
class Calls:
    """Nanoseconds of each call, and milliseconds of this process's processor time of one."""

    kind: str
    sdk_ns: list[int] = field(default_factory=list)
    ours_ns: list[int] = field(default_factory=list)
    sdk_cpu_ms: list[float] = field(default_factory=list)
    """Of each turn, as the next."""
    ours_cpu_ms: list[float] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[str, ...]]:
        for subject, latencies, cpu_ms in (
            ("SDK", self.sdk_ns, self.sdk_cpu_ms),
            ("Runstream", self.ours_ns, self.ours_cpu_ms),
        ):
            times = [quantile_ms(sorted(latencies), share) for share in (0.5, 0.99)]
            yield self.kind, subject, f"{len(latencies):,}", f"{mean(cpu_ms):.2f}", *times


class Shown:
    """The item of a call that nobody looks at."""

    def __init__(self, item: ToolItem) -> None:
        self.item = item

    def append(self, field: DeltaField, delta: str, index: int = 0) -> None: ...

    def replace(self, item: ToolItem) -> None:
        self.item = item


async def measure(kind: str, entry: dict[str, Any], count: int) -> Calls:
    found = Calls(kind)
    with TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            sdk = await stack.enter_async_context(Client(_target(entry)))
            tool = await _our_tool(Path(folder), entry, stack)

            async def theirs() -> object:
                return await sdk.call_tool("add", _ARGUMENTS)

            for call in (theirs, lambda: _ours(tool)):
                for _ in range(WARM_UP):
                    await call()
            for _ in range(TURNS):
                await _time(theirs, count // TURNS, found.sdk_ns, found.sdk_cpu_ms)
                await _time(lambda: _ours(tool), count // TURNS, found.ours_ns, found.ours_cpu_ms)
    return found


async def _time(call: Call, count: int, latencies: list[int], cpu_ms: list[float]) -> None:
    used = cpu_s(os.getpid())
    for _ in range(count):
        began = time.perf_counter_ns()
        await call()
        latencies.append(time.perf_counter_ns() - began)
    cpu_ms.append((cpu_s(os.getpid()) - used) / count * 1000)


def _target(entry: dict[str, Any]) -> StdioServerParameters | str:
    return entry["url"] if "url" in entry else StdioServerParameters(**entry)


async def _our_tool(folder: Path, entry: dict[str, Any], stack: AsyncExitStack) -> Tool:
    """Returns the tool as a run gets it, of the server as the configuration names it."""
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"demo": entry}}))
    settings = Settings(data_dir=folder)
    logins = LoginFiles(folder / "logins", set())
    servers = McpServers(folder / "mcp.json", frozenset, set(), logins)
    await servers.open()
    stack.push_async_callback(servers.close)
    [connection] = servers.connections()
    await connection.started(START_TIMEOUT_S)
    files = Files(FileRows(Database(settings.database)), lambda: settings)
    tools = McpTools(servers, files, lambda: settings, frozenset)
    assistant = Assistant("", "", "", tools=("mcp:demo/add",))
    [tool] = tools.tools(assistant, frozenset())
    return tool


async def _ours(tool: Tool) -> None:
    call = FunctionCall(id=new_item_id(), name=tool.spec.name, created_at=time.time())
    context = CallContext(OwnerId("bench"), None, new_run_id(), "UTC", "en", ())
    result = await tool.call(json.dumps(_ARGUMENTS), Shown(call), context)
    if result.failed:
        raise RuntimeError(result.error)


def main() -> None:
    job = json.loads(sys.stdin.readline())
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(measure(**job)))), flush=True)


if __name__ == "__main__":
    main()
