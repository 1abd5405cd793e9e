"""What an upstream may do beside answering: run built-in tools, hold the files they work on, and
keep assistants and threads."""

from typing import Protocol, runtime_checkable

from backend.domain.assistant import Assistant
from backend.domain.hosted_tool import HostedTool
from backend.openai_client.hosted_files import HostedFiles
from backend.tools.function import FunctionSpec


@runtime_checkable
class HostsTools(Protocol):
    """An upstream that runs built-in tools itself. One without this attribute runs none."""

    @property
    def hosted_tools(self) -> frozenset[HostedTool]: ...


def hosted_tools(upstream: object) -> frozenset[HostedTool]:
    """Returns the built-in tools that the upstream runs. We run all others."""
    return upstream.hosted_tools if isinstance(upstream, HostsTools) else frozenset()


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
    if isinstance(upstream, HostsFiles) and "file_search" in upstream.hosted_tools:
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
    return upstream if isinstance(upstream, HoldsAssistants) else None
