"""Whether a server takes the key where it matters: its list of models may be open to everybody."""

from collections.abc import Awaitable, Callable

import openai
from httpx2 import Response
from openai import AsyncOpenAI

from backend.config.settings import Settings
from backend.domain.errors import UpstreamAuthFailed, UpstreamNotFound
from backend.openai_client.failures import MISSING_CODES, translate, translated
from backend.openai_client.models import list_models


async def check_key(
    client: AsyncOpenAI, settings: Settings, ask: Callable[[], Awaitable[Response]]
) -> None:
    """Ask for the models, and for what a run uses in a way that makes nothing.

    `ask` sends a request that a server which takes the key answers, or refuses for its contents. A
    server may lack the list of models or that API, but not both. Raises `UpstreamError`.
    """
    missing: UpstreamNotFound | None = None
    try:
        await list_models(client, settings)
    except UpstreamNotFound as error:
        missing = error
    with translated(settings):
        try:
            await ask()
        except openai.APIStatusError as error:
            failure = translate(error, settings)
            if isinstance(failure, UpstreamAuthFailed) or error.status_code < 400:
                raise
            is_missing = failure is not None and failure.error_code in MISSING_CODES
            if is_missing and missing is not None:
                raise
