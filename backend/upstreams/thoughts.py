"""Reasoning that a model writes into its text, between tags such as `<think>` and `</think>`.

Servers that know the model send it as reasoning; others pass the tags on. They stand at the
beginning of a message, so a text that merely mentions such a tag is left alone. Where the server's
template has written the opening tag itself, only the closing one is sent, on a line of its own.
"""

import re
from typing import Final

_PAIRS: Final = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|start|>assistant<|channel|>final<|message|>", ""),
    ("<|channel|>final<|message|>", ""),
)
"""Opening and closing tags; what has no closing tag only announces the text."""


_UNOPENED: Final = re.compile(
    r"^(?P<thought>\S.*?)\s*\n</(?P<tag>think|thinking|thought|thoughts|reasoning)>[ \t]*\n\s*(?=\S)",
    re.DOTALL,
)
_FENCE: Final = "```"


def split_thoughts(text: str) -> tuple[str, str]:
    """Returns the reasoning at the beginning of a message's whole text, and the rest."""
    splitter = ThoughtSplitter()
    thought, shown = splitter.feed(text)
    held, rest = splitter.finish()
    if thought or held:
        return thought + held, shown + rest
    return unopened_thought(text) or ("", shown + rest)


def unopened_thought(text: str) -> tuple[str, str] | None:
    """Returns the reasoning that ends with a tag which nothing opened, and the rest; or None."""
    found = _UNOPENED.match(text) if "</" in text else None
    if found is None or f"<{found['tag']}>" in text or found["thought"].count(_FENCE) % 2:
        return None
    return found["thought"], text[found.end() :]


def without_thoughts(text: str) -> str:
    """Returns a message's whole text without the reasoning at its beginning."""
    return split_thoughts(text)[1]


class ThoughtSplitter:
    """Text in, as it arrives; reasoning and text out. One per message."""

    def __init__(self) -> None:
        self._held = ""
        self._closing: str | None = None
        self.is_open = True
        """Whether reasoning may still come: no text was let through yet."""

    def feed(self, delta: str) -> tuple[str, str]:
        """Returns the reasoning and the text that are certain by now."""
        if not self.is_open:
            return "", delta
        self._held += delta
        thought: list[str] = []
        while self.is_open:
            if self._closing is not None:
                text, closed = self._until(self._closing)
                thought.append(text)
                if not closed:
                    return "".join(thought), ""
                self._closing = None
                self._held = self._held.lstrip()
            elif not self._opens():
                if self._may_open():
                    return "".join(thought), ""
                self.is_open = False
        text, self._held = self._held, ""
        return "".join(thought), text

    def finish(self) -> tuple[str, str]:
        """Returns what was held back. No reasoning comes after it."""
        self.is_open = False
        held, self._held = self._held, ""
        return (held, "") if self._closing is not None else ("", held)

    def _opens(self) -> bool:
        text = self._held.lstrip()
        for opening, closing in _PAIRS:
            if text.startswith(opening):
                self._closing = closing or None
                self._held = text[len(opening) :].lstrip()
                return True
        return False

    def _may_open(self) -> bool:
        text = self._held.lstrip()
        return any(opening.startswith(text) for opening, _ in _PAIRS)

    def _until(self, closing: str) -> tuple[str, bool]:
        """What stands before the closing tag, and whether that has come; a part of it is kept."""
        text, tag, rest = self._held.partition(closing)
        if tag:
            self._held = rest
            return text.rstrip(), True
        keep = next(
            (
                n
                for n in range(min(len(closing) - 1, len(text)), 0, -1)
                if closing.startswith(text[-n:])
            ),
            0,
        )
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep], False
