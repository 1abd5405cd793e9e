"""How the reading of a document ends."""

from msgspec import Struct


class Unreadable(Exception):
    """There is no text to be had; the message is a sentence for whoever uploaded the file."""


class Ending(Struct, frozen=True, tag=True):
    """The last line that a reader writes."""

    problem: str | None = None
