"""The logins to servers, each in a file of its own in the data folder that nobody else may read, or
sealed in the database where several processes share one."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from backend.config import text_file
from backend.domain.errors import SettingsFileError
from backend.store.sealed_texts import SealedTexts

log = logging.getLogger(__name__)

FOLDER: Final = "mcp-logins"
NAMED: Final = "mcp_login:"
"""How the names begin that logins have where several processes share them."""


@dataclass(frozen=True, slots=True)
class Login:
    """The parts are as the protocols have them: RFC 6749, 7591, 8414 and 9728."""

    name: str
    url: str = field(repr=False)
    """The one address that the tokens may be sent to."""
    tokens: dict[str, Any] = field(repr=False)
    expires_at: float | None
    """Unix time of the access token's end; None where nobody said."""
    client: dict[str, Any] = field(repr=False)
    """How we are registered at the authorization server."""
    authorization_server: dict[str, Any] | None
    """The metadata of the server that gave the tokens, and alone may renew them."""
    resource: dict[str, Any] | None
    """What the server said of itself."""

    @property
    def issuer(self) -> str | None:
        return (self.authorization_server or {}).get("issuer")

    @property
    def is_renewed(self) -> bool:
        """Whether the access token is renewed by itself."""
        return self.tokens.get("refresh_token") is not None

    def secrets(self) -> Iterator[str]:
        found = (self.tokens.get("access_token"), self.tokens.get("refresh_token"))
        yield from (each for each in (*found, self.client.get("client_secret")) if each)


class LoginFiles:
    """`open` it once. `secrets` gets the tokens, to be taken out of logs and outputs."""

    def __init__(self, folder: Path, secrets: set[str]) -> None:
        self._folder = folder
        self._secrets = secrets
        self._logins: dict[str, Login] = {}
        self._shared: SealedTexts | None = None

    def share(self, texts: SealedTexts) -> None:
        """Have logins kept there. Call it before `open`; a login of a file counts until there is another
        one of that name."""
        self._shared = texts

    @property
    def are_shared(self) -> bool:
        return self._shared is not None

    async def open(self) -> None:
        for login in await asyncio.to_thread(self._read_all):
            self._take(login.name, login)
        await self.learn()

    async def learn(self) -> frozenset[str]:
        """Take over what other processes have changed. Returns the servers whose login is another now.
        Raises `StoreUnavailable`."""
        if self._shared is None:
            return frozenset()
        found = {name: _parsed(text) for name, text in (await self._shared.read(NAMED)).items()}
        changed = {name for name, login in found.items() if login != self._logins.get(name)}
        for name in changed:
            self._take(name, found[name])
        return frozenset(changed)

    def find(self, name: str, url: str) -> Login | None:
        """Returns the login of a server, None where it was one to another address."""
        login = self._logins.get(name)
        return login if login is not None and login.url == url else None

    async def write(self, login: Login) -> None:
        """Raises `SettingsFileError` or `StoreUnavailable`; then it is known until the end of the process."""
        self._take(login.name, login)
        text = json.dumps(asdict(login), indent=1)
        if self._shared is not None:
            await self._shared.put(NAMED + login.name, text)
        else:
            await asyncio.to_thread(self._write, self._path(login.name), text)

    async def remove(self, name: str) -> None:
        was_known = name in self._logins
        self._take(name, None)
        if self._shared is not None and was_known:
            # Not removed: other processes may have one of that name in a file.
            await self._shared.put(NAMED + name, "")
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    def _take(self, name: str, login: Login | None) -> None:
        if (before := self._logins.pop(name, None)) is not None:
            self._secrets.difference_update(before.secrets())
        if login is not None:
            self._logins[name] = login
            self._secrets.update(login.secrets())

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _write(self, path: Path, text: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text_file.change(path, lambda _: text)

    def _read_all(self) -> list[Login]:
        return [login for path in _paths(self._folder) if (login := _login(path)) is not None]


def login_texts(folder: Path) -> dict[str, str]:
    """Returns the logins of a folder as texts for `LoginFiles.share`, by their names there."""
    found = (login for path in _paths(folder) if (login := _login(path)) is not None)
    return {NAMED + login.name: json.dumps(asdict(login)) for login in found}


def _paths(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"))


def _login(path: Path) -> Login | None:
    try:
        login = _parsed(text_file.read(path))
    except SettingsFileError:
        login = None
    if login is None:
        log.warning("The login in %s is damaged and left out. Log in again on /setup.", path.name)
    return login


def _parsed(text: str) -> Login | None:
    try:
        given = json.loads(text)
        return Login(**given) if isinstance(given["tokens"]["access_token"], str) else None
    except (ValueError, TypeError, KeyError):
        return None
