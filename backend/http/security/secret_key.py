"""The key that signs visitors' cookies: made once, kept in the data folder."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from backend.domain.errors import SettingsFileError

FILE_NAME = "secret.key"
_BYTES = 32


def secret_key(data_dir: Path) -> bytes:
    """The key of this data folder, made with mode 0600 if there is none.

    The file appears whole or not at all, and of two processes that make it at the same time
    one wins and both use the winner's. Raises `OSError`, and
    `SettingsFileError` for a damaged file.
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
