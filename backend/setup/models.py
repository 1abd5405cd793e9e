"""The bodies of the setup API's requests and answers, from which its OpenAPI document is made."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import SecretStr, StringConstraints

from backend.config.configuration import Source
from backend.config.settings import UpstreamChoice, UpstreamName
from backend.domain.action import ApprovalPolicy
from backend.domain.assistant import Assistant
from backend.domain.file import FilePlace
from backend.domain.frozen_model import FrozenModel
from backend.domain.parameters import Parameters, ReasoningEffort, Verbosity
from backend.domain.start_screen import StartScreen

Missing = Literal["api_key", "assistant", "upstream"]
"""What a run cannot start without."""

SealedWith = Literal["secret_key", "kept_key"]
"""`SECRET_KEY`, or a key that the database keeps as well."""


class SettingSource(FrozenModel):
    """Where a setting comes from, and whether a change here would have any effect."""

    name: str
    """Upper case, as in `.env`."""
    source: Source
    writable: bool


class KeyState(FrozenModel):
    present: bool
    last_four: str | None = None
    """Only of keys of at least 12 characters."""


class FunctionInfo(FrozenModel):
    name: str
    title: str | None
    icon: str | None
    """An emoji, or the name of an icon of the page."""
    description: str
    parameters: dict[str, Any]
    strict: bool
    approval: ApprovalPolicy
    """Whether somebody is asked before a call."""
    default_approval: ApprovalPolicy
    """What its declaration says."""


class BuiltinInfo(FrozenModel):
    name: str
    approval: ApprovalPolicy
    default_approval: ApprovalPolicy


class SourcePolicy(FrozenModel):
    """What holds of all tools of a server for which nothing else is set."""

    name: str
    """Such as `mcp:NAME`."""
    approval: ApprovalPolicy | None
    """Null: what each tool declares."""


class ApprovalUpdate(FrozenModel):
    approval: ApprovalPolicy | None
    """Null means what its declaration says."""


class FunctionProblemInfo(FrozenModel):
    """Why a file, or a function of it, is left out."""

    source: str
    """The file, or the entry point of a package."""
    error: str


class AssistantInfo(FrozenModel):
    id: str
    name: str
    model: str
    instructions: str
    tools: tuple[str, ...]
    parameters: Parameters
    start: StartScreen
    """What an empty chat shows of it."""
    efforts: tuple[ReasoningEffort, ...]
    """The reasoning efforts that may be chosen for a message; none where the upstream takes none."""
    verbosities: tuple[Verbosity, ...]
    """Likewise."""
    left_out: tuple[str, ...]
    """The parameters that the model has refused, in words."""
    is_default: bool
    """Whether it answers where no other is chosen."""


class AssistantList(FrozenModel):
    assistants: tuple[AssistantInfo, ...]
    """Sorted by name."""


class UpstreamState(FrozenModel):
    choice: UpstreamChoice
    """The setting."""
    available: tuple[UpstreamName, ...]
    """All that may be chosen, sorted; `auto` is not among them."""
    name: UpstreamName | None
    """The upstream in use; None if `auto` could not find out, and `problem` says why."""
    base_url: str | None
    """The setting, without credentials; None means the upstream's own default."""
    problem: str | None = None
    """Why the upstream, or its assistant, could not be read."""
    retired: bool = False
    """Whether the server has switched the Assistants API off: all of it is 404."""


class FileSearchState(FrozenModel):
    place: FilePlace
    """Where the upstream in use has knowledge files indexed."""
    files: int
    """Number of knowledge files that are searched."""
    detail: str | None = None
    """Anything else to know, such as files that are indexed at another upstream."""


class CodeInterpreterState(FrozenModel):
    state: Literal["hosted", "preparing", "ready", "unavailable"]
    """`hosted` if the upstream in use runs code itself, else the state of the sandbox here."""
    isolation: str | None = None
    """The confinement of code that runs here."""
    detail: str | None = None
    """The step of the preparation, or why the tool is unavailable and how to mend that."""
    progress: float | None = None
    """From 0 to 1, during the preparation."""
    can_be_retried: bool = False
    """Whether the preparation failed and may succeed another time."""


DictationObstacle = Literal["demo", "other_upstream", "no_model", "off", "api_key"]
"""Why nothing can be written down: the demo, or an upstream that is no server at the base URL; no
model was named for this server, or none is wanted; the key is missing."""


