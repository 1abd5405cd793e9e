"""What of a conversation a model can read: the newest turns, as many as fit.

The oldest are left out, and not condensed: a summary would be one more request that may fail, cost
and wait, would say each time another thing, and could not be looked at on the page.

A turn is a message of the user and all that followed it, so calls stay with their outputs.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from backend.domain.ids import new_item_id
from backend.domain.item_files import item_files
from backend.domain.items import FunctionCall, Item, UserMessage
from backend.domain.parts import FilePart
from backend.upstreams.prompt.words import output_text, told

BYTES_PER_TOKEN: Final = 4
"""Of UTF-8: about right for English and for Chinese, too few for Russian and too many for numbers. A
server that refuses or counts knows better, and is believed."""
PICTURE_TOKENS: Final = 1_000
ITEM_TOKENS: Final = 4

_LEFT_OUT: Final = "(The beginning of this conversation was left out, since it is longer than what you can read.{})"


@dataclass(frozen=True, slots=True)
class Fitted:
    """As much of a history as fits."""

    history: tuple[Item, ...]
    tokens: int
    """By our estimate."""
    left_out: int
    """How many items were."""
    is_shortest: bool
    """Whether nothing more can be left out."""


def tokens_of_text(text: str) -> int:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return size // BYTES_PER_TOKEN


def fitted(history: tuple[Item, ...], budget: float) -> Fitted:
    """Returns the newest turns of a history that take no more than `budget` tokens, and always the
    last one. What came with the others as files stays, where that fits."""
    starts = [place for place, item in enumerate(history) if isinstance(item, UserMessage)] or [0]
    sizes = [_tokens(item) for item in history]
    if (whole := sum(sizes)) <= budget or len(starts) == 1:
        return Fitted(history, whole, 0, len(starts) == 1)
    last = kept = starts[-1]
    size = sum(sizes[last:])
    with_files = size + _tokens(_instead_of(history[:last], with_files=True)) <= budget
    room = budget - _tokens(_instead_of(history[:last], with_files=with_files))
    for start in reversed(starts[1:-1]):
        grown = size + sum(sizes[start:kept])
        if grown > room:
            break
        kept, size = start, grown
    head = _instead_of(history[:kept], with_files=with_files)
    return Fitted(
        (head, *history[kept:]), size + _tokens(head), kept, kept == last and not head.files
    )


def _instead_of(left_out: Sequence[Item], *, with_files: bool) -> UserMessage:
    """Returns a message that stands for those that are left out, with their files or their names."""
    files = {
        file.file_id: file
        for item in left_out
        if isinstance(item, UserMessage)
        for file in item.files
    }
    kept: tuple[FilePart, ...] = tuple(files.values())
    names = "" if with_files or not kept else f" Its files: {', '.join(f.name for f in kept)}."
    return UserMessage(
        id=new_item_id(),
        status="completed",
        created_at=time.time(),
        text=_LEFT_OUT.format(names),
        files=kept if with_files else (),
    )


def _tokens(item: Item) -> int:
    text = told(item)
    if isinstance(item, FunctionCall):
        # Told whole, and not cut as in words.
        text = item.name + item.arguments + output_text(item)
    pictures = sum(file.media_type.startswith("image/") for file in item_files(item))
    return tokens_of_text(text) + pictures * PICTURE_TOKENS + ITEM_TOKENS
