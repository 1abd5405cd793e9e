"""Who has logged in: a signed cookie that names a session, and a list of the sessions that ended.

A session is valid for 30 days, unless it ends, all end, or the access token changes. The list and
the generation, which changes when all sessions end, are kept in the data folder, or in the database
where several processes share one.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner
from starlette.types import Scope

from backend.config.secret_key import SharedText
from backend.http.security.cookies import cookie_name, cookie_names, cookie_values, set_cookie

MAX_AGE_S = 30 * 24 * 60 * 60

FILE_NAME = "sessions.json"
_COOKIE = "login"


@dataclass(frozen=True, slots=True)
class _Ended:
    generation: str = ""
    sessions: dict[str, float] = field(default_factory=dict)
    """When each of them would have expired."""

    @classmethod
    def parsed(cls, text: str) -> "_Ended":
        """Of a text that is damaged nothing is known."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            kept = json.loads(text)
            return cls(str(kept["generation"]), dict(kept["ended"]))
        return cls()

    def json(self) -> str:
        return json.dumps({"generation": self.generation, "ended": self.sessions})

    def with_one(self, session: str, now: float) -> "_Ended":
        kept = {id: until for id, until in self.sessions.items() if until > now}
        return _Ended(self.generation, kept | {session: now + MAX_AGE_S})


class Sessions:
    """`file` is where ended sessions are kept; None forgets them with the process."""

    def __init__(self, secret: Callable[[], bytes], file: Path | None = None) -> None:
        """`secret` is called once there is a request."""
        self._secret = secret
        self._file = file
        self._shared: SharedText | None = None
        self._writing = asyncio.Lock()
        self._ended = _Ended()
        self._open: dict[asyncio.Event, str] = {}
        """The session of each open WebSocket, by the event that tells of its end."""
        if file is not None:
            with contextlib.suppress(FileNotFoundError, ValueError):
                self._ended = _Ended.parsed(file.read_text("utf-8"))

    async def share(self, text: SharedText) -> None:
        """From now on keep them there, beginning with what the file says if nothing is there."""
        self._shared = text
        if await text.read() is None:
            await text.change(lambda present: present or self._ended.json())
        await self.learn()

    async def learn(self) -> None:
        """Read again what has ended, perhaps on another process."""
        if self._shared is not None:
            self._take(_Ended.parsed(await self._shared.read() or ""))

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
            if session not in self._ended.sessions:
                return session
        return None

    def forget(self, scope: Scope) -> str:
        """Returns the `Set-Cookie` that deletes the session's cookie."""
        return set_cookie(scope, cookie_name(scope, _COOKIE), "", 0)

    async def end(self, session: str) -> None:
        """End one session, wherever its cookie is."""
        now = time.time()
        await self._change(lambda ended: ended.with_one(session, now))

    async def end_all(self) -> None:
        """End every session."""
        generation = secrets.token_hex(16)
        await self._change(lambda _: _Ended(generation))

    @contextlib.asynccontextmanager
    async def watch(self, session: str) -> AsyncIterator[asyncio.Event]:
        """Yields an event that is set when the session ends."""
        ended = asyncio.Event()
        self._open[ended] = session
        try:
            yield ended
        finally:
            del self._open[ended]

    async def _change(self, changed: Callable[[_Ended], _Ended]) -> None:
        self._take(changed(self._ended))
        if self._shared is not None:
            await self._shared.change(lambda text: changed(_Ended.parsed(text or "")).json())
        elif self._file is not None:
            async with self._writing:
                await asyncio.to_thread(_write, self._file, self._ended.json())

    def _take(self, ended: _Ended) -> None:
        is_over = ended.generation != self._ended.generation
        self._ended = ended
        for event, session in self._open.items():
            if is_over or session in ended.sessions:
                event.set()

    def _signer(self, token: str) -> TimestampSigner:
        key = hashlib.sha256(f"{self._ended.generation}:{token}".encode()).digest()
        return TimestampSigner(
            self._secret() + key,
            salt="runstream.login",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )


def _write(file: Path, text: str) -> None:
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
