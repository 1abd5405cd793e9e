"""The instructions of a run."""

from datetime import datetime

from backend.domain.time_zone import zone_name
from backend.upstreams.request import RunRequest


def instructions(request: RunRequest) -> str:
    """Returns the assistant's instructions, followed by the visitor's date and time."""
    return "\n\n".join(filter(None, (request.assistant.instructions, date_and_time(request.now))))


def date_and_time(now: datetime) -> str:
    """Returns a sentence that tells a model the date, which it does not know."""
    offset = now.strftime("%z") or "+0000"
    return (
        f"For the user it is now {now:%A}, {now:%Y-%m-%d}, {now:%H:%M} "
        f"(time zone {zone_name(now)}, UTC{offset[:3]}:{offset[3:5]})."
    )
