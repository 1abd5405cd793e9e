"""The body of a request, never more of it than a limit."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from backend.domain.errors import BodyTooLarge


async def chunks(request: Request, limit: int) -> AsyncGenerator[bytes]:
    """Yields the body as it arrives. Raises `BodyTooLarge`, before any of it where announced."""
    too_large = BodyTooLarge(f"The body is larger than {limit:,} bytes. Send less at a time.")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_large
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise too_large
            if chunk:
                yield chunk
    except ClientDisconnect:
        raise HTTPException(400, "The connection was closed before the end of the body.") from None


async def read(request: Request, limit: int) -> bytes:
    """Returns the whole body, and keeps it for `read_body`. Raises as `chunks` does."""
    async with aclosing(chunks(request, limit)) as body:
        raw = b"".join([chunk async for chunk in body])
    request.state.body = raw
    return raw


def read_body(request: Request) -> bytes:
    """Returns what was read of the body as a whole."""
    body: bytes = getattr(request.state, "body", b"")
    return body
