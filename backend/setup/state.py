"""The state that the setup page shows, gathered within seconds whatever the upstream does."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import httpx2

from backend.config.settings import Settings
from backend.domain.action import ApprovalPolicy
from backend.domain.assistant import (
    ASK_USER,
    CODE_INTERPRETER,
    FILE_SEARCH,
    FUNCTION_PREFIX,
    Assistant,
)
from backend.domain.errors import AppError, InvalidRequest
from backend.domain.file import FilePlace
from backend.domain.hosted_tool import (
    APPLY_PATCH,
    IMAGE_GENERATION,
    SHELL,
    WEB_SEARCH,
    mcp_server,
)
from backend.domain.parameters import ReasoningEffort, Verbosity
from backend.openai_client.client import base_url
from backend.openai_client.failures import RETIRED_CODE
from backend.setup.assistants import Listing
from backend.setup.dictation import dictation_state
from backend.setup.models import (
    AssistantInfo,
    BuiltinInfo,
    CodeInterpreterState,
    FileSearchState,
    FunctionInfo,
    FunctionProblemInfo,
    KeyState,
    Missing,
    SealedWith,
    SettingSource,
    SetupState,
    UpstreamState,
)
from backend.setup.status import SetupStatus
from backend.tools.builtins import Builtins
from backend.tools.code_interpreter.tool import CodeInterpreter
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import ParameterTakingUpstream, Upstream
from backend.upstreams.hosting import holds_assistants, hosted_tools, hosts_files
from backend.upstreams.pool import AUTO, available

LOOKUP_TIMEOUT_S = 2.0
BUILTIN_TOOLS = (
    CODE_INTERPRETER,
    FILE_SEARCH,
    WEB_SEARCH,
    IMAGE_GENERATION,
    SHELL,
    APPLY_PATCH,
    ASK_USER,
)
KnowledgePlaces = Mapping[tuple[FilePlace, str | None], int]
"""Number of knowledge files indexed at each place and base URL."""

SHORTEST_SHOWN_KEY = 12
"""The last four characters of a shorter key would give too much of it away."""


async def setup_state(
    status: SetupStatus,
    knowledge: KnowledgePlaces,
    policies: Mapping[str, ApprovalPolicy],
    code_interpreter: CodeInterpreter,
) -> SetupState:
    """Returns the state. A failure of the upstream is told in `upstream.problem`, not raised."""
    settings = status.active.configuration.settings
    missing = await status.missing()
    upstream: Upstream | None = None
    listing = Listing((), None)
    problem: str | None = None
    retired = False
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT_S):
            # Without a key the upstream would only report that the key is missing.
            if "api_key" not in missing:
                upstream = await status.active.upstream()
                listing = await status.active.assistants.listing(upstream)
                missing = _with_assistant(missing, listing.default)
    except TimeoutError:
        problem = f"The upstream did not answer within {LOOKUP_TIMEOUT_S:g} s."
    except AppError as error:
        problem, retired = error.message, error.error_code == RETIRED_CODE
    problem = status.active.configuration.problem or problem
    assistants = assistant_infos(listing, upstream)
    return SetupState(
        upstream=UpstreamState(
            choice=settings.upstream,
            available=available(),
            name=_upstream_name(settings, upstream),
            base_url=shown_base_url(settings),
            problem=problem,
            retired=retired,
        ),
        api_key=_key_state(settings),
        assistant=next((each for each in assistants if each.is_default), None),
        assistant_id=settings.assistant_id,
        assistants=assistants,
        functions=function_infos(status.active.toolbox, policies),
        function_problems=function_problems(status.active.toolbox),
        file_search=_file_search(upstream, knowledge, status.unavailable(FILE_SEARCH)),
        code_interpreter=_code_interpreter(upstream, code_interpreter),
        dictation=dictation_state(settings),
        tools=(
            *known_tools(status, upstream, code_interpreter),
            *_mcp_servers(upstream, listing.assistants),
        ),
        hosted_tools=tuple(sorted(hosted_tools(upstream))),
        missing=missing,
        ready=not missing and problem is None,
        settings=_sources(status),
        env_file=status.active.configuration.env_file.name,
        sealed_with=_sealed_with(status),
    )


def assistant_infos(listing: Listing, upstream: Upstream | None) -> tuple[AssistantInfo, ...]:
    return tuple(
        assistant_info(each, upstream, is_default=each == listing.default)
        for each in listing.assistants
    )


def assistant_info(
    assistant: Assistant, upstream: Upstream | None, *, is_default: bool
) -> AssistantInfo:
    refused = upstream.refused if isinstance(upstream, ParameterTakingUpstream) else None
    efforts, verbosities = choices_of(assistant.model, upstream)
    model, parameters = assistant.model, assistant.parameters
    return AssistantInfo(
        id=assistant.id,
        name=assistant.name,
        model=assistant.model,
        instructions=assistant.instructions,
        tools=assistant.tools,
        parameters=parameters,
        start=assistant.start,
        efforts=efforts,
        verbosities=verbosities,
        left_out=refused.left_out(model, parameters) if refused is not None else (),
        is_default=is_default,
    )


def choices_of(
    model: str, upstream: Upstream | None
) -> tuple[tuple[ReasoningEffort, ...], tuple[Verbosity, ...]]:
    """Returns the reasoning efforts and verbosities that may be chosen for an answer of the model."""
    if not isinstance(upstream, ParameterTakingUpstream):
        return (), ()
    # The Assistants API has no verbosity.
    has_verbosity = holds_assistants(upstream) is None
    refused = upstream.refused
    return refused.efforts(model), refused.verbosities(model) if has_verbosity else ()


def function_infos(
    toolbox: Toolbox, policies: Mapping[str, ApprovalPolicy]
) -> tuple[FunctionInfo, ...]:
    """`policies` are those that hold in place of the declared ones."""
    return tuple(
        FunctionInfo(
            name=entry.spec.name,
            title=entry.options.title,
            icon=entry.options.icon,
            description=entry.spec.description,
            parameters=entry.spec.parameters,
            strict=entry.spec.strict,
            approval=policies.get(entry.spec.name, entry.options.approval),
            default_approval=entry.options.approval,
        )
        for entry in toolbox.functions()
    )


def function_problems(toolbox: Toolbox) -> tuple[FunctionProblemInfo, ...]:
    return tuple(
        FunctionProblemInfo(source=problem.source, error=problem.error)
        for problem in toolbox.problems()
    )


def builtin_infos(
    builtins: Builtins, policies: Mapping[str, ApprovalPolicy]
) -> tuple[BuiltinInfo, ...]:
    """`policies` are those that hold in place of the tools' own."""
    return tuple(
        BuiltinInfo(
            name=tool.spec.name,
            approval=policies.get(tool.spec.name, tool.approval),
            default_approval=tool.approval,
        )
        for tool in builtins.all
        if tool.spec.name != ASK_USER
    )


