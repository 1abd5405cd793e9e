"""Asking a server which of the three APIs it speaks, without leaving anything behind there."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import openai
from httpx2 import Response

from backend.config.settings import Settings, UpstreamName
from backend.domain.errors import UpstreamAuthFailed, UpstreamNotFound
from backend.openai_client.client import ASSISTANTS_V2, create_client
from backend.openai_client.failures import (
    API_MISSING_CODE,
    RETIRED_CODE,
    translate,
    translated,
)
from backend.openai_client.place import place

PROBE_TIMEOUT_S = 10.0

_Probe = tuple[UpstreamName, Callable[[], Awaitable[Response]], int | None]
"""What a path belongs to, how it is asked for, and the status that says that it exists there."""

_NO_SUCH_METHOD = frozenset({405, 501})
_DOWN = frozenset({502, 503, 504})
"""A gateway's answer says nothing of what is behind it."""


async def spoken_by(settings: Settings) -> UpstreamName:
    """Returns `responses`, `assistants` or `chat_completions`, in this order of preference.

    Raises what `apis_of` raises.
    """
    async with aclosing(apis_of(settings)) as found:
        return await anext(found)


async def apis_of(settings: Settings) -> AsyncGenerator[UpstreamName]:
    """Yields at least one API, the preferred one first; each is asked for when it is wanted.

    Raises `UpstreamError`: `UpstreamNotFound` for none, and `UpstreamAuthFailed` where the key is
    refused whatever is asked for, so that nothing can be told.
    """
    client = create_client(settings)
    asked = client.with_options(timeout=min(PROBE_TIMEOUT_S, settings.upstream_stall_timeout_s))
    probes: tuple[_Probe, ...] = (
        ("responses", lambda: asked.post("/responses", cast_to=Response, body={}), None),
        (
            "assistants",
            lambda: asked.get("/assistants?limit=1", cast_to=Response, options=ASSISTANTS_V2),
            None,
        ),
        (
            "assistants",
            lambda: asked.get("/threads", cast_to=Response, options=ASSISTANTS_V2),
            405,
        ),
        (
            "chat_completions",
            lambda: asked.post("/chat/completions", cast_to=Response, body={}),
            None,
        ),
    )
    serving: list[UpstreamName] = []
    refusing: list[tuple[UpstreamName, UpstreamAuthFailed]] = []
    try:
        for name, ask, elsewhere in probes:
            if name in serving:
                continue
            try:
                with translated(settings):
                    serves = await _serves(settings, ask(), elsewhere=elsewhere)
            except UpstreamAuthFailed as refusal:
                refusing.append((name, refusal))
                continue
            if serves:
                serving.append(name)
                yield name
    finally:
        await client.close()
    if serving:
        return
    if not refusing:
        raise UpstreamNotFound(
            f"{place(settings)} speaks neither the Responses API nor the Assistants API (OpenAI "
            "switched it off on 2026-08-26) nor the Chat Completions API. Check the base URL on "
            "/setup: it usually ends in /v1.",
            code=API_MISSING_CODE,
        )
    first, why = refusing[0]
    if len(refusing) == len(probes):
        raise why
    yield first


async def _serves(
    settings: Settings, asking: Awaitable[Response], *, elsewhere: int | None = None
) -> bool:
    """Whether the path exists there: a refusal of the empty request counts as a yes.

    `elsewhere` is the status that says that the path has another method. Raises
    `UpstreamAuthFailed`, as a server may do for any path.
    """
    try:
        response = await asking
    except openai.APIStatusError as error:
        if error.status_code in _DOWN:
            raise
        failure = translate(error, settings)
        if isinstance(failure, UpstreamAuthFailed):
            raise failure from None
        if error.status_code < 400 and failure is not None:
            raise failure from None
        if error.status_code in _NO_SUCH_METHOD:
            return error.status_code == elsewhere
        if isinstance(failure, UpstreamNotFound):
            return failure.error_code not in (API_MISSING_CODE, RETIRED_CODE)
        return True
    return "html" not in response.headers.get("content-type", "")
