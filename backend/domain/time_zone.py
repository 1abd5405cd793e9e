"""The time zone of a visitor, by its IANA name."""

from datetime import datetime
from zoneinfo import ZoneInfo


def time_zone(name: str | None) -> ZoneInfo:
    """Returns the zone of this name, or UTC if there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def zone_name(moment: datetime) -> str:
    """Returns the name of the zone that a time is in."""
    zone = moment.tzinfo
    return zone.key if isinstance(zone, ZoneInfo) else moment.tzname() or "UTC"
