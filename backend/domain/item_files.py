"""The files that an item shows to the model: what was attached, and pictures that were made."""

from collections.abc import Iterable, Iterator

from backend.domain.ids import FileId
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    UserMessage,
)
from backend.domain.parts import FilePart, ImagePart


def item_files(item: Item) -> tuple[FilePart, ...]:
    match item:
        case UserMessage():
            return item.files
        case AssistantMessage():
            return tuple(_pictures(item.content))
        case ImageGenerationCall(file_id=str(file_id)):
            return (
                FilePart(
                    file_id=FileId(file_id),
                    name=item.filename or file_id,
                    media_type=item.media_type or "",
                    size=item.size,
                ),
            )
        case FunctionCall() | CodeInterpreterCall():
            return tuple(_pictures(item.outputs))
        case _:
            return ()


def _pictures(parts: Iterable[object]) -> Iterator[FilePart]:
    for part in parts:
        if isinstance(part, ImagePart) and part.file_id is not None:
            yield FilePart(
                file_id=part.file_id,
                name=part.name or part.file_id,
                media_type=part.media_type or "",
                size=part.size,
            )
