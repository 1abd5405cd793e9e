"""The data folder: private, and used by one server at a time."""

import fcntl
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.domain.errors import SettingsFileError

log = logging.getLogger(__name__)

LOCK_NAME = "server.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other servers out of the folder. Raises `SettingsFileError` where there is one.

    The lock ends with the process, however that ends.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        log.warning(
            "Other users of this machine can look into %s. To keep them out: chmod 700 %s",
            folder,
            folder,
        )
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsFileError(
                f"Another server uses the data folder {folder}. Stop it first, or set DATA_DIR to "
                "a folder of its own."
            ) from None
        yield
    finally:
        os.close(descriptor)
