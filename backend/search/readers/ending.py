"""How the reading of a document ends, and what there is to say about it."""

from msgspec import Struct


class Unreadable(Exception):
    """There is no text to be had; the message is a sentence for whoever uploaded the file."""


class Note(Struct, frozen=True):
    """A sentence for whoever uploaded a file that was read, but maybe not as it was meant."""

    text: str


class Ending(Struct, frozen=True, tag=True):
    """The last line that a reader writes."""

    problem: str | None = None
    note: str | None = None
