"""An assistant message while it streams, from its first text on: servers open messages in vain.

Reasoning between tags becomes items of its own.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO

from backend.domain.annotations import ItemAnnotation
from backend.domain.ids import RunId, new_item_id
from backend.domain.items import AssistantMessage, ItemStatus
from backend.domain.parts import FilePart, ImagePart, MessagePart, TextPart
from backend.upstreams.builders.made_parts import MadeParts
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out, standing_text
from backend.upstreams.citations import CitationFilter, Mark
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemFinished,
    ItemStarted,
    Marked,
    TextDelta,
)
from backend.upstreams.thoughts import Piece, ThoughtSplitter, has_unopened, pieces_of


@dataclass(frozen=True, slots=True)
class PartAnnotation:
    """An annotation of a content part. Two equal ones are one that was sent twice."""

    key: object
    place: Callable[["Part"], Iterable[ItemAnnotation]]
    """Makes ours, once the text of the part is complete: one for each place that it stands for."""
    container_id: str | None = None


@dataclass(slots=True, eq=False)
class Part:
    """One content part of the upstream's."""

    filter: CitationFilter
    place: int = 0
    """Where it is in our content, in which texts that follow one another are one."""
    made: ImagePart | FilePart | None = None
    """The picture or file, if it is no text."""
    thoughts: ThoughtSplitter = field(default_factory=ThoughtSplitter)
    read: int = 0
    """How many characters of what was sent are known to be text or reasoning."""
    cuts: list[tuple[int, int]] = field(default_factory=list)
    """The ranges of what was sent that are reasoning."""
    raw: StringIO = field(default_factory=StringIO)
    """What was sent. What is shown of it, the filter knows."""
    marks: list[Mark] = field(default_factory=list)
    annotations: dict[object, PartAnnotation] = field(default_factory=dict)
    annotated: int = 0
    """How many annotations were emitted."""
    is_final: bool = False

    def position(self, raw_index: int) -> int:
        """Returns the place in our text of an index into the part's, as it was sent."""
        cut = sum(max(0, min(end, raw_index) - start) for start, end in self.cuts)
        return self.filter.position(raw_index - cut)


