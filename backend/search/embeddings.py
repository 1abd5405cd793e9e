"""Embeddings, made by the upstream's server with the model that `EMBEDDINGS_MODEL` names.

https://platform.openai.com/docs/api-reference/embeddings
"""

import logging
from collections.abc import Callable, Sequence

from openai import AsyncOpenAI

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken
from backend.openai_client.client import create_client
from backend.openai_client.failures import translated
from backend.search.vectors import packed

log = logging.getLogger(__name__)

BATCH = 64
"""Number of texts in one request."""


class Embeddings:
    """Reads the settings at every request and keeps a client until they change."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._client: AsyncOpenAI | None = None
        self._client_is_for: Settings | None = None

    @property
    def model(self) -> str | None:
        """The model, or None if documents have no embeddings."""
        return self._settings().embeddings_model

    async def of(self, texts: Sequence[str]) -> list[bytes]:
        """Returns the vectors of at most `BATCH` texts, in order. Raises `UpstreamError`."""
        settings = self._settings()
        assert settings.embeddings_model is not None
        client = await self._client_for(settings)
        with translated(settings):
            answer = await client.embeddings.create(
                model=settings.embeddings_model, input=list(texts), encoding_format="float"
            )
        vectors = {entry.index: packed(entry.embedding) for entry in answer.data}
        if sorted(vectors) != list(range(len(texts))):
            raise UpstreamBroken("The upstream did not return one vector for each text. Try again.")
        return [vectors[index] for index in range(len(texts))]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _client_for(self, settings: Settings) -> AsyncOpenAI:
        if self._client is None or self._client_is_for is not settings:
            await self.close()
            self._client, self._client_is_for = create_client(settings), settings
        return self._client
