"""Secrets that are kept where others may read: sealed with a key that is kept elsewhere."""

import base64
import os
from collections.abc import Callable, Sequence
from typing import Final

from backend.domain.errors import AppError

_SEALED: Final = "sealed:1:"
_NONCE_BYTES: Final = 12
_PURPOSE: Final = b"runstream.secrets"


class SealBroken(AppError):
    """It was sealed with a key that is not known here, under another name, or was changed since."""

    code = "seal_broken"
    status = 500


class SecretBox:
    """AES-GCM, https://cryptography.io/en/latest/hazmat/primitives/aead/. `keys` returns the key that
    seals, then those that were used once."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def seal(self, name: str, text: str) -> str:
        """Returns a text that only opens under this name."""
        # Imported here: it takes 20 ms, and who uses SQLite seals nothing.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(_derived(self._keys()[0])).encrypt(nonce, text.encode(), name.encode())
        return _SEALED + base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, name: str, sealed: str) -> str:
        """Raises `SealBroken`."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            data = base64.b64decode(sealed.removeprefix(_SEALED), validate=True)
        except ValueError:
            data = b""
        nonce, rest = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        for key in self._keys():
            try:
                return AESGCM(_derived(key)).decrypt(nonce, rest, name.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise SealBroken(
            f"{name} in the database was sealed with another SECRET_KEY. Give all processes the same "
            "one, or set it again on /setup."
        )


def _derived(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(key)
