"""How much the models of an upstream can read: by the settings, by its list, by its refusals."""

import asyncio
import logging
import re
import time
from fnmatch import fnmatchcase
from typing import Final

from backend.config.settings import Settings
from backend.upstreams.base import ListingUpstream, Upstream
from backend.waiting import cancel

log = logging.getLogger(__name__)

LISTED_FOR_S: Final = 3_600.0
LIST_TIMEOUT_S: Final = 5.0
_SHORTEST: Final = 256
"""A smaller number in a refusal is something else."""

_STATED: Final = re.compile(
    r"context(?: (?:length|size|window))?(?: (?:is|of))?[ :(]+(\d[\d,]*) ?(?:tokens)?"
    r"|maximum model length of (\d[\d,]*)"
    r"|> (\d[\d,]*) maximum"
    r"|tokens allowed \((\d[\d,]*)\)",
    re.IGNORECASE,
)
"""What servers say when it is too much: `maximum context length is 8192 tokens`."""

Place = tuple[str, str]


class ContextLengths:
    """Of all upstreams in use. An upstream is asked once an hour, beside a run."""

    def __init__(self) -> None:
        self._listed: dict[Place, dict[str, int]] = {}
        self._stated: dict[tuple[Place, str], int] = {}
        self._refused: dict[tuple[Place, str], float] = {}
        self._asking: dict[Place, asyncio.Task[None]] = {}
        self._until: dict[Place, float] = {}

    def ask(self, upstream: Upstream) -> None:
        """Begin to find out, where the upstream may tell and has not been asked lately."""
        place = _place(upstream)
        if isinstance(upstream, ListingUpstream) and self._until.get(place, 0.0) < time.time():
            self._until[place] = time.time() + LISTED_FOR_S
            self._asking[place] = asyncio.create_task(self._list(upstream), name="context lengths")

    async def wait(self, upstream: Upstream, timeout_s: float) -> None:
        """Wait for the upstream's list, if it is asked for just now."""
        asking = self._asking.get(_place(upstream))
        if asking is not None and not asking.done():
            await asyncio.wait({asking}, timeout=timeout_s)

    def of(self, upstream: Upstream, model: str, settings: Settings) -> int | None:
        """Returns how many tokens the model can read, its answer included, as far as is known."""
        for pattern, length in settings.context_tokens:
            if fnmatchcase(model, pattern):
                return length
        place = _place(upstream)
        return self._stated.get((place, model)) or self._listed.get(place, {}).get(model)

    def most(self, upstream: Upstream, model: str) -> float:
        """Returns what is best told at most, by what was refused: in tokens of our estimate."""
        return self._refused.get((_place(upstream), model), float("inf"))

    def learn(self, upstream: Upstream, model: str, refusal: str, most: float) -> None:
        """Remember what a refusal states of the length or, where it states none, that no more than
        `most` is best told from now on."""
        for match in _STATED.finditer(refusal):
            number = next(group for group in match.groups() if group)
            if (length := int(number.replace(",", "")[:12])) >= _SHORTEST:
                self._stated[_place(upstream), model] = length
                return
        self._refused[_place(upstream), model] = most

    async def close(self) -> None:
        await cancel(self._asking.values())

    async def _list(self, upstream: ListingUpstream) -> None:
        """Nothing depends on it, so a server that does not tell is no fault."""
        try:
            async with asyncio.timeout(LIST_TIMEOUT_S):
                models = await upstream.listed_models()
        except Exception as error:
            log.info("It stays unknown how much the models can read: %s", type(error).__name__)
            return
        lengths = {model.id: model.context_tokens for model in models if model.context_tokens}
        self._listed[_place(upstream)] = lengths


def _place(upstream: Upstream) -> Place:
    return upstream.name, upstream.base_url
