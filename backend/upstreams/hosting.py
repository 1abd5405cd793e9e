"""What an upstream may do beside answering: run built-in tools, hold the files they work on, and
keep assistants and threads."""

from typing import Protocol, cast, runtime_checkable

from backend.domain.assistant import Assistant
from backend.domain.hosted_tool import HostedTool
from backend.domain.origin import origin_of
from backend.openai_client.hosted_files import HostedFiles
from backend.tools.function import FunctionSpec
from backend.upstreams.base import Upstream


class HostsTools(Protocol):
    """An upstream that runs built-in tools itself. One without this attribute runs none."""

    @property
    def hosted_tools(self) -> frozenset[HostedTool]: ...


def hosted_tools(upstream: object) -> frozenset[HostedTool]:
    """Returns the built-in tools that the upstream runs. We run all others."""
    # `isinstance` with a protocol takes longer than all else that is asked of an upstream.
    hosted: frozenset[HostedTool] = getattr(upstream, "hosted_tools", frozenset())
    return hosted


def mcp_host(upstream: Upstream) -> str | None:
    """Returns the origin of an upstream that calls tools of MCP servers itself, None for others."""
    return origin_of(upstream.base_url) if "mcp" in hosted_tools(upstream) else None


@runtime_checkable
class HostsFiles(HostsTools, Protocol):
    """An upstream whose tools work on files that it stores."""

    @property
    def base_url(self) -> str: ...

    @property
    def hosted_files(self) -> HostedFiles: ...

    async def knowledge_store(self, assistant: Assistant, store_id: str | None) -> str:
        """Attach a vector store to the assistant, creating one if `store_id` is None.

        Returns its id. Raises `UpstreamError`.
        """
        ...


def hosts_files(upstream: object) -> HostsFiles | None:
    """Returns the upstream if it searches files itself."""
    if "file_search" in hosted_tools(upstream) and isinstance(upstream, HostsFiles):
        return upstream
    return None


@runtime_checkable
class HoldsAssistants(Protocol):
    """An upstream that keeps assistants and threads itself. Those of all others are in our store.

    Every method raises `UpstreamError`.
    """

    async def list_assistants(self) -> tuple[Assistant, ...]: ...

    async def get_assistant(self, assistant_id: str) -> Assistant | None:
        """Returns None if the upstream does not have it."""
        ...

    async def save_assistant(
        self, assistant: Assistant, functions: tuple[FunctionSpec, ...]
    ) -> Assistant:
        """Create the assistant (empty id) or update it, and return it with the upstream's id."""
        ...

    async def delete_assistant(self, assistant_id: str) -> None:
        """Harmless for one that the upstream does not have."""
        ...


def holds_assistants(upstream: object) -> HoldsAssistants | None:
    """Returns the upstream if it keeps assistants and threads itself."""
    # Unlike `isinstance`, this is remembered.
    is_holder = issubclass(type(upstream), HoldsAssistants)
    return cast(HoldsAssistants, upstream) if is_holder else None
