"""A message of the remote thread as one of ours, its markers removed."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from backend.domain.annotations import FileCitation, FilePath, ItemAnnotation
from backend.domain.ids import FileId, RunId
from backend.domain.items import AssistantMessage, ItemStatus
from backend.domain.parts import ImagePart
from backend.upstreams.assistants.events import AnnotationPart, ContentPart, TextObject
from backend.upstreams.builders.message import MessageBuilder, Part, PartAnnotation
from backend.upstreams.builders.whole import Out, standing_text
from backend.upstreams.events import Remark

log = logging.getLogger(__name__)

_BETWEEN_REFUSALS = "\n\n"


class RemoteMessage:
    """One message, from its first sign to its end."""

    def __init__(self, run_id: RunId, filenames: Mapping[str, str]) -> None:
        self._run_id = run_id
        self._filenames = filenames
        self._builder = MessageBuilder(run_id, joins_texts=False)
        self._streamed = _Content(self._builder, filenames)

    @property
    def is_shown(self) -> bool:
        """Whether anything of it was streamed, be it reasoning alone."""
        return self._builder.is_shown or bool(self._builder.raw_text)

    @property
    def text(self) -> str:
        """As it was streamed."""
        return self._builder.message.text

    def add(self, out: Out, content: Sequence[ContentPart]) -> None:
        """More of the message."""
        self._streamed.add(out, content)

    def finish(
        self, out: Out, status: ItemStatus, content: Sequence[ContentPart] | None = None
    ) -> None:
        """The end. A `content` is the truth, unless much of what was streamed is missing there."""
        if content and not self.is_shown:
            self.add(out, content)
        self._builder.finish(out, status)
        if not content or not self._builder.is_shown:
            return
        streamed = self._builder.message
        whole = MessageBuilder(self._run_id, item=streamed, joins_texts=False)
        told: Out = []
        _Content(whole, self._filenames).add(told, content)
        whole.finish(told, status)
        if _may_replace(whole.message, streamed):
            out[-1] = told[-1]
            out[-1:-1] = (event for event in told if isinstance(event, Remark))


class _Content:
    """The content parts of a message, in the order in which they arrive."""

    def __init__(self, builder: MessageBuilder, filenames: Mapping[str, str]) -> None:
        self._builder = builder
        self._filenames = filenames
        self._place = -1
        """Of the last part."""
        self._text_index: int | None = None
        """The server's own, of the text that may still grow."""
        self._refusal_index: int | None = None
        self._annotations: Counter[tuple[int, str]] = Counter()
        """How many there are of each marker in each part."""

    def add(self, out: Out, content: Sequence[ContentPart]) -> None:
        for place, part in enumerate(content):
            self._add(out, place if part.index is None else part.index, part)

    def _add(self, out: Out, index: int, part: ContentPart) -> None:
        if part.text is not None:
            self._add_text(out, index, part.text)
        if part.refusal:
            if self._refusal_index not in (None, index):
                self._builder.add_refusal(out, _BETWEEN_REFUSALS)
            self._refusal_index = index
            self._builder.add_refusal(out, part.refusal)
        if part.image_file is not None and (file_id := part.image_file.file_id):
            name = self._filenames.get(file_id)
            self._add_image(out, ImagePart(file_id=FileId(file_id), name=name))
        if part.image_url is not None and part.image_url.url:
            self._add_image(out, ImagePart(url=part.image_url.url))

    def _add_text(self, out: Out, index: int, text: TextObject) -> None:
        if self._text_index is None or (text.value and index != self._text_index):
            self._place += 1
            self._text_index = index
        if text.value:
            self._builder.add_text(out, self._place, text.value)
        for annotation in text.annotations or ():
            self._annotate(out, annotation)

    def _add_image(self, out: Out, image: ImagePart) -> None:
        self._place += 1
        self._text_index = None
        self._builder.add_made(out, self._place, image)

    def _annotate(self, out: Out, annotation: AnnotationPart) -> None:
        marker = self._place, annotation.text or ""
        number = self._annotations[marker]
        self._annotations[marker] += 1

        def place(part: Part) -> Iterator[ItemAnnotation]:
            marks = [mark for mark in part.marks if mark.text == annotation.text]
            # The last annotation of a marker stands for all places of it that are left.
            is_last = number + 1 == self._annotations[marker]
            places = [(mark.start, mark.end) for mark in marks[number:]][: None if is_last else 1]
            if not marks and (start := annotation.start_index) is not None:
                end = start if annotation.end_index is None else annotation.end_index
                places = [(part.position(start), part.position(end))]
            for start, end in places:
                yield from self._annotation(annotation, start, end)

        self._builder.annotate(out, self._place, PartAnnotation((*marker, number), place))

    def _annotation(
        self, annotation: AnnotationPart, start: int, end: int
    ) -> Iterator[ItemAnnotation]:
        cited, made = annotation.file_citation, annotation.file_path
        if cited is not None and cited.file_id:
            yield FileCitation(
                start=start,
                end=end,
                file_id=cited.file_id,
                filename=self._filenames.get(cited.file_id),
                quote=cited.quote or None,
            )
        elif made is not None and made.file_id:
            name = (annotation.text or "").rpartition("/")[2] or self._filenames.get(made.file_id)
            yield FilePath(start=start, end=end, file_id=made.file_id, filename=name)
        else:
            log.info("Skipped an annotation of type %r", annotation.type)


def _may_replace(whole: AssistantMessage, streamed: AssistantMessage) -> bool:
    return (
        len(whole.content) >= len(streamed.content)
        and standing_text(streamed.text, whole.text) == whole.text
    )
