"""`/healthz` says that the process is alive, `/readyz` that it can do its work."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.http.security.refusal import Refusal

Readiness = Callable[[], Awaitable[str | None]]
"""Returns a sentence that says what is wrong, or None."""


def health_routes(readiness: Readiness) -> list[Route]:
    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        problem = await readiness()
        if problem is not None:
            return Refusal(503, "not_ready", problem).response()
        return JSONResponse({"status": "ok"})

    return [Route("/healthz", alive), Route("/readyz", ready)]
