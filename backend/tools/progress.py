"""What a function says of how far it is, shown on the item of its call."""

import asyncio
import math
from typing import Final

from backend.domain.items import FunctionCall, Progress
from backend.domain.text import clean_text
from backend.tools.tool import Display

INTERVAL_S: Final = 0.1
"""Between two states that are shown. A function may report as often as it likes."""

MAX_MESSAGE_CHARS: Final = 200


class ProgressReport:
    """May be called from any thread, as often as one likes.

    `end` shows the last state. What comes later is dropped, as that of a cancelled call is.
    """

    def __init__(self, display: Display) -> None:
        self._display = display
        self._loop = asyncio.get_running_loop()
        self._told: tuple[float | None, str | None] | None = None
        self._is_due = False
        self._is_over = False

    def __call__(self, fraction: float | None = None, message: str | None = None) -> None:
        # Functions may pass anything. What they pass is read here, in their thread.
        self._told = _fraction(fraction), _text(message)
        if not self._is_due and not self._is_over:
            self._is_due = True
            self._loop.call_soon_threadsafe(self._show_soon)

    def end(self, *, shown: bool) -> None:
        if shown:
            self._show()
        self._is_over = True

    def _show_soon(self) -> None:
        self._show()
        self._loop.call_later(INTERVAL_S, self._show_last)

    def _show_last(self) -> None:
        self._is_due = False
        self._show()

    def _show(self) -> None:
        told, self._told = self._told, None
        if told is None or self._is_over:
            return
        item = self._display.item
        assert isinstance(item, FunctionCall)
        fraction, message = told
        progress = Progress(fraction=fraction, message=message and clean_text(message))
        self._display.replace(item.model_copy(update={"progress": progress}))


def _fraction(given: object) -> float | None:
    known = isinstance(given, int) or (isinstance(given, float) and math.isfinite(given))
    return float(min(max(given, 0), 1)) if known else None  # type: ignore[call-overload]


def _text(given: object) -> str | None:
    return None if given is None else str(given)[:MAX_MESSAGE_CHARS] or None
