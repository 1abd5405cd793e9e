"""A server of `/v1/embeddings` on a loopback port, with all-MiniLM-L6-v2 behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.serving import serve

Embed = Callable[[Sequence[str]], list[list[float]]]


@asynccontextmanager
async def embeddings_server(embed: Embed) -> AsyncIterator[str]:
    """Yields its base URL."""

    async def embeddings(request: Request) -> Response:
        asked = await request.json()
        vectors = await asyncio.to_thread(embed, asked["input"])
        data = [
            {"object": "embedding", "index": index, "embedding": vector}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        return JSONResponse(
            {"object": "list", "data": data, "model": asked["model"], "usage": usage}
        )

    app = Starlette(routes=[Route("/v1/embeddings", embeddings, methods=["POST"])])
    async with serve(app, lifespan="off") as url:
        yield f"{url}/v1"
