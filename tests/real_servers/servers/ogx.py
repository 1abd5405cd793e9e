"""OGX, the successor of Llama Stack, over the scripted model."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.real_servers.processes import process
from tests.real_servers.recipe import Limit, RealServer, Recipe
from tests.real_servers.scripted_model import EMBEDDINGS_MODEL, KEY, MODEL, scripted_model


@asynccontextmanager
async def _ogx(programs: Path, folder: Path) -> AsyncIterator[RealServer]:
    async with scripted_model(folder) as scripted:
        port = free_port()
        url = f"http://127.0.0.1:{port}/v1"
        configuration = folder / "ogx.json"
        configuration.write_text(json.dumps(_configuration(port, scripted, folder)))
        command = (programs / "ogx", "run", configuration, "--insecure")
        environment = {"HOME": str(folder), "PATH": str(programs)}
        async with process(
            command, folder / "ogx.log", answers=f"{url}/models", cwd=folder, env=environment
        ):
            yield RealServer(
                url, f"scripted/{MODEL}", embeddings_model=f"scripted/{EMBEDDINGS_MODEL}"
            )


def _configuration(port: int, scripted: str, folder: Path) -> dict[str, Any]:
    def kept(name: str, **more: object) -> dict[str, Any]:
        return {"table_name": name, "backend": "sql_default", **more}

    return {
        "version": 2,
        "distro_name": "tested",
        "apis": [
            *("files", "file_processors", "inference", "responses", "tool_runtime", "vector_io"),
        ],
        "providers": {
            "inference": [
                {
                    "provider_id": "scripted",
                    "provider_type": "remote::openai",
                    "config": {"base_url": scripted, "api_key": KEY},
                }
            ],
            "responses": [
                {
                    "provider_id": "builtin",
                    "provider_type": "inline::builtin",
                    "config": {"persistence": {"responses": kept("responses")}},
                }
            ],
            "files": [
                {
                    "provider_id": "builtin",
                    "provider_type": "inline::localfs",
                    "config": {
                        "storage_dir": str(folder / "ogx-files"),
                        "metadata_store": kept("files"),
                    },
                }
            ],
            "file_processors": [],
            "tool_runtime": [],
            "vector_io": [],
        },
        "storage": {
            "backends": {
                "kv_default": {"type": "kv_sqlite", "db_path": str(folder / "ogx-kv.db")},
                "sql_default": {"type": "sql_sqlite", "db_path": str(folder / "ogx-sql.db")},
            },
            "stores": {
                "metadata": {"namespace": "registry", "backend": "kv_default"},
                **{
                    name: kept(name)
                    for name in ("inference", "conversations", "prompts", "connectors")
                },
            },
        },
        "registered_resources": {
            "models": [
                {
                    "model_id": EMBEDDINGS_MODEL,
                    "provider_id": "scripted",
                    "provider_model_id": EMBEDDINGS_MODEL,
                    "model_type": "embedding",
                    "metadata": {"embedding_dimension": 2},
                }
            ],
            "vector_stores": [],
        },
        "server": {"host": "127.0.0.1", "port": port},
        "connectors": [],
    }


OGX = Recipe(
    "OGX",
    "ogx",
    "ogx",
    _ogx,
    scripted=True,
    python=(3, 12),
    limits={
        "wrong key": Limit("By default it takes any key.", "The setup page takes a wrong key.")
    },
)
