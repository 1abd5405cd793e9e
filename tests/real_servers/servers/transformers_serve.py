"""`transformers serve` with a model that is trained here, in a minute, to give a few answers."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.ports import free_port
from tests.real_servers.processes import NotStarted, process
from tests.real_servers.recipe import Limit, RealServer, Recipe

_TRAINING = Path(__file__).with_name("transformers_model.py")
MODEL = f"tested-model-{hashlib.sha256(_TRAINING.read_bytes()).hexdigest()[:8]}"
"""Trained anew when it is to know other answers."""
TRAINING_TIMEOUT_S = 600.0


@asynccontextmanager
async def _serve(programs: Path, folder: Path) -> AsyncIterator[RealServer]:
    model = programs.parent / MODEL
    if not (model / "config.json").is_file():
        await _train(programs, model)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = (
        *(programs / "transformers", "serve", MODEL, "--device", "cpu", "--dtype", "float32"),
        *("--host", "127.0.0.1", "--port", str(port)),
    )
    environment = {
        "PATH": str(programs),
        "HOME": str(folder),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    async with process(
        command,
        folder / "transformers.log",
        answers=f"{url}/health",
        cwd=model.parent,
        env=environment,
    ):
        yield RealServer(f"{url}/v1", MODEL)


async def _train(programs: Path, model: Path) -> None:
    training = await asyncio.create_subprocess_exec(
        *(str(programs / "python"), str(_TRAINING)),
        str(model),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(TRAINING_TIMEOUT_S):
        out, _ = await training.communicate()
    if training.returncode != 0:
        raise NotStarted(f"The model was not trained: {out.decode()[-1000:]}")


TRANSFORMERS = Recipe(
    "transformers serve",
    "transformers",
    "transformers",
    _serve,
    limits={
        "wrong key": Limit("It takes any key.", "The setup page takes a wrong key."),
        "embeddings": Limit("It makes no embeddings.", "It makes no embeddings."),
    },
)
