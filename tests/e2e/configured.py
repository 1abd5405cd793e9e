"""The app as `python -m backend` makes it, its upstreams included, with an `.env` of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backend.app import create_app
from backend.config.configuration import Configuration
from tests.serving import serve


@asynccontextmanager
async def configured(folder: Path, env: str = "", **settings: Any) -> AsyncIterator[str]:
    """Its base URL, with `env` in `folder/.env`; `settings` stand for command-line options."""
    if env:
        (folder / ".env").write_text(env)
    defaults = {"weather_source": "sample", "demo_deltas_per_s": 0, "code_interpreter": "off"}
    options = defaults | settings
    app = create_app(Configuration(folder / ".env", data_dir=folder / "data", **options))
    async with serve(app) as url:
        yield url
