"""The proxy of LiteLLM in front of the scripted model: Responses made of chat completions."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.ports import free_port
from tests.real_servers.processes import process
from tests.real_servers.recipe import Limit, RealServer, Recipe
from tests.real_servers.scripted_model import EMBEDDINGS_MODEL, KEY, MODEL, scripted_model

PROXY_KEY = "sk-proxy-0123456789-good"


@asynccontextmanager
async def _proxy(programs: Path, folder: Path) -> AsyncIterator[RealServer]:
    async with scripted_model(folder) as scripted:
        configuration = {
            "model_list": [
                {
                    "model_name": name,
                    "litellm_params": {
                        "model": f"openai/{name}",
                        "api_base": scripted,
                        "api_key": KEY,
                        "use_chat_completions_api": True,
                    },
                }
                for name in (MODEL, EMBEDDINGS_MODEL)
            ],
            "general_settings": {"master_key": PROXY_KEY},
            "litellm_settings": {"telemetry": False, "num_retries": 0},
        }
        # JSON is YAML.
        (folder / "litellm.yaml").write_text(json.dumps(configuration))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        command = (
            *(programs / "litellm", "--config", folder / "litellm.yaml"),
            *("--host", "127.0.0.1", "--port", str(port)),
        )
        async with process(
            command,
            folder / "litellm.log",
            answers=f"{url}/health/liveliness",
            cwd=folder,
            # It would fetch the prices of models first, and try that three times.
            env=os.environ | {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        ):
            yield RealServer(f"{url}/v1", MODEL, PROXY_KEY, EMBEDDINGS_MODEL)


LITELLM = Recipe(
    "LiteLLM proxy",
    "litellm",
    "litellm",
    _proxy,
    scripted=True,
    limits={
        "wrong key": Limit(
            'Without a database it answers 400, "No connected db.", to any other key.',
            "could not check the key",
        )
    },
)
