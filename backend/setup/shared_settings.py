"""The settings that `/setup` writes, where several processes share a database: there, not in `.env`."""

import logging
from collections.abc import Mapping
from typing import Final

from backend.config.configuration import Configuration
from backend.config.secret_box import SealBroken, SecretBox
from backend.config.secret_key import SecretKey
from backend.store.schema import COOKIE_KEY
from backend.store.shared_texts import SharedTexts
from backend.store.store import Store

log = logging.getLogger(__name__)

KEPT: Final = ("UPSTREAM", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ASSISTANT_ID")
"""What `/setup` writes."""
_INSTEAD: Final = {"OPENAI_API_KEY": None, "OPENAI_BASE_URL": "https://unreadable.invalid/v1"}
"""What is sealed, since a base URL may hold a password, and what holds where that cannot be opened. No
address would mean OpenAI's, which a key of the environment is perhaps not for."""


def sealed(values: Mapping[str, str | None], box: SecretBox) -> dict[str, str | None]:
    """Returns settings as they are stored."""
    return {
        name: box.seal(name, value) if value and name in _INSTEAD else value
        for name, value in values.items()
    }


async def settings_of_all(configuration: Configuration, store: Store) -> None:
    """Have in force what processes have set together, if they do. Nothing is made or changed."""
    if await store.settings.are_there():
        secret = SecretKey(configuration.settings)
        await secret.find(store.secrets.one(COOKIE_KEY))
        await configuration.share(SharedSettings(store.settings, SecretBox(secret.all)))


class SharedSettings:
    """`backend.config.configuration.SharedSettings`."""

    def __init__(self, texts: SharedTexts, box: SecretBox) -> None:
        self._texts = texts
        self._box = box
        self._version = 0
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        return self._problem

    async def read(self) -> Mapping[str, str | None]:
        texts, self._version = await self._texts.read()
        self._problem = None
        return {name: self._opened(name, value) for name, value in texts.items()}

    async def write(self, changes: Mapping[str, str | None]) -> None:
        await self._texts.write(sealed(changes, self._box), self._version)

    def _opened(self, name: str, value: str | None) -> str | None:
        if value is None or name not in _INSTEAD:
            return value
        try:
            return self._box.open(name, value)
        except SealBroken as broken:
            log.error("%s", broken.message)
            self._problem = broken.message
            return _INSTEAD[name]
