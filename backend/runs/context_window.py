"""How much of a run's conversation its upstream is told, and less of it after a refusal."""

import json
from typing import Final

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.items import Item
from backend.openai_client.reasons import CONTEXT_CODE
from backend.runs.context_fit import Fitted, fitted, tokens_of_text
from backend.runs.context_lengths import ContextLengths
from backend.runs.events import Event, RoundEnded, RoundFailed
from backend.tools.function import FunctionSpec
from backend.upstreams.base import ThreadKeepingUpstream, Upstream

LEFT_OUT_NOTE: Final = (
    "This chat is longer than what the model can read, so its oldest messages were left out. They "
    "stay in the chat, and so do its files."
)
WAIT_S: Final = 2.0
"""How long a run waits for the upstream's list of models, at most once an hour."""
_SMALL: Final = 1_500
"""Tokens that every model can read."""
_ANSWER_SHARE: Final = 8
"""An eighth of the context is kept for the answer, unless its length is limited."""
_NEXT_SHARE: Final = 2 / 3
"""Of what was refused is told next. A server that states its length is told as much as fits there."""


class ContextWindow:
    """For one run. An upstream that keeps threads itself is told everything: what it leaves out of
    a thread is its own affair."""

    def __init__(
        self, lengths: ContextLengths, upstream: Upstream, assistant: Assistant, settings: Settings
    ) -> None:
        self._lengths = lengths
        self._upstream = upstream
        self._assistant = assistant
        self._settings = settings
        self._model = assistant.model or settings.model or ""
        self._most = lengths.most(upstream, self._model)
        """What may be told after refusals, in tokens."""
        self._last: Fitted | None = None
        self.is_ours = not isinstance(upstream, ThreadKeepingUpstream)
        if self.is_ours:
            lengths.ask(upstream)

    @property
    def length(self) -> int | None:
        """How many tokens the model can read, as far as is known."""
        return self._lengths.of(self._upstream, self._model, self._settings)

    async def settle(self) -> None:
        """Wait until the length is known, if it is asked for just now."""
        await self._lengths.wait(self._upstream, WAIT_S)

    async def fit(
        self, history: tuple[Item, ...], functions: tuple[FunctionSpec, ...], instructions: str
    ) -> tuple[Item, ...]:
        """Returns the newest turns of the history that the model can read beside functions and
        instructions, the assistant's and these."""
        if not self.is_ours:
            return history
        told = self._assistant.instructions + instructions
        rest = tokens_of_text(told) + sum(map(_spec_tokens, functions))
        self._last = fitted(history, float("inf"))
        if self._last.tokens + rest > _SMALL:
            await self.settle()
        budget = self._budget() - rest
        if self._last.tokens > budget:
            self._last = fitted(history, budget)
        return self._last.history

    @property
    def left_out(self) -> bool:
        return self._last is not None and self._last.left_out > 0

    def shrinks(self, event: Event, history: tuple[Item, ...]) -> bool:
        """Whether a round failed since it was told too much, and can be told less of the history."""
        match event:
            case RoundFailed(ended) | RoundEnded(ended) if ended.error is not None:
                error = ended.error
            case _:
                return False
        if error.code != CONTEXT_CODE or self._last is None:
            return False
        refused = fitted(history[self._last.left_out :], float("inf")).tokens
        self._most = min(self._most, refused * _NEXT_SHARE)
        self._lengths.learn(self._upstream, self._model, error.message, self._most)
        return not self._last.is_shortest

    def _budget(self) -> float:
        budget = self._most
        if (length := self.length) is not None:
            answer = self._assistant.parameters.max_output_tokens or length // _ANSWER_SHARE
            budget = min(budget, max(length - answer, length // 2))
        return budget


def _spec_tokens(spec: FunctionSpec) -> int:
    return tokens_of_text(spec.name + spec.description + json.dumps(spec.parameters))
