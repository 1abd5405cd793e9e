"""Turns the citation marks in an assistant's text into annotations with their passages.

This serves every upstream. If files are searched here, the model copies the marks of the passages
it was given (`backend/search/markers.py`). If the upstream searches them, its citations only name
a file, and the passage is taken from the results of its search.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from backend.domain.annotations import FileCitation, ItemAnnotation
from backend.domain.ids import ItemId
from backend.domain.items import AssistantMessage, FileSearchCall, FileSearchResult
from backend.domain.parts import TextPart
from backend.live.thread_log import ThreadLog
from backend.search.markers import cited
from backend.upstreams.citations import CitationFilter, Mark
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
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
        self._texts: dict[ItemId, dict[int, CitationFilter]] = {}
        """The filters of the texts of each message that comes unfiltered, by place in its content."""
        self._emitted: dict[ItemId, list[tuple[int, ItemAnnotation]]] = {}

    def map(self, event: ItemEvent) -> Iterable[ItemEvent]:
        match event:
            case TextDelta(field="text") if (texts := self._texts.get(event.item_id)) is not None:
                text = texts.get(event.index) or texts.setdefault(event.index, CitationFilter())
                return self._text(event.item_id, event.index, *text.feed(event.delta))
            case TextDelta():
                return (event,)
            case ItemStarted(item=AssistantMessage() as message):
                self._emitted[message.id] = []
                if not event.is_filtered:
                    self._texts[message.id] = {}
                return (event,)
            case Marked():
                return self._mark(event.item_id, event.index, event.mark)
            case ItemChanged(item=AssistantMessage() as message) if message.id in self._emitted:
                return (replace(event, item=self._changed(message)),)
            case ItemFinished(item=AssistantMessage() as message) if message.id in self._emitted:
                return self._finished(event, message)
            case _:
                return (event,)

    def with_passages(self, message: AssistantMessage) -> AssistantMessage:
        """Returns the message with passages in its citations."""
        content = (
            part.model_copy(update={"annotations": tuple(map(self.with_passage, part.annotations))})
            if isinstance(part, TextPart) and part.annotations
            else part
            for part in message.content
        )
        return message.model_copy(update={"content": tuple(content)})

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

    def _text(
        self, item_id: ItemId, index: int, text: str, marks: tuple[Mark, ...]
    ) -> Iterator[ItemEvent]:
        if text:
            yield TextDelta(item_id, "text", text, index)
        for mark in marks:
            yield from self._mark(item_id, index, mark)

    def _mark(self, item_id: ItemId, index: int, mark: Mark) -> Iterator[ItemEvent]:
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
        if (index, citation) not in self._emitted[item_id]:
            self._emitted[item_id].append((index, citation))
            yield Annotated(item_id, citation, index)

    def _changed(self, message: AssistantMessage) -> AssistantMessage:
        """Returns the message as it is shown. Only its last text may still grow."""
        filters: dict[int, CitationFilter] = {}
        content = list(message.content)
        for index, part in enumerate(content):
            if isinstance(part, TextPart):
                shown = part.text
                if message.id in self._texts:
                    filters[index] = CitationFilter()
                    shown = filters[index].feed(part.text)[0]
                    if index < len(content) - 1:
                        shown += filters[index].finish()[0]
                content[index] = self._cited(message.id, index, part, shown)
        if message.id in self._texts:
            self._texts[message.id] = filters
        return message.model_copy(update={"content": tuple(content)})

    def _finished(self, event: ItemFinished, message: AssistantMessage) -> Iterator[ItemEvent]:
        texts = self._texts.pop(message.id, None)
        for index, text in (texts or {}).items():
            yield from self._text(message.id, index, *text.finish())
        content = list(message.content)
        for index, part in enumerate(content):
            if isinstance(part, TextPart):
                shown = part.text
                if texts is not None:
                    whole = CitationFilter()
                    shown = whole.feed(part.text)[0] + whole.finish()[0]
                content[index] = self._cited(message.id, index, part, shown)
        del self._emitted[message.id]
        yield replace(event, item=message.model_copy(update={"content": tuple(content)}))

    def _cited(self, item_id: ItemId, index: int, part: TextPart, text: str) -> TextPart:
        ours = (citation for place, citation in self._emitted[item_id] if place == index)
        in_order = sorted((*part.annotations, *ours), key=lambda annotation: annotation.start)
        return TextPart(text=text, annotations=tuple(in_order))


def _score(result: FileSearchResult) -> float:
    return result.score or 0.0
