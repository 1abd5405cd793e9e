"""A reasoning item while it streams, from its first text on: servers open reasonings in vain."""

import time
from collections.abc import Hashable

from backend.domain.ids import RunId, new_item_id
from backend.domain.items import ItemStatus, Reasoning
from backend.upstreams.builders.whole import Out, standing_text
from backend.upstreams.events import ItemChanged, ItemFinished, ItemStarted, TextDelta


class ReasoningBuilder:
    """Summaries, or the reasoning itself where a model shows it: one list of texts."""

    def __init__(self, run_id: RunId | None) -> None:
        self._item = Reasoning(id=new_item_id(), run_id=run_id, created_at=time.time())
        self._texts: dict[Hashable, list[str]] = {}
        self._final: set[Hashable] = set()
        self._is_over = False

    @property
    def is_shown(self) -> bool:
        return bool(self._texts)

    def add_text(self, out: Out, place: Hashable, delta: str) -> None:
        """`place` tells the texts apart; they are numbered in the order in which they begin."""
        if not delta or place in self._final or self._is_over:
            return
        if not self._texts:
            out.append(ItemStarted(self._item))
        texts = self._texts.setdefault(place, [])
        texts.append(delta)
        out.append(TextDelta(self._item.id, "summary", delta, list(self._texts).index(place)))

    def end_text(self, out: Out, place: Hashable, whole: str | None) -> None:
        """Take the whole text of a place."""
        sent = "".join(self._texts.get(place, ()))
        text = standing_text(sent, whole)
        self._final.discard(place)
        if text.startswith(sent):
            self.add_text(out, place, text[len(sent) :])
        else:
            self._texts[place] = [text]
            out.append(ItemChanged(self._as_it_stands()))
        if whole:
            self._final.add(place)

    def finish(self, out: Out, status: ItemStatus) -> None:
        if self._texts and not self._is_over:
            self._is_over = True
            out.append(ItemFinished(self._as_it_stands().model_copy(update={"status": status})))

    def _as_it_stands(self) -> Reasoning:
        summary = tuple("".join(texts) for texts in self._texts.values())
        return self._item.model_copy(update={"summary": summary})
