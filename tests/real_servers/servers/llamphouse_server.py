"""LLAMPHouse: the Assistants API, version 2, with an agent over the scripted model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.ports import free_port
from tests.real_servers.processes import process
from tests.real_servers.recipe import Limit, RealServer, Recipe
from tests.real_servers.scripted_model import KEY, MODEL, scripted_model

SERVER_KEY = "sk-house-0123456789-good"
ASSISTANT_ID = "asst_tested"


@asynccontextmanager
async def _house(programs: Path, folder: Path) -> AsyncIterator[RealServer]:
    async with scripted_model(folder) as scripted:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        launcher = Path(__file__).with_name("llamphouse_launcher.py")
        values = (str(port), scripted, MODEL, KEY, ASSISTANT_ID, SERVER_KEY)
        async with process(
            (programs / "python", launcher, *values),
            folder / "llamphouse.log",
            answers=f"{url}/assistants",
            cwd=folder,
            env={"PATH": str(programs), "LLAMPHOUSE_TELEMETRY": "0"},
        ):
            yield RealServer(url, MODEL, SERVER_KEY, assistant_id=ASSISTANT_ID)


LLAMPHOUSE = Recipe(
    "LLAMPHouse",
    "llamphouse",
    "llamphouse",
    _house,
    scripted=True,
    streams=False,
    limits={
        **dict.fromkeys(
            (
                "a function",
                "two parallel functions",
                "text before a function",
                "terminal client",
            ),
            Limit(
                "Its agents call functions of their own and wait for nobody else's.",
                "No function is called.",
            ),
        ),
        "doctor": Limit(
            "Its agents call functions of their own and wait for nobody else's.",
            "was asked to call a function",
        ),
        "set up": Limit("It lists no models.", "404 to /models"),
        "unknown model": Limit(
            "Its agents choose their model.", "A model that does not exist answers."
        ),
        "title": Limit("It has nothing but agents to ask for one.", "stays the first words"),
        "embeddings": Limit("It makes no embeddings.", "It makes no embeddings."),
        "attached image": Limit("It takes no files.", "404 to /files"),
    },
)
