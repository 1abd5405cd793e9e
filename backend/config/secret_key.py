"""The key that signs visitors' cookies: `SECRET_KEY`, or one that is made once and kept.

It is kept in the data folder, or in the database where several processes share one.
"""

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from backend.config.settings import Settings
from backend.domain.errors import SettingsFileError

FILE_NAME = "secret.key"
_BYTES = 32


class SharedText(Protocol):
    """A text that several processes have in common. Raises `StoreUnavailable`."""

    async def read(self) -> str | None: ...

    async def change(self, changed: Callable[[str | None], str]) -> None:
        """Replace it by what `changed` returns of it, with nobody else writing meanwhile."""


class SecretKey:
    """Call it for the key. `open` it before."""

    def __init__(self, settings: Settings) -> None:
        given = settings.secret_key
        self._data_dir = settings.data_dir
        self._known: list[bytes] = []
        if given is not None:
            self._known = [given.get_secret_value().encode()]

    def __call__(self) -> bytes:
        return self.all()[0]

    def all(self) -> Sequence[bytes]:
        """Returns the key, and then one that was used before `SECRET_KEY` was set, if it is known."""
        if not self._known:
            raise RuntimeError("the key is known once the server has started")
        return self._known

    async def open(self, shared: SharedText | None) -> None:
        """Without `SECRET_KEY` all processes take the key that is shared; the first one brings it. With
        None the data folder keeps it. Raises as `secret_key` does, and `StoreUnavailable`."""
        if shared is None:
            self._known = self._known or [secret_key(self._data_dir)]
            return
        if not self._known:
            # Who was known before the database was shared still is.
            proposed = kept_key(self._data_dir) or new_key()
            await shared.change(lambda present: present or proposed)
        await self.find(shared)

    async def find(self, shared: SharedText) -> None:
        """Know the key that is shared, if there is one, beside that of `SECRET_KEY`. Raises
        `StoreUnavailable`."""
        if kept := await shared.read():
            self._known.append(kept.encode("ascii"))


def kept_key(data_dir: Path) -> str | None:
    """Returns the key of this data folder, None if there is none. Raises as `secret_key` does."""
    return secret_key(data_dir).decode("ascii") if (data_dir / FILE_NAME).exists() else None


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
        draft.write(new_key() + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return


def new_key() -> str:
    return secrets.token_hex(_BYTES)
