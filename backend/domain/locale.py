"""The language and region of a visitor, as a tag of BCP 47: `de`, `pt-BR`."""

import re
from typing import Final

DEFAULT: Final = "en"

_TAG: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def locale_tag(text: str | None) -> str:
    """Returns the tag, or `en` for what is none."""
    return text if text is not None and _TAG.fullmatch(text) else DEFAULT
