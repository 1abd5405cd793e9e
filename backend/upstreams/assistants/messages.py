"""A message of the remote thread becomes one assistant message: parts joined, markers removed.

It begins with its first text, after the reasoning that a model may write at its beginning.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence

from backend.domain.annotations import FileCitation, FilePath, ItemAnnotation
from backend.domain.ids import RunId, new_item_id
from backend.domain.items import AssistantMessage, ItemStatus
from backend.domain.transcript import utf16_length
from backend.upstreams.assistants.events import AnnotationPart, ContentPart, TextPart
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out
from backend.upstreams.citations import CitationFilter, Mark
from backend.upstreams.events import Annotated, ItemFinished, ItemStarted, TextDelta, UpstreamEvent
from backend.upstreams.thoughts import ThoughtSplitter

log = logging.getLogger(__name__)

_BETWEEN_PARTS = "\n\n"


class MessageTranslator:
    """One message, from its first sign to its end."""

    def __init__(self, run_id: RunId, filenames: Mapping[str, str]) -> None:
        self._item = AssistantMessage(id=new_item_id(), run_id=run_id, created_at=time.time())
        self._filenames = filenames
        self._streamed = _Body(self._item, filenames)
        self._is_shown = False

    def add(self, content: Sequence[ContentPart]) -> Iterator[UpstreamEvent]:
        """More of the message."""
        yield from self._shown(self._added(content))

    def finish(
        self, status: ItemStatus, content: Sequence[ContentPart] | None = None
    ) -> Iterator[UpstreamEvent]:
        """The end. A `content` with anything in it is the truth, whatever was streamed."""
        body = self._streamed
        if content and not self._is_shown:
            yield from self._shown(self._added(content))
        yield from self._shown(body.finish())
        if content and self._is_shown:
            body = _Body(self._item, self._filenames)
            for place, part in enumerate(content):
                _exhaust(body.add(place, part))
            _exhaust(body.finish())
        if self._is_shown:
            yield ItemFinished(
                self._item.model_copy(
                    update={
                        "status": status,
                        "text": "".join(body.text),
                        "annotations": tuple(body.annotations),
                        "refusal": "".join(body.refusal) or None,
                    }
                )
            )

    def _added(self, content: Sequence[ContentPart]) -> Iterator[UpstreamEvent]:
        for place, part in enumerate(content):
            yield from self._streamed.add(place if part.index is None else part.index, part)

    def _shown(self, events: Iterator[UpstreamEvent]) -> Iterator[UpstreamEvent]:
        """The item begins with the first event about it."""
        for event in events:
            is_about_it = getattr(event, "item_id", None) == self._item.id
            if is_about_it and not self._is_shown:
                self._is_shown = True
                yield ItemStarted(self._item)
            yield event


class _Body:
    """The parts of a message, joined in the order in which they arrive."""

    def __init__(self, item: AssistantMessage, filenames: Mapping[str, str]) -> None:
        self._item_id = item.id
        self._thoughts = ThoughtSplitter()
        self._reasoning = ReasoningBuilder(item.run_id)
        self._raw_length = 0
        self._cut = 0
        """How many characters of the first part were reasoning."""
        self._filenames = filenames
        self._index: int | None = None
        self._refusal_index: int | None = None
        self._citations = CitationFilter()
        self._marks: list[Mark] = []
        self._waiting: list[AnnotationPart] = []
        self._seen: dict[str, AnnotationPart] = {}
        self._length = 0
        self.text: list[str] = []
        self.refusal: list[str] = []
        self.annotations: list[ItemAnnotation] = []

    def add(self, index: int, part: ContentPart) -> Iterator[UpstreamEvent]:
        if part.text is not None:
            yield from self._add_text(index, part.text)
        if part.refusal:
            if self.refusal and index != self._refusal_index:
                yield self._refused(_BETWEEN_PARTS)
            self._refusal_index = index
            yield self._refused(part.refusal)
        if part.image_file is not None and part.image_file.file_id:
            yield from self._add_image(index, part.image_file.file_id)
        if part.image_url is not None and part.image_url.url:
            yield from self._begin(index)
            yield from self._show(f"![image](<{_linkable(part.image_url.url)}>)")

    def finish(self) -> Iterator[UpstreamEvent]:
        """Let out what was held back."""
        if self._thoughts.is_open:
            thought, text = self._thoughts.finish()
            yield from self._think(thought, len(text))
            yield from self._read(text)
        shown, marks = self._citations.finish()
        yield from self._say(shown)
        self._marks += marks
        yield from self._match()
        for annotation in self._waiting:
            start = annotation.start_index
            if start is not None:
                end = annotation.end_index if annotation.end_index is not None else start
                place = self._position(start), self._position(end)
                yield from self._annotate(annotation, *place)
        for mark in self._marks:
            # One annotation may stand for all places of its marker.
            if (seen := self._seen.get(mark.text)) is not None:
                yield from self._annotate(seen, mark.start, mark.end)
        self._marks, self._waiting = [], []

    def _add_text(self, index: int, text: TextPart) -> Iterator[UpstreamEvent]:
        if text.value:
            yield from self._begin(index)
            yield from self._show(text.value)
        if text.annotations:
            self._waiting += text.annotations
        if self._waiting:
            yield from self._match()

    def _add_image(self, index: int, file_id: str) -> Iterator[UpstreamEvent]:
        yield from self._begin(index)
        start = self._length
        yield from self._say(f"[image {self._filenames.get(file_id, file_id)}]")
        yield from self._keep(
            FilePath(
                start=start,
                end=self._length,
                file_id=file_id,
                filename=self._filenames.get(file_id),
            )
        )

    def _begin(self, index: int) -> Iterator[UpstreamEvent]:
        if index == self._index:
            return
        if self._index is not None:
            yield from self.finish()
            if self.text:
                yield from self._say(_BETWEEN_PARTS)
            self._cut = 0
        self._index = index
        self._citations = CitationFilter(self._length)

    def _show(self, raw: str) -> Iterator[UpstreamEvent]:
        self._raw_length += len(raw)
        if self._thoughts.is_open:
            thought, raw = self._thoughts.feed(raw)
            yield from self._think(thought, len(raw))
        yield from self._read(raw)

    def _read(self, raw: str) -> Iterator[UpstreamEvent]:
        shown, marks = self._citations.feed(raw)
        self._marks += marks
        yield from self._say(shown)

    def _think(self, thought: str, left: int) -> Iterator[UpstreamEvent]:
        """Emit the reasoning. `left` is how many characters of the text are none of it."""
        out: Out = []
        self._reasoning.add_text(out, "thoughts", thought)
        if not self._thoughts.is_open:
            self._cut = self._raw_length - left
            self._reasoning.finish(out, "completed")
        yield from out

    def _position(self, raw_index: int) -> int:
        return self._citations.position(raw_index - self._cut)

    def _say(self, text: str) -> Iterator[UpstreamEvent]:
        if text:
            self.text.append(text)
            self._length += utf16_length(text)
            yield TextDelta(self._item_id, "text", text)

    def _refused(self, text: str) -> TextDelta:
        self.refusal.append(text)
        return TextDelta(self._item_id, "refusal", text)

    def _match(self) -> Iterator[UpstreamEvent]:
        """An annotation belongs to the first marker that reads like it and has none yet."""
        waiting, self._waiting = self._waiting, []
        for annotation in waiting:
            mark = next((mark for mark in self._marks if mark.text == annotation.text), None)
            if mark is None:
                self._waiting.append(annotation)
                continue
            self._marks.remove(mark)
            self._seen[mark.text] = annotation
            yield from self._annotate(annotation, mark.start, mark.end)

    def _annotate(self, part: AnnotationPart, start: int, end: int) -> Iterator[UpstreamEvent]:
        cited, made = part.file_citation, part.file_path
        if cited is not None and cited.file_id:
            yield from self._keep(
                FileCitation(
                    start=start,
                    end=end,
                    file_id=cited.file_id,
                    filename=self._filenames.get(cited.file_id),
                    quote=cited.quote or None,
                )
            )
        elif made is not None and made.file_id:
            filename = (part.text or "").rpartition("/")[2] or self._filenames.get(made.file_id)
            yield from self._keep(
                FilePath(start=start, end=end, file_id=made.file_id, filename=filename)
            )
        else:
            log.info("Skipped an annotation of type %r", part.type)

    def _keep(self, annotation: ItemAnnotation) -> Iterator[UpstreamEvent]:
        self.annotations.append(annotation)
        yield Annotated(self._item_id, annotation)


def _linkable(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("\n", "")


def _exhaust(events: Iterator[UpstreamEvent]) -> None:
    for _ in events:
        pass
