"""The contents of a finished message or reasoning, and the annotations of a message."""

import logging
from collections.abc import Iterator

from backend.domain.annotations import FileCitation, FilePath, ItemAnnotation, UrlCitation
from backend.upstreams.builders.message import MessageBuilder, Part, PartAnnotation
from backend.upstreams.builders.reasoning import ReasoningBuilder
from backend.upstreams.builders.whole import Out
from backend.upstreams.responses.items import AnnotationBody, ContentPart, OutputItem

log = logging.getLogger(__name__)


def end_message(message: MessageBuilder, out: Out, final: OutputItem) -> None:
    for index, part in enumerate(final.content or ()):
        end_part(message, out, index, part)


def end_part(message: MessageBuilder, out: Out, index: int, part: ContentPart) -> None:
    if part.type == "refusal":
        message.end_refusal(out, part.refusal)
    elif (made := part.made) is not None:
        message.add_made(out, index, made)
    elif part.text is not None:
        message.end_text(out, index, part.text)
        for annotation in part.annotations or ():
            annotate(message, out, index, annotation)


def end_reasoning(reasoning: ReasoningBuilder, out: Out, final: OutputItem) -> None:
    for index, part in enumerate(final.summary or ()):
        reasoning.end_text(out, ("summary", index), part.text)
    for index, part in enumerate(final.content or ()):
        reasoning.end_text(out, ("content", index), part.text)


def annotate(message: MessageBuilder, out: Out, index: int, body: AnnotationBody) -> None:
    annotation = PartAnnotation(body, lambda part: _annotation(body, part), body.container_id)
    message.annotate(out, index, annotation)


def _annotation(body: AnnotationBody, part: Part) -> Iterator[ItemAnnotation]:
    """Yields ours, with its range in the text as it was emitted."""
    text = part.filter
    start = part.position(body.start_index) if body.start_index is not None else text.end
    end = part.position(body.end_index) if body.end_index is not None else start
    end = max(start, end)
    match body.type:
        case "url_citation" if body.url:
            yield UrlCitation(start=start, end=end, url=body.url, title=body.title)
        case "file_citation" if body.file_id:
            # `index` is where the citation is inserted, not its number in a list.
            place = part.position(body.index) if body.index is not None else text.end
            yield FileCitation(start=place, end=place, file_id=body.file_id, filename=body.filename)
        case "container_file_citation" | "file_path" if body.file_id:
            # Its range lies within a link to the sandbox, of which the label is what was emitted.
            end = max((mark.end for mark in part.marks if mark.start == start), default=end)
            yield FilePath(start=start, end=end, file_id=body.file_id, filename=body.filename)
        case _:
            log.warning("Skipped an annotation of the type %.40r", body.type)
