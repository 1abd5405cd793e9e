"""The protocol of an index that makes files searchable, ours and the upstream's alike."""

from typing import Protocol

from backend.domain.file import FilePlace, StoredFile


class FileIndex(Protocol):
    """Makes documents searchable.

    Every method may be called again after it was interrupted, since the server may stop at any
    time. Each raises `AppError`, whose message the user reads; a retryable one is tried again.
    """

    @property
    def place(self) -> FilePlace: ...

    @property
    def base_url(self) -> str | None:
        """Base URL of the upstream; None for the index of this server."""
        ...

    async def index(self, file: StoredFile) -> str | None:
        """Make a file searchable. Returns a note if its text may have been misread."""
        ...

    async def remove(self, file: StoredFile) -> None:
        """Forget a file. Harmless for one that was never indexed."""
        ...
