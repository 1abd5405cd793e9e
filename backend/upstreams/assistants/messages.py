"""A message of the remote thread becomes one assistant message, its markers removed.

It begins with its first part, after the reasoning that a model may write at its beginning.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend.domain.annotations import FileCitation, FilePath, ItemAnnotation
from backend.domain.ids import FileId, RunId, new_item_id
from backend.domain.items import AssistantMessage, ItemStatus
from backend.domain.parts import ImagePart, TextPart
from backend.upstreams.assistants.events import AnnotationPart, ContentPart, TextObject
from backend.upstreams.builders.made_parts import MadeParts
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out, standing_text
from backend.upstreams.citations import CitationFilter, Mark
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemFinished,
    ItemStarted,
    Remark,
    TextDelta,
    UpstreamEvent,
)
from backend.upstreams.thoughts import ThoughtSplitter

log = logging.getLogger(__name__)

_BETWEEN_REFUSALS = "\n\n"


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
        """The end. A `content` is the truth, unless much of what was streamed is missing there."""
        body = self._streamed
        if content and not self._is_shown:
            yield from self._shown(self._added(content))
        yield from self._shown(body.finish())
        if content and self._is_shown:
            whole = _Body(self._item, self._filenames)
            told = [event for place, part in enumerate(content) for event in whole.add(place, part)]
            told += whole.finish()
            if _may_replace(whole.message, body.message):
                body = whole
                yield from (event for event in told if isinstance(event, Remark))
        if self._is_shown:
            yield ItemFinished(body.message.model_copy(update={"status": status}))

    @property
    def has_begun(self) -> bool:
        """Whether anything of it was streamed."""
        return self._is_shown

    @property
    def text(self) -> str:
        """As it was streamed."""
        return self._streamed.message.text

    def _added(self, content: Sequence[ContentPart]) -> Iterator[UpstreamEvent]:
        """Emits a state of the item only where the next event does not replace it."""
        held: ItemChanged | None = None
        for place, part in enumerate(content):
            for event in self._streamed.add(place if part.index is None else part.index, part):
                if held is not None and not isinstance(event, ItemChanged):
                    yield held
                held = event if isinstance(event, ItemChanged) else None
                if held is None:
                    yield event
        if held is not None:
            yield held

    def _shown(self, events: Iterator[UpstreamEvent]) -> Iterator[UpstreamEvent]:
        """The item begins with the first event about it."""
        for event in events:
            about = event.item.id if isinstance(event, ItemChanged) else None
            about = getattr(event, "item_id", about)
            if about == self._item.id and not self._is_shown:
                self._is_shown = True
                yield ItemStarted(self._item)
            yield event


@dataclass(slots=True, eq=False)
class _Text:
    """A text of the message, as it was sent and as it is shown."""

    filter: CitationFilter = field(default_factory=CitationFilter)
    sent: int = 0
    """How many characters have come."""
    cut: int = 0
    """How many of them, at its beginning, were reasoning."""
    shown: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    waiting: list[AnnotationPart] = field(default_factory=list)
    annotations: list[ItemAnnotation] = field(default_factory=list)

    @property
    def part(self) -> TextPart:
        return TextPart(text="".join(self.shown), annotations=tuple(self.annotations))

    def position(self, raw_index: int) -> int:
        return self.filter.position(raw_index - self.cut)


class _Body:
    """The parts of a message, in the order in which they arrive."""

    def __init__(self, item: AssistantMessage, filenames: Mapping[str, str]) -> None:
        self._item = item
        self._thoughts = ThoughtSplitter()
        self._reasoning = ReasoningBuilder(item.run_id)
        self._filenames = filenames
        self._index: int | None = None
        self._refusal_index: int | None = None
        self._seen: dict[str, AnnotationPart] = {}
        self._parts: list[_Text | ImagePart] = []
        self._made = MadeParts()
        self._refusal: list[str] = []

    @property
    def message(self) -> AssistantMessage:
        """The message so far."""
        content = (part.part if isinstance(part, _Text) else part for part in self._parts)
        refusal = "".join(self._refusal) or None
        return self._item.model_copy(update={"content": tuple(content), "refusal": refusal})

    def add(self, index: int, part: ContentPart) -> Iterator[UpstreamEvent]:
        if part.text is not None:
            yield from self._add_text(index, part.text)
        if part.refusal:
            if self._refusal and index != self._refusal_index:
                yield self._refused(_BETWEEN_REFUSALS)
            self._refusal_index = index
            yield self._refused(part.refusal)
        if part.image_file is not None and (file_id := part.image_file.file_id):
            name = self._filenames.get(file_id)
            yield from self._add_image(ImagePart(file_id=FileId(file_id), name=name))
        if part.image_url is not None and part.image_url.url:
            yield from self._add_image(ImagePart(url=part.image_url.url))

    def finish(self) -> Iterator[UpstreamEvent]:
        """Let out what was held back."""
        text = self._text
        if text is None:
            return
        if self._thoughts.is_open:
            thought, rest = self._thoughts.finish()
            yield from self._think(text, thought, len(rest))
            yield from self._read(text, rest)
        shown, marks = text.filter.finish()
        yield from self._say(text, shown)
        text.marks += marks
        yield from self._match(text)
        for annotation in text.waiting:
            start = annotation.start_index
            if start is not None:
                end = annotation.end_index if annotation.end_index is not None else start
                place = text.position(start), text.position(end)
                yield from self._annotate(text, annotation, *place)
        for mark in text.marks:
            # One annotation may stand for all places of its marker.
            if (seen := self._seen.get(mark.text)) is not None:
                yield from self._annotate(text, seen, mark.start, mark.end)
        text.marks, text.waiting = [], []
        if not text.shown:
            self._parts.remove(text)

    @property
    def _text(self) -> _Text | None:
        """The text that may still grow."""
        last = self._parts[-1] if self._parts else None
        return last if isinstance(last, _Text) else None

    def _add_text(self, index: int, part: TextObject) -> Iterator[UpstreamEvent]:
        text = self._text
        if text is None or (part.value and index != self._index):
            yield from self.finish()
            text = _Text()
            self._parts.append(text)
            self._index = index
        if part.value:
            raw = part.value
            text.sent += len(raw)
            if self._thoughts.is_open:
                thought, raw = self._thoughts.feed(raw)
                yield from self._think(text, thought, len(raw))
            yield from self._read(text, raw)
        if part.annotations:
            text.waiting += part.annotations
        if text.waiting:
            yield from self._match(text)

    def _add_image(self, image: ImagePart) -> Iterator[UpstreamEvent]:
        out: Out = []
        is_taken = self._made.take(out)
        yield from out
        if is_taken:
            yield from self.finish()
            self._parts.append(image)
            yield ItemChanged(self.message)

    def _read(self, text: _Text, raw: str) -> Iterator[UpstreamEvent]:
        shown, marks = text.filter.feed(raw)
        text.marks += marks
        yield from self._say(text, shown)

    def _think(self, text: _Text, thought: str, left: int) -> Iterator[UpstreamEvent]:
        """Emit the reasoning. `left` is how many characters of the text are none of it."""
        out: Out = []
        self._reasoning.add_text(out, "thoughts", thought)
        if not self._thoughts.is_open:
            text.cut = text.sent - left
            self._reasoning.finish(out, "completed")
        yield from out

    def _say(self, text: _Text, shown: str) -> Iterator[UpstreamEvent]:
        if shown:
            text.shown.append(shown)
            yield TextDelta(self._item.id, "text", shown, len(self._parts) - 1)

    def _refused(self, text: str) -> TextDelta:
        self._refusal.append(text)
        return TextDelta(self._item.id, "refusal", text)

    def _match(self, text: _Text) -> Iterator[UpstreamEvent]:
        """An annotation belongs to the first marker that reads like it and has none yet."""
        waiting, text.waiting = text.waiting, []
        for annotation in waiting:
            mark = next((mark for mark in text.marks if mark.text == annotation.text), None)
            if mark is None:
                text.waiting.append(annotation)
                continue
            text.marks.remove(mark)
            self._seen[mark.text] = annotation
            yield from self._annotate(text, annotation, mark.start, mark.end)

    def _annotate(
        self, text: _Text, part: AnnotationPart, start: int, end: int
    ) -> Iterator[UpstreamEvent]:
        cited, made = part.file_citation, part.file_path
        ours: ItemAnnotation
        if cited is not None and cited.file_id:
            ours = FileCitation(
                start=start,
                end=end,
                file_id=cited.file_id,
                filename=self._filenames.get(cited.file_id),
                quote=cited.quote or None,
            )
        elif made is not None and made.file_id:
            filename = (part.text or "").rpartition("/")[2] or self._filenames.get(made.file_id)
            ours = FilePath(start=start, end=end, file_id=made.file_id, filename=filename)
        else:
            log.info("Skipped an annotation of type %r", part.type)
            return
        text.annotations.append(ours)
        yield Annotated(self._item.id, ours, len(self._parts) - 1)


def _may_replace(whole: AssistantMessage, streamed: AssistantMessage) -> bool:
    return (
        len(whole.content) >= len(streamed.content)
        and standing_text(streamed.text, whole.text) == whole.text
    )
