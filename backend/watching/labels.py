"""Values of labels. A monitor keeps a series for each for ever, so there are few."""

import re

from backend.domain.errors import AppError

OTHER = "other"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_CODE = re.compile(r"[a-z]{1,20}(?:_[a-z]{1,20}){0,5}")
"""Words. Servers choose codes freely, and what looks like a key or an id is none."""


class Few:
    """The first so many values stay what they are; any other one is `other`."""

    def __init__(self, limit: int, form: re.Pattern[str] = _NAME) -> None:
        self._limit = limit
        self._form = form
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        if value in self._known:
            return value
        if len(self._known) >= self._limit or self._form.fullmatch(value) is None:
            return OTHER
        self._known.add(value)
        return value


def few_codes(limit: int) -> Few:
    return Few(limit, _CODE)


def code_of(failure: BaseException | None) -> str | None:
    """Returns the code of an error; None where a step was left by none, or was cancelled."""
    if isinstance(failure, AppError):
        return failure.error_code
    return "internal_error" if isinstance(failure, Exception) else None