class MessageBuilder:
    """Joins refusals to one refusal, and texts between which there is no picture or file to one text.

    `joins_texts` is false where the texts of a server are paragraphs.
    """

    def __init__(
        self, run_id: RunId, *, item: AssistantMessage | None = None, joins_texts: bool = True
    ) -> None:
        """`item` is the message that is read here once more."""
        self._item = item or AssistantMessage(
            id=new_item_id(), run_id=run_id, created_at=time.time()
        )
        self._joins_texts = joins_texts
        self._parts: dict[int, Part] = {}
        self._made = MadeParts()
        self._current: Part | None = None
        self._annotations: list[tuple[int, ItemAnnotation]] = []
        self._refusal: list[str] = []
        self._run_id = run_id
        self._has_thought = False
        self._thought: ReasoningBuilder | None = None
        """The reasoning that may still grow …"""
        self._thoughts = 0
        """… and how many began so far, since there may be several in a row."""
        self.is_shown = False

    def add_text(self, out: Out, index: int, delta: str) -> None:
        part = self._parts.get(index)
        if part is None:
            part = self._open_part(out, index)
        elif part.is_final:
            return
        part.raw.write(delta)
        if part is not self._current:
            self._rebuild(out)
            return
        self._read(out, part, part.thoughts.feed(delta))

    def end_text(self, out: Out, index: int, whole: str | None) -> None:
        """Take the whole text of a part."""
        part = self._parts.get(index)
        if part is not None and part.made is not None:
            return
        sent = part.raw.getvalue() if part is not None else ""
        text = standing_text(sent, whole)
        if text != sent:
            if part is not None:
                part.is_final = False
            if text.startswith(sent):
                self.add_text(out, index, text[len(sent) :])
            elif part is not None:
                part.raw = StringIO()
                part.raw.write(text)
                self._rebuild(out)
        if whole and (part := self._parts.get(index)) is not None:
            part.is_final = True

    def annotate(self, out: Out, index: int, annotation: PartAnnotation) -> None:
        """Keep it until the text of the part is complete: its place may lie in text held back."""
        part = self._parts.get(index) or self._open_part(out, index)
        part.annotations.setdefault(annotation.key, annotation)

    def add_made(self, out: Out, index: int, made: ImagePart | FilePart) -> bool:
        """Show a picture or a file. Returns whether the message has it."""
        if index in self._parts:
            return False
        if not self._made.take(out):
            return False
        self._end_part(out)
        place, length = self._after(self._current)
        part = Part(CitationFilter(), place + bool(length), made, is_final=True)
        self._parts[index] = self._current = part
        self._start(out)
        self._change(out)
        return True

    def add_refusal(self, out: Out, delta: str) -> None:
        if delta:
            self._start(out)
            self._refusal.append(delta)
            out.append(TextDelta(self._item.id, "refusal", delta))

    def end_refusal(self, out: Out, whole: str | None) -> None:
        sent = "".join(self._refusal)
        text = standing_text(sent, whole)
        if text.startswith(sent):
            self.add_refusal(out, text[len(sent) :])
        else:
            self._refusal = [text]
            self._change(out)

    def finish(self, out: Out, status: ItemStatus) -> None:
        if list(self._parts) != sorted(self._parts):
            self._rebuild(out)
        self._end_part(out)
        if not self._has_thought and has_unopened(self.raw_text):
            self._rebuild(out)
        for part in self._parts.values():
            self._emit_annotations(out, part)
        if self.is_shown:
            out.append(ItemFinished(self.message.model_copy(update={"status": status})))

    @property
    def raw_text(self) -> str:
        """What the server sent, markers included."""
        return "".join(part.raw.getvalue() for part in self._parts.values())

    @property
    def message(self) -> AssistantMessage:
        """The message as it stands."""
        texts: dict[int, str] = {}
        content: dict[int, MessagePart] = {}
        for part in self._parts.values():
            place = part.place
            if part.made is not None:
                content[place] = part.made
                continue
            texts[place] = texts.get(place, "") + part.filter.text
            if texts[place]:
                ours = (each for at, each in self._annotations if at == place)
                content[place] = TextPart(text=texts[place], annotations=tuple(ours))
        refusal = "".join(self._refusal) or None
        changes = {"content": tuple(content.values()), "refusal": refusal}
        return self._item.model_copy(update=changes)

    def _after(self, part: Part | None) -> tuple[int, int]:
        """Returns the place of a text that follows, and where in our text there it begins."""
        if part is None:
            return 0, 0
        if part.made is not None or (part.filter.end and not self._joins_texts):
            return part.place + 1, 0
        return part.place, part.filter.end

    def _open_part(self, out: Out, index: int) -> Part:
        self._end_part(out)
        place, start = self._after(self._current)
        part = self._parts[index] = self._current = Part(CitationFilter(start), place)
        return part

    def _end_part(self, out: Out) -> None:
        part = self._current
        if part is not None:
            self._read(out, part, part.thoughts.finish())
            self._end_thought(out)
            self._show(out, part, *part.filter.finish())
            self._emit_annotations(out, part)

    def _rebuild(self, out: Out) -> None:
        """Make the text anew from its parts in order, and replace what was shown."""
        self._parts = dict(sorted(self._parts.items()))
        self._annotations, place, start = [], 0, 0
        is_told = self._has_thought
        for part in self._parts.values():
            if part.made is not None:
                part.place = place + bool(start)
                (place, start), self._current = self._after(part), part
                continue
            part.filter, part.place, part.annotated = CitationFilter(start), place, 0
            part.thoughts, part.read, part.cuts = ThoughtSplitter(), 0, []
            pieces = pieces_of(part.raw.getvalue(), part.thoughts)
            texts = list(self._texts(out, part, pieces, is_told=is_told))
            self._end_thought(out)
            marks = part.filter.feed("".join(texts))[1]
            part.marks = [*marks, *part.filter.finish()[1]]
            (place, start), self._current = self._after(part), part
        if self.is_shown or start or place:
            self._start(out)
            self._change(out)

    def _read(self, out: Out, part: Part, pieces: Iterable[Piece]) -> None:
        for text in self._texts(out, part, pieces):
            self._end_thought(out)
            self._show(out, part, *part.filter.feed(text))

    def _texts(
        self, out: Out, part: Part, pieces: Iterable[Piece], *, is_told: bool = False
    ) -> Iterator[str]:
        """Yields the texts among them, and emits the reasoning unless it is told already."""
        for piece in pieces:
            start, part.read = part.read, part.read + piece.raw
            if piece.is_thought:
                part.cuts.append((start, part.read))
                if not is_told:
                    self._think(out, piece.text)
            else:
                yield piece.text

    def _think(self, out: Out, text: str) -> None:
        """Emit reasoning; an empty text stands between one and the next."""
        if self._thought is None:
            self._thought = ReasoningBuilder(self._run_id)
        if text:
            self._has_thought = True
            self._thought.add_text(out, self._thoughts, text)
        else:
            self._thoughts += 1

    def _end_thought(self, out: Out) -> None:
        if self._thought is not None:
            self._thought.finish(out, "completed")
            self._thought = None

    def _emit_annotations(self, out: Out, part: Part) -> None:
        for annotation in list(part.annotations.values())[part.annotated :]:
            for ours in annotation.place(part) if part.filter.end else ():
                self._annotations.append((part.place, ours))
                out.append(Annotated(self._item.id, ours, part.place, annotation.container_id))
        part.annotated = len(part.annotations)

    def _show(self, out: Out, part: Part, text: str, marks: tuple[Mark, ...]) -> None:
        if text:
            self._start(out)
            out.append(TextDelta(self._item.id, "text", text, part.place))
        if marks:
            part.marks += marks
            for mark in marks:
                if mark.filename is None:
                    self._start(out)
                    out.append(Marked(self._item.id, mark, part.place))

    def _start(self, out: Out) -> None:
        if not self.is_shown:
            self.is_shown = True
            out.append(ItemStarted(self._item, is_filtered=True))

    def _change(self, out: Out) -> None:
        """Tell how it stands, in place of how it stood if that is yet to be sent."""
        last = out[-1] if out else None
        if isinstance(last, ItemChanged) and last.item.id == self._item.id:
            out.pop()
        out.append(ItemChanged(self.message))
