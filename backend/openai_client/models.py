"""The model list, which all servers of the OpenAI family serve alike at `GET /models`.

https://platform.openai.com/docs/api-reference/models/list
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from msgspec import Struct
from openai import AsyncOpenAI

from backend.config.redaction import redact, secrets_of
from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken
from backend.domain.text import clean_json
from backend.openai_client.failures import translated
from backend.openai_client.lenient import LenientDecoder

_TOO_LONG: Final = 10**9
"""In tokens: a mistake, or a way to say that there is no limit."""


class _Meta(Struct):
    n_ctx: int | None = None
    n_ctx_train: int | None = None


class _Model(Struct):
    """Each server has its own name for the length of the context: vLLM and SGLang, OpenRouter and
    Together, Groq, Mistral and LM Studio, LiteLLM, llama.cpp."""

    id: str
    shutdown_date: str | None = None
    max_model_len: int | None = None
    context_length: int | None = None
    context_window: int | None = None
    max_context_length: int | None = None
    max_input_tokens: int | None = None
    meta: _Meta | None = None

    @property
    def context_tokens(self) -> int | None:
        meta = self.meta or _Meta()
        told = (
            self.max_model_len,
            self.context_length,
            self.context_window,
            self.max_context_length,
            self.max_input_tokens,
            meta.n_ctx,
            meta.n_ctx_train,
        )
        return next((length for length in told if length and 0 < length < _TOO_LONG), None)


class _ModelList(Struct):
    data: list[_Model] | None = None
    """Null where a server has no model at all, as a fresh Ollama does."""


_decode: LenientDecoder[_ModelList] = LenientDecoder(_ModelList)


@dataclass(frozen=True, slots=True)
class ListedModel:
    id: str
    shutdown: date | None = None
    """The day on which the server switches it off, where it tells one."""
    context_tokens: int | None = None
    """How many tokens it can read, its answer included, where the server tells."""


async def list_models(client: AsyncOpenAI, settings: Settings) -> tuple[ListedModel, ...]:
    """Models, sorted by id, each once. Raises `UpstreamError`."""
    with translated(settings):
        response = await client.models.with_raw_response.list()
        content_type = response.headers.get("content-type", "")
        if "html" in content_type:
            raise UpstreamBroken(
                "The server answered with a web page instead of a list of models. The base URL is "
                "probably wrong: it usually ends in /v1. Check it on /setup.",
                code="upstream_not_an_api",
            )
        listed = _decode(clean_json(response.http_response.content))
    secrets = secrets_of(settings)
    models = {
        name: ListedModel(name, _day(model.shutdown_date), model.context_tokens)
        for model in listed.data or ()
        if (name := redact(model.id, secrets))
    }
    return tuple(models[name] for name in sorted(models))


def _day(text: str | None) -> date | None:
    """The day of an ISO date or time; None for what is neither."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
