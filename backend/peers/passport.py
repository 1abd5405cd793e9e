"""What a process says of a visitor when it passes on what they ask, signed with the key that all share.

No clocks are compared: who is asked gives out a number of its own, which it takes for a minute at
most and no other process takes at all. https://www.rfc-editor.org/rfc/rfc7616#section-3.3 does the same.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Final

from itsdangerous import BadSignature, Signer
from pydantic import ValidationError

from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import OwnerId

PASSPORT: Final = "runstream-passport"
"""The header that holds it."""
NONCE: Final = "runstream-nonce"
"""The header of a refusal: the number that a passport must hold now."""

NONCE_S: Final = 30.0
"""How long a number is given out; it is taken as long again."""


class Passport(FrozenModel):
    nonce: str
    method: str
    """`WEBSOCKET` for a socket."""
    target: str
    """Path and query, as they are sent."""
    owner: OwnerId
    client: str | None
    """The visitor's address."""


class Seal:
    """Signs passports. `key` returns the key that all processes share."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def sign(self, passport: Passport) -> str:
        return self._signer().sign(passport.model_dump_json().encode()).decode("latin-1")

    def read(self, signed: str) -> Passport | None:
        """Returns None for what none of us has signed."""
        try:
            return Passport.model_validate_json(self._signer().unsign(signed.encode("latin-1")))
        except (BadSignature, ValidationError):
            return None

    def _signer(self) -> Signer:
        return Signer(
            self._key(), salt="runstream.peers", key_derivation="hmac", digest_method=hashlib.sha256
        )


class Nonces:
    """The numbers that this process gives out. `clock` returns seconds that only go forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._former = self._now = secrets.token_hex(16)
        self._since = clock()

    @property
    def current(self) -> str:
        age_s = self._clock() - self._since
        if age_s >= NONCE_S:
            fresh = secrets.token_hex(16)
            self._former = self._now if age_s < 2 * NONCE_S else fresh
            self._now, self._since = fresh, self._clock()
        return self._now

    def takes(self, nonce: str) -> bool:
        return nonce in (self.current, self._former)