def known_tools(
    status: SetupStatus, upstream: Upstream | None, code_interpreter: CodeInterpreter
) -> tuple[str, ...]:
    """Returns every tool that an assistant may be given: hosted by the upstream, or run here."""
    hosted = hosted_tools(upstream)
    usable = {tool.spec.name for tool in status.active.builtins.all if tool.unavailable() is None}
    if _code_interpreter(upstream, code_interpreter).state != "unavailable":
        usable.add(CODE_INTERPRETER)
    builtins = (tool for tool in BUILTIN_TOOLS if tool in hosted or tool in usable)
    functions = (FUNCTION_PREFIX + spec.name for spec in status.active.toolbox.specs())
    mcp = status.active.assistants.mcp
    if upstream is not None and holds_assistants(upstream) is not None:
        # There an assistant has functions, each with its definition, and no servers.
        of_servers = (FUNCTION_PREFIX + each.name for each in mcp.tools() if each.is_enabled)
        return (*builtins, *functions, *of_servers)
    return (*builtins, *functions, *mcp.names())


def _mcp_servers(upstream: Upstream | None, assistants: tuple[Assistant, ...]) -> tuple[str, ...]:
    """Returns the servers that assistants have, where the upstream calls them."""
    if "mcp" not in hosted_tools(upstream):
        return ()
    tools = (tool for assistant in assistants for tool in assistant.tools)
    return tuple(dict.fromkeys(tool for tool in tools if mcp_server(tool) is not None))


