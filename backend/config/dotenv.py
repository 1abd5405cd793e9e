"""The assignments of the `.env` file, read and changed."""

import logging
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from backend.config import env_text, text_file
from backend.domain.errors import InvalidRequest, SettingsFileError

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read(path: Path) -> dict[str, str]:
    """Returns the assignments in `path` by upper-case name; none where there is no file.

    Raises `SettingsFileError`.
    """
    text = text_file.read(path)
    for line in env_text.broken_lines(text):
        logger.warning("%s, line %d is not an assignment and is ignored.", path.name, line)
    return env_text.values(text)


def update(path: Path, changes: Mapping[str, str | None]) -> None:
    """Set each name in `changes` to its value in `path`, or remove it where the value is None.

    All other lines stay the same, byte for byte. The file is replaced atomically and gets mode
    0600. Raises `InvalidRequest` for a value that does not fit on one line, and
    `SettingsFileError` where the file cannot be read, parsed or written.
    """
    for name, value in changes.items():
        _check(name, value)

    def changed(before: str) -> str:
        after = env_text.edited(before, changes)
        if after is None:
            lines = ", ".join(map(str, env_text.broken_lines(before)))
            raise SettingsFileError(
                f"{path.name} was not changed: line {lines} is not an assignment. Perhaps a quote is "
                "never closed. Correct it, then try again."
            )
        return after

    text_file.change(path, changed)


def _check(name: str, value: str | None) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a setting")
    for character in value or "":
        # Cc holds newlines and NUL, Cs cannot be encoded, Zl and Zp end lines for some readers.
        if character != "\t" and unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise InvalidRequest(
                f"{name} must be one line of text without control characters.", field=name
            )
