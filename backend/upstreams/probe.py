"""Asking a server which of the three APIs it speaks, without leaving anything behind there."""

from collections.abc import Awaitable

import openai
from httpx2 import Response

from backend.config.settings import Settings, UpstreamName
from backend.domain.errors import UpstreamNotFound
from backend.openai_client.client import create_client
from backend.openai_client.failures import (
    API_MISSING_CODE,
    RETIRED_CODE,
    translate,
    translated,
)
from backend.openai_client.place import place

PROBE_TIMEOUT_S = 10.0

_NO_SUCH_METHOD = frozenset({405, 501})
_DOWN = frozenset({502, 503, 504})
"""A gateway's answer says nothing of what is behind it."""


async def spoken_by(settings: Settings) -> UpstreamName:
    """Returns `responses`, `assistants` or `chat_completions`, in this order of preference.

    Raises `UpstreamError`; `UpstreamNotFound` for none of them.
    """
    client = create_client(settings)
    try:
        with translated(settings):
            asked = client.with_options(
                timeout=min(PROBE_TIMEOUT_S, settings.upstream_stall_timeout_s)
            )
            if await _serves(settings, asked.post("/responses", cast_to=Response, body={})):
                return "responses"
            if await _serves(settings, asked.get("/assistants?limit=1", cast_to=Response)):
                return "assistants"
            if await _serves(settings, asked.get("/threads", cast_to=Response), elsewhere=405):
                return "assistants"
            empty = asked.post("/chat/completions", cast_to=Response, body={})
            if await _serves(settings, empty):
                return "chat_completions"
    finally:
        await client.close()
    raise UpstreamNotFound(
        f"{place(settings)} speaks neither the Responses API nor the Assistants API (OpenAI "
        "switched it off on 2026-08-26) nor the Chat Completions API. Check the base URL on /setup: it usually ends in /v1.",
        code=API_MISSING_CODE,
    )


async def _serves(
    settings: Settings, asking: Awaitable[Response], *, elsewhere: int | None = None
) -> bool:
    """Whether the path exists there: a refusal of the empty request counts as a yes.

    `elsewhere` is the status that says that the path has another method.
    """
    try:
        response = await asking
    except openai.APIStatusError as error:
        if error.status_code in _DOWN:
            raise
        failure = translate(error, settings)
        if error.status_code < 400 and failure is not None:
            raise failure from None
        if error.status_code in _NO_SUCH_METHOD:
            return error.status_code == elsewhere
        if isinstance(failure, UpstreamNotFound):
            return failure.error_code not in (API_MISSING_CODE, RETIRED_CODE)
        return True
    return "html" not in response.headers.get("content-type", "")