def check_tools(
    status: SetupStatus,
    code_interpreter: CodeInterpreter,
    upstream: Upstream,
    tools: tuple[str, ...],
    present: tuple[str, ...] = (),
) -> None:
    """Raises `InvalidRequest` for an unknown tool, unless the assistant has it already."""
    known = known_tools(status, upstream, code_interpreter)
    allowed = {*known, *present, *status.active.assistants.mcp.tool_names()}
    if "mcp" in hosted_tools(upstream):
        allowed |= {tool for tool in tools if mcp_server(tool) is not None}
    if unknown := [tool for tool in tools if tool not in allowed]:
        raise InvalidRequest(
            f"There is no tool {unknown[0][:64]!r}. There are: {', '.join(known)}.", field="tools"
        )


def server_of(settings: Settings) -> str:
    """Returns the scheme, host and port that requests are sent to."""
    url = httpx2.URL(base_url(settings))
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def shown_base_url(settings: Settings) -> str | None:
    """Returns the base URL without the user and password that it may hold."""
    if settings.openai_base_url is None:
        return None
    parts = urlsplit(settings.openai_base_url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _file_search(
    upstream: Upstream | None, knowledge: KnowledgePlaces, unavailable_here: str | None
) -> FileSearchState:
    hosts = hosts_files(upstream)
    if hosts is None and unavailable_here is not None:
        return FileSearchState(place="here", files=0, detail=unavailable_here)
    place: FilePlace = "here" if hosts is None else "upstream"
    searched = knowledge.get((place, hosts.base_url if hosts is not None else None), 0)
    detail = None
    if elsewhere := sum(knowledge.values()) - searched:
        more = " more" if searched else ""
        files = f"1{more} file is" if elsewhere == 1 else f"{elsewhere}{more} files are"
        them = "it" if elsewhere == 1 else "them"
        detail = (
            f"{files} kept but not searched, since another upstream has indexed {them}. Index "
            f"{them} again to have {them} searched."
        )
    return FileSearchState(place=place, files=searched, detail=detail)


def _code_interpreter(
    upstream: Upstream | None, code_interpreter: CodeInterpreter
) -> CodeInterpreterState:
    if upstream is not None and CODE_INTERPRETER in hosted_tools(upstream):
        return CodeInterpreterState(state="hosted")
    here = code_interpreter.availability
    return CodeInterpreterState(
        state=here.state,
        isolation=here.isolation,
        detail=here.detail,
        progress=here.progress,
        can_be_retried=code_interpreter.can_be_retried,
    )


def _with_assistant(
    missing: tuple[Missing, ...], assistant: Assistant | None
) -> tuple[Missing, ...]:
    """Returns `missing` with what the upstream has told of the assistant."""
    others = tuple(part for part in missing if part != "assistant")
    return others if assistant is not None else (*others, "assistant")


def _upstream_name(settings: Settings, upstream: Upstream | None) -> str | None:
    if upstream is not None:
        return upstream.name
    return None if settings.upstream == AUTO else settings.upstream


def _key_state(settings: Settings) -> KeyState:
    key = settings.api_key
    if key is None:
        return KeyState(present=False)
    return KeyState(present=True, last_four=key[-4:] if len(key) >= SHORTEST_SHOWN_KEY else None)


def _sealed_with(status: SetupStatus) -> SealedWith | None:
    configuration = status.active.configuration
    if not configuration.is_shared:
        return None
    return "kept_key" if configuration.settings.secret_key is None else "secret_key"


def _sources(status: SetupStatus) -> tuple[SettingSource, ...]:
    configuration = status.active.configuration
    return tuple(
        SettingSource(
            name=name.upper(),
            source=configuration.source(name),
            writable=configuration.writable(name),
        )
        for name in Settings.model_fields
    )
