"""Model servers on this machine, at the ports where they usually listen.

Nothing but 127.0.0.1 is asked, for a list of models and without any key.
"""

import asyncio
from typing import Final

from backend.config.settings import LOOPBACK_HOSTS, Settings
from backend.doctor.checks import LocalServer
from backend.domain.errors import UpstreamAuthFailed, UpstreamError
from backend.openai_client.client import base_url, create_client
from backend.openai_client.models import list_models

USUAL_PORTS: Final = {
    "Ollama": 11434,
    "LM Studio": 1234,
    "llama.cpp": 8080,
    "vLLM": 8000,
    "Jan": 1337,
}
ANSWER_TIMEOUT_S: Final = 2.0
MOST_MODELS: Final = 20


async def local_servers(settings: Settings) -> tuple[LocalServer, ...]:
    """Returns those that list their models, or ask for a key. All ports are asked at once."""
    others = {name: port for name, port in USUAL_PORTS.items() if port != settings.port}
    found = await asyncio.gather(*(_at(name, port, settings) for name, port in others.items()))
    return tuple(server for server in found if server is not None)


async def _at(name: str, port: int, settings: Settings) -> LocalServer | None:
    url = f"http://127.0.0.1:{port}/v1"
    asked = settings.model_copy(
        update={
            "openai_base_url": url,
            "openai_api_key": None,
            "upstream_connect_timeout_s": ANSWER_TIMEOUT_S,
            "upstream_stall_timeout_s": ANSWER_TIMEOUT_S,
        }
    )
    in_use = base_url(settings) in {f"http://{host}:{port}/v1" for host in LOOPBACK_HOSTS}
    client = create_client(asked)
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            listed = await list_models(client, asked)
    except UpstreamAuthFailed:
        return LocalServer(name=name, base_url=url, needs_key=True, in_use=in_use)
    except (UpstreamError, TimeoutError):
        return None
    finally:
        await client.close()
    models = tuple(model.id for model in listed[:MOST_MODELS])
    return LocalServer(name=name, base_url=url, models=models, in_use=in_use)
