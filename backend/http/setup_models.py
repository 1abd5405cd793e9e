"""What the setup API reads and writes. The OpenAPI document is generated from these."""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints

from backend.settings import UpstreamChoice, UpstreamName
from backend.threads.items import Value

Missing = Literal["api_key", "assistant", "upstream"]


class ProblemDetail(Value):
    code: str
    message: str
    field: str | None = None
    retry_after_s: float | None = None


class Problem(Value):
    """The body of every error answer."""

    error: ProblemDetail


class SettingSource(Value):
    """Where a setting comes from, and whether writing it to `.env` would have any effect."""

    name: str
    """Upper case, as in `.env`."""
    source: Literal["command_line", "environment", "env_file", "default"]
    writable: bool


class KeyState(Value):
    present: bool
    last_four: str | None = None
    """Of keys of at least 12 characters."""


class FunctionInfo(Value):
    name: str
    description: str
    parameters: dict[str, Any]
    strict: bool


class AssistantInfo(Value):
    id: str
    name: str
    model: str
    instructions: str
    tools: tuple[str, ...]


class UpstreamState(Value):
    choice: UpstreamChoice
    """What the setting says."""
    name: UpstreamName | None
    """What is in use; None where `auto` could not tell, and `problem` says why."""
    base_url: str | None
    problem: str | None = None
    retired: bool = False
    """The server answers 404 for the whole Assistants API, which was switched off."""


class SetupState(Value):
    upstream: UpstreamState
    api_key: KeyState
    assistant: AssistantInfo | None
    assistant_id: str | None
    functions: tuple[FunctionInfo, ...]
    tools: tuple[str, ...]
    """Every tool an assistant may be given: `function:NAME` and so on."""
    missing: tuple[Missing, ...]
    ready: bool
    settings: tuple[SettingSource, ...]
    env_file: str
    """File name only."""


class ApiKeyUpdate(Value):
    api_key: SecretStr
    verify: bool = True
    """Ask the upstream before storing; false stores it anyway."""


class UpstreamUpdate(Value):
    upstream: UpstreamChoice
    base_url: str | None = None
    """None or empty goes back to the default."""


class AssistantUpdate(Value):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
    instructions: str = Field(default="", max_length=256_000)
    tools: tuple[str, ...] = ()


class SetupAnswer(Value):
    """The state after a change, and what to know about it."""

    state: SetupState
    warnings: tuple[str, ...] = ()
    """For instance that the environment overrides what was just written."""


class ModelList(Value):
    models: tuple[str, ...]
    fallback: bool
    """True where the upstream could not be asked and this is the short built-in list."""
    problem: str | None = None


class FunctionList(Value):
    functions: tuple[FunctionInfo, ...]
