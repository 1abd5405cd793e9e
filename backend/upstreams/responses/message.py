"""An assistant message and a reasoning item while they stream.

Both are shown from their first text on: servers open messages and reasonings that stay empty.
"""

import logging
import time
from dataclasses import dataclass, field
from typing import Any

from backend.domain.ids import RunId, new_item_id
from backend.domain.items import (
    AssistantMessage,
    FileCitation,
    FilePath,
    ItemAnnotation,
    ItemStatus,
    Reasoning,
    UrlCitation,
)
from backend.upstreams.citations import CitationFilter, Mark
from backend.upstreams.events import (
    Annotated,
    ItemFinished,
    ItemStarted,
    Marked,
    TextDelta,
    UpstreamEvent,
)
from backend.upstreams.responses.items import AnnotationBody, ContentPart, OutputItem

log = logging.getLogger(__name__)

Out = list[UpstreamEvent]


def rest_of(streamed: list[str], whole: str | None) -> str:
    """What a final text has beyond the deltas; text that was sent is never changed."""
    if not whole:
        return ""
    sent = "".join(streamed)
    if whole.startswith(sent):
        return whole[len(sent) :]
    log.warning("A final text differs from its deltas; the deltas stay")
    return ""


@dataclass(slots=True)
class _Part:
    """One content part of a message."""

    filter: CitationFilter
    raw: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    annotations: list[AnnotationBody] = field(default_factory=list)
    told: int = 0
    """How many annotations were told."""


class OpenMessage:
    """Several text parts are joined to one text, refusals to one refusal."""

    kind = "message"

    def __init__(self, run_id: RunId, foreign: OutputItem) -> None:
        self.foreign = foreign
        self._item = AssistantMessage(id=new_item_id(), run_id=run_id, created_at=time.time())
        self._started = False
        self._parts: dict[int, _Part] = {}
        self._current: _Part | None = None
        self._texts: list[str] = []
        self._annotations: list[ItemAnnotation] = []
        self._refusal: list[str] = []

    def add_text(self, out: Out, index: int, delta: str) -> None:
        part = self._parts.get(index)
        if part is None:
            part = self._open_part(out, index)
        elif part is not self._current:
            log.warning("Skipped text for a content part that has ended")
            return
        part.raw.append(delta)
        self._show(out, part, *part.filter.feed(delta))

    def end_text(self, out: Out, index: int, part: ContentPart) -> None:
        """A final part: what its deltas left out, if there were any."""
        known = self._parts.get(index)
        streamed = known.raw if known is not None else []
        if rest := rest_of(streamed, part.text):
            self.add_text(out, index, rest)
            known = self._parts.get(index)
        if known is not None and part.annotations:
            known.annotations += part.annotations[len(known.annotations) :]

    def annotate(self, out: Out, index: int, annotation: AnnotationBody) -> None:
        """Kept until the part's text is complete: a place can lie in text that is held back."""
        part = self._parts.get(index) or self._open_part(out, index)
        part.annotations.append(annotation)

    def add_refusal(self, out: Out, delta: str) -> None:
        self._start(out)
        self._refusal.append(delta)
        out.append(TextDelta(self._item.id, "refusal", delta))

    def end_refusal(self, out: Out, refusal: str | None) -> None:
        if rest := rest_of(self._refusal, refusal):
            self.add_refusal(out, rest)

    def finish(self, out: Out, final: OutputItem, status: ItemStatus) -> None:
        for index, part in enumerate(final.content or ()):
            if part.type == "refusal":
                self.end_refusal(out, part.refusal)
            elif part.text is not None:
                self.end_text(out, index, part)
        self._end_part(out)
        for part_of_text in self._parts.values():
            self._tell_annotations(out, part_of_text)
        if self._started:
            item = self._item.model_copy(
                update={
                    "status": status,
                    "text": "".join(self._texts),
                    "annotations": tuple(self._annotations),
                    "refusal": "".join(self._refusal) or None,
                }
            )
            out.append(ItemFinished(item))

    def echo(self) -> dict[str, Any] | None:
        """The item for the next round, where the server never sent it whole."""
        text = "".join("".join(part.raw) for part in self._parts.values())
        if not text:
            return None
        part = {"type": "output_text", "text": text, "annotations": []}
        return {"type": "message", "role": "assistant", "content": [part]}

    def _open_part(self, out: Out, index: int) -> _Part:
        self._end_part(out)
        start = self._current.filter.end if self._current is not None else 0
        part = self._parts[index] = self._current = _Part(CitationFilter(start))
        return part

    def _end_part(self, out: Out) -> None:
        part = self._current
        if part is None:
            return
        self._show(out, part, *part.filter.finish())
        self._tell_annotations(out, part)

    def _tell_annotations(self, out: Out, part: _Part) -> None:
        for body in part.annotations[part.told :]:
            annotation = _annotation(body, part)
            if annotation is not None and self._started:
                self._annotations.append(annotation)
                out.append(Annotated(self._item.id, annotation, body.container_id))
        part.told = len(part.annotations)

    def _show(self, out: Out, part: _Part, text: str, marks: tuple[Mark, ...]) -> None:
        part.marks += marks
        if text:
            self._start(out)
            self._texts.append(text)
            out.append(TextDelta(self._item.id, "text", text))
        for mark in marks:
            if mark.filename is None:
                self._start(out)
                out.append(Marked(self._item.id, mark))

    def _start(self, out: Out) -> None:
        if not self._started:
            self._started = True
            out.append(ItemStarted(self._item))


