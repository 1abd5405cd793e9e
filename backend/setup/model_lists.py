"""The models of the upstream in use, as it lists them."""

import time
from dataclasses import dataclass
from typing import Final

from backend.openai_client.models import ListedModel
from backend.upstreams.base import ListingUpstream, Upstream

KEPT_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class _Kept:
    upstream: Upstream
    models: tuple[ListedModel, ...]
    at: float


class ModelLists:
    """Keeps the last list, since every chat may ask for it."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None

    async def get(self, upstream: Upstream, *, cached: bool) -> tuple[ListedModel, ...]:
        """Returns the models, sorted by id; those of the last minutes if `cached`. Raises
        `UpstreamError`."""
        kept, now = self._kept, time.monotonic()
        if cached and kept is not None and kept.upstream is upstream and now - kept.at < KEPT_S:
            return kept.models
        if isinstance(upstream, ListingUpstream):
            models = await upstream.listed_models()
        else:
            models = tuple(map(ListedModel, sorted(await upstream.models())))
        self._kept = _Kept(upstream, models, now)
        return models
