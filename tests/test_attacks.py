"""Connections that send too much, too slowly or too small, against a process of its own.

Each test holds the peak of the server's memory, and that others are answered while the attack goes on.
"""

import asyncio
import re
import sys
import time
from pathlib import Path

import pytest

from tests.attacker import KINDS
from tests.process import backend, environment
from tests.rest import rest

CONNECTIONS = 50
ATTACK_S = 2.0
"""At least; it goes on until somebody else has been answered."""
MAX_RSS_MB = 250


@pytest.mark.parametrize("kind", KINDS)
async def test_whoever_floods_the_server_gets_neither_its_memory_nor_its_time(
    tmp_path: Path, kind: str
) -> None:
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        attacker = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.attacker", kind, server.url.rsplit(":", 1)[1], str(CONNECTIONS)),
            env=environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert attacker.stdin is not None
        assert attacker.stdout is not None
        assert await attacker.stdout.readline() == b"attacking\n"
        attacking = asyncio.create_task(attacker.wait())
        ends_at = time.monotonic() + ATTACK_S
        async with rest(server.url) as http:
            while not attacking.done() and time.monotonic() < ends_at:
                assert (await http.get("/healthz")).status_code == 200
                await asyncio.wait([attacking], timeout=0.02)
        attacker.stdin.close()
        assert await attacking == 0
        status = Path(f"/proc/{server.pid}/status").read_text()
    [peak_kb] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    assert int(peak_kb) / 1000 < MAX_RSS_MB