def _annotation(body: AnnotationBody, part: _Part) -> ItemAnnotation | None:
    """Ours, with the range in the text as it was emitted."""
    text = part.filter
    start = text.position(body.start_index) if body.start_index is not None else text.end
    end = text.position(body.end_index) if body.end_index is not None else start
    end = max(start, end)
    match body.type:
        case "url_citation" if body.url:
            return UrlCitation(start=start, end=end, url=body.url, title=body.title)
        case "file_citation" if body.file_id:
            # `index` is where the citation is inserted, not its number in a list.
            place = text.position(body.index) if body.index is not None else text.end
            return FileCitation(
                start=place, end=place, file_id=body.file_id, filename=body.filename
            )
        case "container_file_citation" | "file_path" if body.file_id:
            # Its range lies within a link to the sandbox, of which the label is what was emitted.
            end = max((mark.end for mark in part.marks if mark.start == start), default=end)
            return FilePath(start=start, end=end, file_id=body.file_id, filename=body.filename)
        case _:
            log.warning("Skipped an annotation of the type %.40r", body.type)
            return None


class OpenReasoning:
    """Summaries, or the reasoning itself where a model shows it: one list of texts."""

    kind = "reasoning"

    def __init__(self, run_id: RunId, foreign: OutputItem) -> None:
        self.foreign = foreign
        self._item = Reasoning(id=new_item_id(), run_id=run_id, created_at=time.time())
        self._texts: dict[tuple[str, int], list[str]] = {}

    def add_text(self, out: Out, source: str, index: int, delta: str) -> None:
        """`source` is `summary` or `content`, each of which counts its texts from 0."""
        if not delta:
            return
        if not self._texts:
            out.append(ItemStarted(self._item))
        texts = self._texts.setdefault((source, index), [])
        texts.append(delta)
        place = list(self._texts).index((source, index))
        out.append(TextDelta(self._item.id, "summary", delta, place))

    def end_text(self, out: Out, source: str, index: int, text: str | None) -> None:
        self.add_text(out, source, index, rest_of(self._texts.get((source, index), []), text))

    def finish(self, out: Out, final: OutputItem, status: ItemStatus) -> None:
        for index, part in enumerate(final.summary or ()):
            self.end_text(out, "summary", index, part.text)
        for index, part in enumerate(final.content or ()):
            self.end_text(out, "content", index, part.text)
        if self._texts:
            summary = tuple("".join(texts) for texts in self._texts.values())
            item = self._item.model_copy(update={"status": status, "summary": summary})
            out.append(ItemFinished(item))

    def echo(self) -> dict[str, Any] | None:
        return None
