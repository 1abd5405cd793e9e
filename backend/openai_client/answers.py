"""Answers of an upstream that come in one piece, as structs of ours."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from httpx2 import Response

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken
from backend.domain.text import clean_json
from backend.openai_client.failures import translated
from backend.openai_client.lenient import LenientDecoder

T = TypeVar("T")


async def read_answer(kind: type[T], request: Any, settings: Settings) -> T:
    """`request` is one of the SDK's `with_streaming_response`. Raises `UpstreamError`s only."""
    return await read_posted(kind, _bare(request), settings)


async def read_posted(
    kind: type[T], request: AbstractAsyncContextManager[Response], settings: Settings
) -> T:
    """`request` is `Client.posted`. Raises `UpstreamError`s only."""
    with translated(settings):
        async with request as response:
            refuse_web_page(response)
            decode: LenientDecoder[T] = LenientDecoder(kind)
            return decode(clean_json(await response.aread()))


def refuse_web_page(response: Response) -> None:
    """Raises `UpstreamBroken` for one."""
    if "html" in response.headers.get("content-type", ""):
        raise UpstreamBroken(
            "The server answered with a web page instead of JSON. The base URL is "
            "probably wrong: it usually ends in /v1. Check it on /setup.",
            code="upstream_not_an_api",
        )


@asynccontextmanager
async def _bare(request: Any) -> AsyncGenerator[Response]:
    async with request as response:
        yield response.http_response
