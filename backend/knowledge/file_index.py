"""Where files are searched: one protocol, here and at the upstream."""

from typing import Protocol

from backend.domain.file import FilePlace, StoredFile


class FileIndex(Protocol):
    """Has documents searched. Whatever it does can be done again: the server may stop at any time.

    Raises `AppError`, whose sentence the user reads; a retryable one is tried again.
    """

    @property
    def place(self) -> FilePlace: ...

    @property
    def base_url(self) -> str | None:
        """Of the upstream; None is here."""
        ...

    async def index(self, file: StoredFile) -> str | None:
        """On return the file can be searched. Returns a sentence where it may be read wrong."""
        ...

    async def remove(self, file: StoredFile) -> None:
        """Forget a file, also one that was never taken in."""
        ...
