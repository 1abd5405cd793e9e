"""The setting that a name in `.env` was probably meant to be."""

from difflib import SequenceMatcher

from backend.config.settings import Settings

_ALIKE = 0.8
"""`SequenceMatcher`'s ratio, from 0 to 1: of 0.8 are TOOL_TIMEOUT and BASE_URL, not GROQ_API_KEY."""
_PREFIXES = ("openai_", "runstream_")
"""Some settings of ours have one, and others are often given one."""


def nearest_setting(name: str) -> str | None:
    """Returns the upper-case name of the setting that `name` looks like, None if it looks like none."""
    likeness, nearest = max(
        (_likeness(name.lower(), known), known) for known in Settings.model_fields
    )
    return nearest.upper() if likeness >= _ALIKE else None


def _likeness(name: str, setting: str) -> float:
    if sorted(name) == sorted(setting):
        return 1
    bare = _bare(name), _bare(setting)
    return max(SequenceMatcher(None, *pair).ratio() for pair in ((setting, name), bare))


def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
