"""The queries and answers of the usage API. The OpenAPI document is generated from them."""

from datetime import date

from pydantic import Field

from backend.domain.frozen_model import FrozenModel
from backend.domain.items import Run
from backend.domain.usage import Cost, Usage


class UsageQuery(FrozenModel):
    since: date | None = Field(default=None, alias="from")
    """The first day; 29 days before the last one if it is left out."""
    until: date | None = Field(default=None, alias="to")
    """The last day; today if it is left out."""
    timezone: str = Field(default="UTC", max_length=64)
    """The IANA time zone of these days."""
    mine: bool = False
    """Whether only this visitor's own chats count, and not those of all."""


class Used(FrozenModel):
    """What a number of runs took."""

    runs: int
    usage: Usage
    costs: tuple[Cost, ...]
    """One per currency; empty where no run had a price."""


class UsedByModel(Used):
    upstream: str
    model: str
    """Empty where the upstream does not tell."""


class UsedInDay(UsedByModel):
    day: date


class UsageReport(FrozenModel):
    first_day: date
    last_day: date
    timezone: str
    days: tuple[UsedInDay, ...]
    """By day and model, the newest day first; days without a run are left out."""
    total: Used


class ThreadUsage(FrozenModel):
    """Of all branches."""

    models: tuple[UsedByModel, ...]
    total: Used
    active_s: float
    """The seconds that were spent on its runs, without those in which they waited for somebody."""
    last: Run | None
    """The run that ended last, which tells how full the model's context is."""
