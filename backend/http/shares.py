"""The REST API of shares: links with which anybody may read a thread, as far as it is now."""

from itertools import takewhile
from typing import Final

from starlette.requests import Request

from backend.domain.errors import NotFound, TooManyShares
from backend.domain.events import Thread
from backend.domain.ids import ThreadId
from backend.domain.items import OPEN_STATUSES
from backend.http.framework.api import endpoint
from backend.http.security.access import SHARED_PREFIX
from backend.http.security.identity import owner_of
from backend.http.security.root_path import own_address
from backend.http.shares_models import NewShare, ShareInfo, ShareList, ShareRequest
from backend.live.registry import no_such_thread
from backend.store.listing import Listing
from backend.store.store import Store
from backend.store.writer import Writer

_DAY_S: Final = 24 * 60 * 60


class SharesApi:
    """Answers 404 for the thread of another owner."""

    def __init__(self, store: Store, writer: Writer, listing: Listing) -> None:
        self._store = store
        self._writer = writer
        self._listing = listing

    @endpoint(
        "POST",
        "/api/threads/{thread_id}/shares",
        "Make a link to read a thread with",
        status=201,
        errors=(NotFound, TooManyShares),
    )
    async def share_thread(self, request: Request, thread_id: str, body: ShareRequest) -> NewShare:
        """What is said later is not shown, nor is what is under way now."""
        await self._writer.flush()
        thread = await self._owned(request, thread_id)
        path = await self._store.threads.path(thread.id, body.head_id or thread.head_id)
        done = list(takewhile(lambda item: item.status not in OPEN_STATUSES, path))
        if not done:
            raise NotFound("There is no such message in this chat, or it is not finished.")
        lasts_s = body.expires_in_days * _DAY_S
        share, token = await self._store.shares.add(thread.id, done[-1].id, lasts_s)
        url = f"{own_address(request)}{SHARED_PREFIX}{token}"
        return NewShare(**share._asdict(), url=url)

    @endpoint(
        "GET", "/api/threads/{thread_id}/shares", "List the links to a thread", errors=(NotFound,)
    )
    async def list_shares(self, request: Request, thread_id: str) -> ShareList:
        owned = await self._owned(request, thread_id)
        shares = await self._store.shares.of_thread(owned.id)
        return ShareList(shares=tuple(ShareInfo(**share._asdict()) for share in shares))

    @endpoint(
        "DELETE",
        "/api/threads/{thread_id}/shares/{share_id}",
        "Revoke a link",
        errors=(NotFound,),
    )
    async def revoke_share(self, request: Request, thread_id: str, share_id: str) -> None:
        owned = await self._owned(request, thread_id)
        if not await self._store.shares.revoke(owned.id, share_id):
            raise NotFound("There is no such link. It may have been revoked.")

    async def _owned(self, request: Request, thread_id: str) -> Thread:
        found = await self._listing.find(owner_of(request), ThreadId(thread_id))
        if found is None:
            raise no_such_thread()
        return found.thread
