"""The files of items: what was attached, what models and tools made."""

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


def thread_files(items: Iterable[Item]) -> Iterator[tuple[FilePart, Item]]:
    """Yields every file that the items name, with its item. It may be deleted by now."""
    for item in items:
        match item:
            case AssistantMessage(content=parts):
                yield from ((part, item) for part in _files(parts))
            case FunctionCall(outputs=parts) | CodeInterpreterCall(outputs=parts):
                yield from ((part, item) for part in _files(parts))
            case _:
                yield from ((part, item) for part in item_files(item))


def item_files(item: Item) -> tuple[FilePart, ...]:
    """Returns the files that an item shows to the model: what was attached, and pictures."""
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
    return _files(part for part in parts if isinstance(part, ImagePart))


def _files(parts: Iterable[object]) -> Iterator[FilePart]:
    for part in parts:
        if isinstance(part, FilePart):
            yield part
        elif isinstance(part, ImagePart) and part.file_id is not None:
            yield FilePart(
                file_id=part.file_id,
                name=part.name or part.file_id,
                media_type=part.media_type or "",
                size=part.size,
            )
