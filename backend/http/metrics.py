"""`/metrics`, which Prometheus and its like read every few seconds."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.http.security.guard import METRICS_PATH

Text = Callable[[str], Awaitable[tuple[bytes, str]]]
"""Returns all figures in a form that is accepted, and its media type."""


def metrics_route(text: Text) -> Route:
    async def metrics(request: Request) -> Response:
        content, media_type = await text(request.headers.get("accept", ""))
        headers = {"Content-Type": media_type, "Cache-Control": "no-store"}
        return Response(content, headers=headers)

    return Route(METRICS_PATH, metrics)
