"""The file of a SQLite database."""

import os
from pathlib import Path

from sqlalchemy.engine import make_url

from backend.domain.errors import StoreUnavailable

_HEAD = b"SQLite format 3\0"


def file_of(url: str) -> Path | None:
    """Returns the file of a database URL; None for a database in memory or of a server."""
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (
        None,
        "",
        ":memory:",
    )
    return Path(str(parsed.database)) if is_file else None


class DatabaseFile:
    """The file while it is open. `close` it last.

    It is opened once and stays open: a process that closes a file loses all locks it has on it, those
    of SQLite among them. https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def close(self) -> None:
        os.close(self._descriptor)

    def check(self) -> None:
        """Raises `StoreUnavailable`: SQLite goes on with a file that was deleted, and with pages that
        it has in memory."""
        try:
            is_same = os.path.samestat(os.fstat(self._descriptor), self._path.stat())
            head = os.pread(self._descriptor, len(_HEAD), 0)
        except OSError as error:
            raise StoreUnavailable(
                f"The database cannot be read: {error.strerror}. Put it back and restart the server."
            ) from None
        if not is_same:
            raise StoreUnavailable("The database is another file now. Restart the server.")
        if head != _HEAD:
            raise StoreUnavailable("The database is damaged. Put a copy of it in its place.")
