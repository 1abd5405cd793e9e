"""Texts by name that several processes have in common, and that nobody else is to read."""

import logging
from collections.abc import Callable

from backend.config.secret_box import SealBroken, SecretBox
from backend.store.shared_texts import SharedTexts

log = logging.getLogger(__name__)


class SealedTexts:
    """Raises `StoreUnavailable`."""

    def __init__(self, texts: SharedTexts, box: SecretBox) -> None:
        self._texts = texts
        self._box = box

    async def read(self, beginning: str) -> dict[str, str]:
        """Returns those whose names begin so, by the rest of their names. One that cannot be opened is
        logged and left out."""
        found = {}
        for name, sealed in (await self._texts.read()).texts.items():
            if sealed is not None and name.startswith(beginning):
                try:
                    found[name.removeprefix(beginning)] = self._box.open(name, sealed)
                except SealBroken as broken:
                    log.error("%s", broken.message)
        return found

    async def get(self, name: str) -> str | None:
        """Raises `SealBroken`."""
        sealed = (await self._texts.read()).texts.get(name)
        return None if sealed is None else self._box.open(name, sealed)

    async def put(self, name: str, text: str | None) -> None:
        """None removes it."""
        sealed = None if text is None else self._box.seal(name, text)
        await self._texts.change(name, lambda _: sealed)

    async def change(self, name: str, changed: Callable[[str | None], str | None]) -> None:
        """Replace one by what `changed` returns of it, None to remove it, with nobody else writing
        meanwhile. Raises `SealBroken` and what `changed` raises; then nothing changes."""

        def sealed(before: str | None) -> str | None:
            text = None if before is None else self._box.open(name, before)
            after = changed(text)
            if after == text:
                return before
            return None if after is None else self._box.seal(name, after)

        await self._texts.change(name, sealed)
