"""The bodies of the API of shares. The OpenAPI document is generated from them."""

from pydantic import Field

from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import ItemId, ShareId


class ShareRequest(FrozenModel):
    head_id: ItemId | None = None
    """The last item to show, of any branch; null for the end of the branch that is shown now."""
    expires_in_days: int = Field(default=30, ge=1, le=365)


class ShareInfo(FrozenModel):
    id: ShareId
    head_id: ItemId
    """The last item that is shown."""
    created_at: float
    """Seconds since the Unix epoch."""
    expires_at: float


class NewShare(ShareInfo):
    url: str
    """The link, which is told this once: nothing that is kept leads to it."""


class ShareList(FrozenModel):
    shares: tuple[ShareInfo, ...]
    """Those that have not expired, newest first."""
