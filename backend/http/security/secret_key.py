"""The key that signs visitors' cookies: created once and kept in the data folder."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from backend.domain.errors import SettingsFileError

FILE_NAME = "secret.key"
_BYTES = 32


def secret_key(data_dir: Path) -> bytes:
    """Returns the key of this data folder; creates it with mode 0600 if there is none.

    The file is created atomically. Of two processes that create it at the same time one wins, and
    both use that key. Raises `OSError`, and `SettingsFileError` for a damaged file.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / FILE_NAME
    if not path.exists():
        _make(path)
    key = path.read_text("ascii").strip()
    if len(key) < 2 * _BYTES:
        raise SettingsFileError(
            f"{path} is damaged. Delete it; visitors will then be strangers again."
        )
    return key.encode("ascii")


def _make(path: Path) -> None:
    with NamedTemporaryFile("w", dir=path.parent, prefix=FILE_NAME + ".") as draft:
        draft.write(secrets.token_hex(_BYTES) + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
