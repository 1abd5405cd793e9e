"""`/healthz` says that the process is alive, `/readyz` that it can do its work."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.http.security.refusal import Refusal

Readiness = Callable[[], Awaitable[str | None]]
"""Returns a sentence that says what is wrong, or None."""

CHECK_INTERVAL_S = 1.0
"""Anybody may ask, as often as they like and without a token, and a check writes to the database."""


def checked_once_a_second(check: Readiness) -> Readiness:
    """Returns what the check last said; whoever asks meanwhile waits for the same one."""
    lock = asyncio.Lock()
    said: str | None = None
    until = -math.inf

    async def checked() -> str | None:
        nonlocal said, until
        async with lock:
            if time.monotonic() >= until:
                said = await check()
                until = time.monotonic() + CHECK_INTERVAL_S
        return said

    return checked


def health_routes(readiness: Readiness) -> list[Route]:
    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        problem = await readiness()
        if problem is not None:
            return Refusal(503, "not_ready", problem).response()
        return JSONResponse({"status": "ok"})

    return [Route("/healthz", alive), Route("/readyz", ready)]
