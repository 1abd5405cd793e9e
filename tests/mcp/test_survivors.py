"""No program outlives the server that started it, and none holds its port."""

import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from backend.waiting import poll
from tests.mcp.servers import POLL_S, ROOT
from tests.patience import PATIENCE_S
from tests.process import PROGRAM, Backend, backend
from tests.rest import rest

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


async def until(ask: Callable[[], Awaitable[bool]]) -> None:
    async def asked() -> bool | None:
        return await ask() or None

    await poll(asked, within_s=PATIENCE_S, first_pause_s=POLL_S, longest_pause_s=POLL_S)


async def is_ready(server: Backend) -> bool:
    async with rest(server.url) as http:
        listed = (await http.get("/api/mcp/servers")).json()["servers"]
    return bool([each["state"] for each in listed] == ["ready"])


def configure(tmp_path: Path, entry: dict[str, Any]) -> None:
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"one": entry}}))


async def test_programs_and_their_children_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    # As `npx` does: a shell, the server in it, and a child of that. None ends when it is asked to.
    words = f"trap '' TERM; {sys.executable} -m tests.mcp.rude stubborn {mark}; true"
    configure(tmp_path, {"command": "sh", "args": ["-c", words], "cwd": str(ROOT)})
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        await until(lambda: is_ready(server))
        assert len(processes(mark)) == 3
        code, _ = await server.end(signal.SIGKILL)
    assert code == -signal.SIGKILL

    async def all_gone() -> bool:
        return not processes(mark)

    await until(all_gone)


async def test_a_program_inherits_no_file_of_a_server_that_reloads(tmp_path: Path) -> None:
    mark = f"mark-{tmp_path.name}-{os.getpid()}"
    args = ["-m", "tests.mcp.rude", "polite", mark]
    configure(tmp_path, {"command": sys.executable, "args": args, "cwd": str(ROOT)})
    async with backend(tmp_path, "--port", "0", "--reload", command=PROGRAM) as server:
        await server.started()
        await until(lambda: is_ready(server))
        [pid] = processes(mark)
        files = {entry.name: str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        streams = {files[name] for name in ("0", "1", "2")}
        assert set(files.values()) == streams


def processes(mark: str) -> list[int]:
    """Those with this among their arguments, or in one."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
            if mark in line and entry.name.isdecimal():
                found.append(int(entry.name))
        except OSError:
            continue
    return found
