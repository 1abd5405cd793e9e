"""Connections that send too much, too slowly or too small, against a process of its own.

Each test holds the peak of the server's memory and the slowest `/healthz` of somebody else; `pytest
-s` prints both.
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
ATTACK_S = 3.0
MAX_RSS_MB = 250
MAX_HEALTH_S = 3.0
"""Usually a tenth of it; a machine that runs other tests is slow."""


@pytest.mark.parametrize("kind", KINDS)
async def test_whoever_floods_the_server_gets_neither_its_memory_nor_its_time(
    tmp_path: Path, kind: str
) -> None:
    async with backend(tmp_path, "--port", "0") as server:
        await server.started()
        attacker = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.attacker", kind, server.url.rsplit(":", 1)[1]),
            *(str(CONNECTIONS), str(ATTACK_S)),
            env=environment(),
        )
        attacking = asyncio.create_task(attacker.wait())
        slowest_s = 0.0
        async with rest(server.url) as http:
            over = False
            while not over:
                over = attacking.done()
                began = time.monotonic()
                assert (await http.get("/healthz")).status_code == 200
                slowest_s = max(slowest_s, time.monotonic() - began)
                await asyncio.wait([attacking], timeout=0.02)
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        [peak_kb] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    peak_mb = int(peak_kb) / 1000
    print(f"{kind}: peak {peak_mb:.0f} MB, slowest /healthz {slowest_s:.3f} s")
    assert await attacking == 0
    assert peak_mb < MAX_RSS_MB
    assert slowest_s < MAX_HEALTH_S