class DictationState(FrozenModel):
    """Whether messages can be spoken."""

    model: str | None = None
    """The one that writes down what is said, None where nothing can be."""
    obstacle: DictationObstacle | None = None


class SetupState(FrozenModel):
    upstream: UpstreamState
    api_key: KeyState
    assistant: AssistantInfo | None
    """The default one."""
    assistant_id: str | None
    """What `ASSISTANT_ID` says."""
    assistants: tuple[AssistantInfo, ...]
    """All of them, sorted by name."""
    functions: tuple[FunctionInfo, ...]
    function_problems: tuple[FunctionProblemInfo, ...]
    file_search: FileSearchState
    code_interpreter: CodeInterpreterState
    dictation: DictationState
    tools: tuple[str, ...]
    """Every tool that an assistant may be given, functions as `function:NAME`."""
    hosted_tools: tuple[str, ...]
    """Those that the upstream in use runs itself. With `mcp` an assistant may also be given
    `mcp:LABEL=URL`, a server whose tools the upstream calls."""
    missing: tuple[Missing, ...]
    ready: bool
    settings: tuple[SettingSource, ...]
    env_file: str
    """The name of the file, without its folder."""
    sealed_with: SealedWith | None = None
    """How secrets are sealed where settings are kept in the database, for all processes, and not in that
    file."""


class ApiKeyUpdate(FrozenModel):
    api_key: SecretStr
    verify: bool = True
    """Whether the upstream must accept the key before it is stored."""


class UpstreamUpdate(FrozenModel):
    upstream: UpstreamChoice
    base_url: str | None = None
    """None or empty restores the default."""


ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Instructions = Annotated[str, StringConstraints(max_length=256_000)]


class AssistantUpdate(FrozenModel):
    name: ShortText
    model: ShortText
    instructions: Instructions = ""
    tools: tuple[str, ...] = ()
    parameters: Parameters = Parameters()
    start: StartScreen = StartScreen()

    def assistant(self, assistant_id: str = "") -> Assistant:
        """Returns what is wanted. One with no id is new."""
        return Assistant(
            id=assistant_id,
            name=self.name,
            model=self.model,
            instructions=self.instructions,
            tools=tuple(dict.fromkeys(self.tools)),
            parameters=self.parameters,
            start=self.start,
        )


class AssistantChange(FrozenModel):
    """A field that is left out stays the same."""

    name: ShortText | None = None
    model: ShortText | None = None
    instructions: Instructions | None = None
    tools: tuple[str, ...] | None = None
    parameters: Parameters | None = None
    """All of them: one that is left out here becomes null."""
    start: StartScreen | None = None
    """All of it: what is left out here becomes empty."""


class AssistantDeletion(FrozenModel):
    force: bool = False
    """Whether to delete it although chats use it. They go on with the default one."""


class SetupAnswer(FrozenModel):
    """The state after a change."""

    state: SetupState
    warnings: tuple[str, ...] = ()
    """For instance that the environment overrides the setting that was just written."""


class ModelInfo(FrozenModel):
    id: str
    shutdown: date | None
    """The day on which the server switches it off, where it tells one."""
    efforts: tuple[ReasoningEffort, ...]
    """The reasoning efforts that it has not refused; none where the upstream takes none."""
    verbosities: tuple[Verbosity, ...]
    """Likewise."""


class ModelsQuery(FrozenModel):
    cached: bool = False
    """Whether a list of the last minutes will do."""


class ModelList(FrozenModel):
    models: tuple[str, ...]
    listed: tuple[ModelInfo, ...]
    """What the upstream tells of them; none where it could not be asked."""
    fallback: bool
    """Whether this is the short built-in list, since the upstream could not be asked."""
    problem: str | None = None


class FunctionList(FrozenModel):
    functions: tuple[FunctionInfo, ...]
    """Sorted by name."""
    problems: tuple[FunctionProblemInfo, ...]
    builtins: tuple[BuiltinInfo, ...]
    """The tools that run here, and can ask before a call as well."""
    others: tuple[BuiltinInfo, ...]
    """Tools elsewhere, such as those of MCP servers, for which there is a policy."""
    sources: tuple[SourcePolicy, ...] = ()
    """The servers whose tools can be decided on together."""
