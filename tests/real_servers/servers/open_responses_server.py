"""open-responses-server: the Responses API as a layer over the scripted model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.ports import free_port
from tests.real_servers.processes import process
from tests.real_servers.recipe import Limit, RealServer, Recipe
from tests.real_servers.scripted_model import EMBEDDINGS_MODEL, KEY, MODEL, scripted_model


@asynccontextmanager
async def _layer(programs: Path, folder: Path) -> AsyncIterator[RealServer]:
    async with scripted_model(folder) as scripted:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": str(programs),
            "OPENAI_BASE_URL_INTERNAL": scripted.removesuffix("/v1"),
            "OPENAI_BASE_URL": url,
            "OPENAI_API_KEY": KEY,
            "API_ADAPTER_HOST": "127.0.0.1",
            "API_ADAPTER_PORT": str(port),
        }
        async with process(
            (programs / "otc", "start"),
            folder / "open-responses-server.log",
            answers=f"{url}/health",
            cwd=folder,
            env=environment,
        ):
            yield RealServer(url, MODEL, embeddings_model=EMBEDDINGS_MODEL)


OPEN_RESPONSES_SERVER = Recipe(
    "open-responses-server",
    "open-responses-server",
    "open-responses-server",
    _layer,
    scripted=True,
    python=(3, 12),
    limits={
        **dict.fromkeys(
            (
                "a function",
                "two parallel functions",
                "text before a function",
                "embeddings",
                "terminal client",
            ),
            Limit(
                "It leaves function calls out of a request that names no earlier response, and "
                "their outputs with them, so its model asks again and again.",
                "asked for the same calls again",
            ),
        ),
        "doctor": Limit(
            "It leaves out the outputs of functions, of which the doctor tells.",
            "as if its output had not arrived",
        ),
        "wrong key": Limit(
            "It asks with a key of its own, whichever it is given.",
            "The setup page takes a wrong key.",
        ),
        "unknown model": Limit(
            "It tells no more of its model's server than the status.", "Error from LLM API: 404"
        ),
        "title": Limit(
            "It answers in streams alone, and a title is asked for without one.",
            "The title stays the first words.",
        ),
        "attached image": Limit("It leaves pictures out.", "does not reach the model"),
    },
)
