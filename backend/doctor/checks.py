"""What the doctor finds, as values for the page, the terminal and scripts."""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field, TypeAdapter

from backend.domain.frozen_model import FrozenModel

CheckName = Literal["upstream", "key", "model", "streaming", "tools", "images", "embeddings"]
CHECK_NAMES: Final[tuple[CheckName, ...]] = get_args(CheckName)
TITLES: Final[dict[CheckName, str]] = {
    "upstream": "Server",
    "key": "API key",
    "model": "Model",
    "streaming": "Streaming",
    "tools": "Functions",
    "images": "Pictures",
    "embeddings": "Embeddings",
}
"""What people call them, on the page and in the terminal."""
Verdict = Literal["ok", "warning", "failed", "skipped"]
"""`failed` keeps the assistant from what it is set up for; `skipped` could not be checked."""


class Check(FrozenModel):
    """One thing that was tried, or could not be."""

    type: Literal["check"] = "check"
    name: CheckName
    title: str
    """The name for people."""
    verdict: Verdict
    found: str
    """What was seen, in a sentence or two."""
    mend: str | None = None
    """What to do about it, where `found` does not say that itself."""


def check(name: CheckName, verdict: Verdict, found: str, mend: str | None = None) -> Check:
    return Check(name=name, title=TITLES[name], verdict=verdict, found=found, mend=mend)


class LocalServer(FrozenModel):
    """A model server that answers on this machine, at the usual port of its kind."""

    type: Literal["local_server"] = "local_server"
    name: str
    """What usually listens there, such as `Ollama`."""
    base_url: str
    models: tuple[str, ...] = ()
    """The first of those that it lists."""
    needs_key: bool = False
    in_use: bool = False
    """Whether the settings lead there already."""


Finding = Annotated[Check | LocalServer, Field(discriminator="type")]
FINDING: TypeAdapter[Check | LocalServer] = TypeAdapter(Finding)


class Diagnosis(FrozenModel):
    """All that was found."""

    healthy: bool
    """Whether no check has failed."""
    checks: tuple[Check, ...]
    local_servers: tuple[LocalServer, ...]


def diagnosis(findings: list[Check | LocalServer]) -> Diagnosis:
    checks = tuple(found for found in findings if isinstance(found, Check))
    return Diagnosis(
        healthy=all(check.verdict != "failed" for check in checks),
        checks=checks,
        local_servers=tuple(found for found in findings if isinstance(found, LocalServer)),
    )
