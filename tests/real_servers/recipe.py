"""How a server is had, started, and what it cannot do."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from tests.real_servers.environments import REQUIREMENTS, installed


@dataclass(frozen=True)
class RealServer:
    """One that runs."""

    base_url: str
    model: str
    key: str | None = None
    """The key that it wants; None where it takes any and none."""
    embeddings_model: str | None = None
    assistant_id: str | None = None
    """The assistant that the server has, where none can be made there."""


Start = Callable[[Path, Path], AbstractAsyncContextManager[RealServer]]
"""Takes the folder of the environment's programs, and one for what the server writes."""


@dataclass(frozen=True)
class Limit:
    """What a server does not do, whatever it is asked by."""

    why: str
    seen: str
    """A part of what is seen then: an error that a visitor is told, or what `Lacks` says."""


@dataclass(frozen=True)
class Recipe:
    name: str
    environment: str
    """`requirements/{environment}.txt` says what is installed."""
    package: str
    """Whose version is the server's."""
    start: Start
    upstream: str = "auto"
    """What is chosen on the setup page."""
    scripted: bool = False
    """Whether the scripted model answers; its words are known."""
    streams: bool = True
    """Whether text arrives in pieces."""
    python: tuple[int, int] = (3, 11)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    """By case."""

    @property
    def version(self) -> str:
        pins = (REQUIREMENTS / f"{self.environment}.txt").read_text()
        found = re.search(rf"^{re.escape(self.package)}(?:\[.*\])?==(\S+)", pins, re.MULTILINE)
        assert found is not None, f"{self.package} is not pinned for {self.environment}"
        return found[1]

    def programs(self) -> Path:
        """Raises `NotInstalled`."""
        return installed(self.environment, self.python)
