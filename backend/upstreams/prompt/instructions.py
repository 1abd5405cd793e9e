"""The instructions of a run."""

from datetime import datetime

from backend.domain.time_zone import zone_name
from backend.upstreams.request import RunRequest


def instructions(request: RunRequest) -> str:
    """Returns the assistant's instructions, followed by those of the thread and the visitor's date
    and time."""
    return _paragraphs(request.assistant.instructions, additional_instructions(request))


def additional_instructions(request: RunRequest) -> str:
    """Returns what follows the assistant's own instructions."""
    return _paragraphs(request.instructions, date_and_time(request.now))


def date_and_time(now: datetime) -> str:
    """Returns a sentence that tells a model the date, which it does not know."""
    offset = now.strftime("%z") or "+0000"
    return (
        f"For the user it is now {now:%A, %Y-%m-%d, %H:%M} "
        f"(time zone {zone_name(now)}, UTC{offset[:3]}:{offset[3:5]})."
    )


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))
