from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.running import Running, running
from tests.scripted import ScriptedUpstream


@pytest.fixture
def upstream() -> ScriptedUpstream:
    return ScriptedUpstream()


@pytest.fixture
async def server(tmp_path: Path, upstream: ScriptedUpstream) -> AsyncIterator[Running]:
    async with running(tmp_path, upstream) as server:
        yield server
