"""What the setup API reads and writes. The OpenAPI document is generated from these."""

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints

from backend.config.configuration import Source
from backend.config.settings import UpstreamChoice, UpstreamName
from backend.domain.file import FilePlace
from backend.domain.frozen_model import FrozenModel
from backend.setup.status import Missing as Missing


class SettingSource(FrozenModel):
    """Where a setting comes from, and whether writing it to `.env` would have any effect."""

    name: str
    """Upper case, as in `.env`."""
    source: Source
    writable: bool


class KeyState(FrozenModel):
    present: bool
    last_four: str | None = None
    """Of keys of at least 12 characters."""


class FunctionInfo(FrozenModel):
    name: str
    description: str
    parameters: dict[str, Any]
    strict: bool


class AssistantInfo(FrozenModel):
    id: str
    name: str
    model: str
    instructions: str
    tools: tuple[str, ...]


class UpstreamState(FrozenModel):
    choice: UpstreamChoice
    """What the setting says."""
    name: UpstreamName | None
    """What is in use; None where `auto` could not tell, and `problem` says why."""
    base_url: str | None
    """What the setting says, without credentials; None is the upstream's own default."""
    problem: str | None = None
    """Why the upstream, or the assistant that lives there, could not be asked."""
    retired: bool = False
    """The server answers 404 for the whole Assistants API, which was switched off."""


class FileSearchState(FrozenModel):
    place: FilePlace
    """Where knowledge files live with the upstream in use."""
    files: int
    """How many are searched."""
    detail: str | None = None
    """What else there is to know, such as files that another upstream holds."""


class CodeInterpreterState(FrozenModel):
    state: Literal["hosted", "preparing", "ready", "unavailable"]
    """`hosted`: the upstream in use runs code itself. Otherwise whether code can run here."""
    isolation: str | None = None
    """What confines code that runs here."""
    detail: str | None = None
    """What is being done, or why it is unavailable and how to get it."""
    progress: float | None = None
    """From 0 to 1, while it is prepared."""
    can_be_retried: bool = False
    """Whether it could not be prepared, and may be another time."""


class SetupState(FrozenModel):
    upstream: UpstreamState
    api_key: KeyState
    assistant: AssistantInfo | None
    assistant_id: str | None
    functions: tuple[FunctionInfo, ...]
    file_search: FileSearchState
    code_interpreter: CodeInterpreterState
    tools: tuple[str, ...]
    """Every tool an assistant may be given: `function:NAME` and so on."""
    missing: tuple[Missing, ...]
    ready: bool
    settings: tuple[SettingSource, ...]
    env_file: str
    """File name only."""


class ApiKeyUpdate(FrozenModel):
    api_key: SecretStr
    verify: bool = True
    """Ask the upstream before storing; false stores it anyway."""


class UpstreamUpdate(FrozenModel):
    upstream: UpstreamChoice
    base_url: str | None = None
    """None or empty goes back to the default."""


class AssistantUpdate(FrozenModel):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
    instructions: str = Field(default="", max_length=256_000)
    tools: tuple[str, ...] = ()


class SetupAnswer(FrozenModel):
    """The state after a change, and what to know about it."""

    state: SetupState
    warnings: tuple[str, ...] = ()
    """For instance that the environment overrides what was just written."""


class ModelList(FrozenModel):
    models: tuple[str, ...]
    fallback: bool
    """True where the upstream could not be asked and this is the short built-in list."""
    problem: str | None = None


class FunctionList(FrozenModel):
    functions: tuple[FunctionInfo, ...]
