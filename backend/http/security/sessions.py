"""Who has logged in: a signed cookie that names a session, and a list of the sessions that ended.

A session is valid for 30 days, unless it ends, all end, or the access token changes. The list and
the generation, which changes when all sessions end, are kept in the data folder.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner
from starlette.types import Scope

from backend.http.security.cookies import cookie_name, cookie_names, cookie_values, set_cookie

MAX_AGE_S = 30 * 24 * 60 * 60

FILE_NAME = "sessions.json"
_COOKIE = "login"


class Sessions:
    """`file` is where ended sessions are kept; None forgets them with the process."""

    def __init__(self, secret: bytes, file: Path | None = None) -> None:
        self._secret = secret
        self._file = file
        self._writing = asyncio.Lock()
        self._generation = ""
        self._ended: dict[str, float] = {}
        """When each ended session would have expired."""
        self._open: dict[asyncio.Event, str] = {}
        """The session of each open WebSocket, by the event that tells of its end."""
        if file is not None:
            with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
                kept = json.loads(file.read_text("utf-8"))
                self._generation, self._ended = str(kept["generation"]), dict(kept["ended"])

    def begin(self, scope: Scope, token: str) -> str:
        """Returns the `Set-Cookie` of a new session."""
        value = self._signer(token).sign(secrets.token_hex(16)).decode("ascii")
        return set_cookie(scope, cookie_name(scope, _COOKIE), value, MAX_AGE_S)

    def find(self, scope: Scope, token: str) -> str | None:
        """Returns the id of the request's session, None if it has no valid one."""
        signer = self._signer(token)
        names = cookie_names(scope, _COOKIE)
        for value in (value for name in names for value in cookie_values(scope, name)):
            try:
                session = signer.unsign(value.encode("latin-1"), max_age=MAX_AGE_S).decode("ascii")
            except (BadSignature, UnicodeDecodeError):
                continue
            if session not in self._ended:
                return session
        return None

    def forget(self, scope: Scope) -> str:
        """Returns the `Set-Cookie` that deletes the session's cookie."""
        return set_cookie(scope, cookie_name(scope, _COOKIE), "", 0)

    async def end(self, session: str) -> None:
        """End one session, wherever its cookie is."""
        now = time.time()
        self._ended = {id: until for id, until in self._ended.items() if until > now}
        self._ended[session] = now + MAX_AGE_S
        await self._told(session)

    async def end_all(self) -> None:
        """End every session."""
        self._generation = secrets.token_hex(16)
        self._ended = {}
        await self._told(None)

    @contextlib.asynccontextmanager
    async def watch(self, session: str) -> AsyncIterator[asyncio.Event]:
        """Yields an event that is set when the session ends."""
        ended = asyncio.Event()
        self._open[ended] = session
        try:
            yield ended
        finally:
            del self._open[ended]

    async def _told(self, session: str | None) -> None:
        for ended, of in self._open.items():
            if session in (None, of):
                ended.set()
        if self._file is not None:
            async with self._writing:
                await asyncio.to_thread(_write, self._file, self._generation, dict(self._ended))

    def _signer(self, token: str) -> TimestampSigner:
        key = hashlib.sha256(f"{self._generation}:{token}".encode()).digest()
        return TimestampSigner(
            self._secret + key,
            salt="runstream.login",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )


def _write(file: Path, generation: str, ended: dict[str, float]) -> None:
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump({"generation": generation, "ended": ended}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
