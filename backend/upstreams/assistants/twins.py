"""Messages that a server tells twice: streamed under one id, and stored whole under another.

LLAMPHouse does so for agents that stream an answer and then insert it. By the book each message of
a run is streamed and then told whole, both under one id.
"""

from collections.abc import Sequence

from backend.upstreams.assistants.events import ContentPart


class Twins:
    """The texts of a run's messages so far, by the way in which they came."""

    def __init__(self) -> None:
        self._whole: list[str] = []
        self._streamed: list[str] = []

    def may_come_again(self, text: str) -> bool:
        """Whether a message that begins so may be one that came whole already."""
        return any(known.startswith(text) for known in self._whole)

    def is_one(self, text: str, *, streamed: bool) -> bool:
        """Whether the text came already, in the other way. Each text has one twin."""
        others = self._whole if streamed else self._streamed
        if text in others:
            others.remove(text)
            return True
        if text:
            (self._streamed if streamed else self._whole).append(text)
        return False


def text_of(content: Sequence[ContentPart]) -> str:
    return "".join(part.text.value or "" for part in content if part.text is not None)
