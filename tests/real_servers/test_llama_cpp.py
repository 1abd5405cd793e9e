"""A real llama.cpp with a real small model answers: the cases that take seconds."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.real_servers.cases import CASES, Tried, trying
from tests.real_servers.environments import is_installed
from tests.real_servers.servers.llama_cpp import LLAMA_CPP

QUICK = ("third message", "two parallel functions")
"""`make test-upstreams` tries all of them."""

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("llama_cpp"),
    pytest.mark.skipif(
        not is_installed(LLAMA_CPP.environment) and os.environ.get("CI") != "true",
        reason="llama.cpp is not installed: `make test` does that where there is a wheel.",
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def llama(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tried]:
    folder: Path = tmp_path_factory.mktemp("llama")
    async with trying(LLAMA_CPP, LLAMA_CPP.programs(), folder) as ready:
        yield ready


@pytest.mark.parametrize("name", QUICK)
async def test_it_holds(llama: Tried, name: str) -> None:
    await CASES[name](llama)
