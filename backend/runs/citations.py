"""Turns the citation marks in an assistant's text into annotations with their passages.

This serves every upstream. If files are searched here, the model copies the marks of the passages
it was given (`backend/search/markers.py`). If the upstream searches them, its citations only name
a file, and the passage is taken from the results of its search.
"""

from collections.abc import Iterator
from dataclasses import replace

from backend.domain.annotations import FileCitation, ItemAnnotation
from backend.domain.ids import ItemId
from backend.domain.items import AssistantMessage, FileSearchCall, FileSearchResult
from backend.live.thread_log import ThreadLog
from backend.search.markers import cited
from backend.upstreams.citations import CitationFilter, Mark
from backend.upstreams.events import (
    Annotated,
    ItemEvent,
    ItemFinished,
    ItemStarted,
    Marked,
    TextDelta,
)


class Citations:
    """For one run. `searched_here` says whether the marks are ours or the upstream's."""

    def __init__(self, live: ThreadLog, *, searched_here: bool) -> None:
        self._live = live
        self._searched_here = searched_here
        self._texts: dict[ItemId, CitationFilter] = {}
        self._emitted: dict[ItemId, list[ItemAnnotation]] = {}

    def map(self, event: ItemEvent) -> Iterator[ItemEvent]:
        match event:
            case ItemStarted(item=AssistantMessage() as message):
                self._texts[message.id] = CitationFilter()
                self._emitted[message.id] = []
                yield event
            case TextDelta(field="text") if event.item_id in self._texts:
                yield from self._text(event.item_id, *self._texts[event.item_id].feed(event.delta))
            case Marked():
                yield from self._mark(event.item_id, event.mark)
            case ItemFinished(item=AssistantMessage() as message) if message.id in self._texts:
                yield from self._finished(event, message)
            case _:
                yield event

    def with_passage(self, annotation: ItemAnnotation) -> ItemAnnotation:
        """Returns the citation with the best passage that this thread's searches found in its file."""
        if not isinstance(annotation, FileCitation) or annotation.quote is not None:
            return annotation
        searches = (
            item for item in self._live.transcript.items if isinstance(item, FileSearchCall)
        )
        found = [
            result
            for search in searches
            for result in search.results
            if result.file_id == annotation.file_id and result.text
        ]
        if not found:
            return annotation
        best = max(reversed(found), key=_score)
        return annotation.model_copy(
            update={
                "quote": best.text,
                "location": best.location,
                "filename": annotation.filename or best.filename,
            }
        )

    def _text(self, item_id: ItemId, text: str, marks: tuple[Mark, ...]) -> Iterator[ItemEvent]:
        if text:
            yield TextDelta(item_id, "text", text)
        for mark in marks:
            yield from self._mark(item_id, mark)

    def _mark(self, item_id: ItemId, mark: Mark) -> Iterator[ItemEvent]:
        items = self._live.transcript.items if self._searched_here else ()
        passage = cited(mark.text, items)
        if passage is None or item_id not in self._emitted:
            return
        citation = FileCitation(
            start=mark.start,
            end=mark.end,
            file_id=passage.file_id,
            filename=passage.filename,
            quote=passage.text,
            location=passage.location,
        )
        if citation not in self._emitted[item_id]:
            self._emitted[item_id].append(citation)
            yield Annotated(item_id, citation)

    def _finished(self, event: ItemFinished, message: AssistantMessage) -> Iterator[ItemEvent]:
        yield from self._text(message.id, *self._texts.pop(message.id).finish())
        whole = CitationFilter()
        text = whole.feed(message.text)[0] + whole.finish()[0]
        annotations = (*message.annotations, *self._emitted.pop(message.id))
        in_order = tuple(sorted(annotations, key=lambda annotation: annotation.start))
        changes = {"text": text, "annotations": in_order}
        yield replace(event, item=message.model_copy(update=changes))


def _score(result: FileSearchResult) -> float:
    return result.score or 0.0
