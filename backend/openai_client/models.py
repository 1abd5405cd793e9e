"""The model list, which all servers of the OpenAI family serve alike at `GET /models`."""

import msgspec
from openai import AsyncOpenAI

from backend.config.redaction import redact, secrets_of
from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken
from backend.domain.text import clean_json
from backend.openai_client.failures import translated


class _Model(msgspec.Struct):
    id: str


class _ModelList(msgspec.Struct):
    data: list[_Model] | None = None
    """Null where a server has no model at all, as a fresh Ollama does."""


async def list_models(client: AsyncOpenAI, settings: Settings) -> list[str]:
    """Model ids, sorted. Raises `UpstreamError`."""
    with translated(settings):
        response = await client.models.with_raw_response.list()
        content_type = response.headers.get("content-type", "")
        if "html" in content_type:
            raise UpstreamBroken(
                "The server answered with a web page instead of a list of models. The base URL is "
                "probably wrong: it usually ends in /v1. Check it on /setup.",
                code="upstream_not_an_api",
            )
        listed = msgspec.json.decode(clean_json(response.http_response.content), type=_ModelList)
    secrets = secrets_of(settings)
    return sorted({redact(model.id, secrets) for model in listed.data or ()})
