"""The contract of an upstream: a server that answers, and one session with it per run.

An adapter only translates: it runs no tools, writes no rows and knows no sockets.
"""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol, runtime_checkable

from backend.config.settings import UpstreamName
from backend.domain.assistant import Assistant
from backend.domain.items import Item
from backend.openai_client.models import ListedModel
from backend.upstreams.events import UpstreamEvent
from backend.upstreams.parameters import RefusedParameters
from backend.upstreams.request import RunRequest, ToolOutput


class UpstreamSession(Protocol):
    """One run at the upstream."""

    def next(self, outputs: tuple[ToolOutput, ...] | None) -> AsyncGenerator[UpstreamEvent]:
        """Stream one round: `None` starts the run, later all outputs of the round before.

        The last event is `ToolCallsRequired` or `RunEnded`. Raises `UpstreamError`, whose
        message holds no secret.
        """
        ...

    async def cancel(self) -> None:
        """Stop the remote run, if there is one. Harmless when it has already ended."""
        ...


@runtime_checkable
class ResumableSession(UpstreamSession, Protocol):
    """A session that can resume a run which another process started."""

    def resume(self, remote: Mapping[str, Any]) -> AsyncGenerator[UpstreamEvent]:
        """Stream a round as `next` does, repeating every event since `remote` was sent.

        `remote` is a stored `RemoteState.run`; `history` ends where the repeated items begin.
        Raises `UpstreamError` if the run cannot be resumed.
        """
        ...


@runtime_checkable
class CancelsRuns(Protocol):
    """An upstream whose runs wait there, and can be stopped without a session."""

    async def cancel_run(self, remote: Mapping[str, Any]) -> None:
        """Stop a run; `remote` is a stored `RemoteState.run`. Harmless if it has ended."""
        ...


class Upstream(Protocol):
    """A server that answers. It has one client for its whole life."""

    @property
    def name(self) -> UpstreamName: ...

    @property
    def base_url(self) -> str: ...

    def session(self, request: RunRequest) -> UpstreamSession: ...

    async def models(self) -> list[str]:
        """Model ids, sorted. Raises `UpstreamError`."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class KeyedUpstream(Upstream, Protocol):
    """An upstream that can tell whether its key is accepted."""

    async def check_key(self) -> None:
        """Ask for what a run would use, without making anything. Raises `UpstreamError`."""
        ...


@runtime_checkable
class ListingUpstream(Upstream, Protocol):
    """An upstream that tells more of its models than their ids."""

    async def listed_models(self) -> tuple[ListedModel, ...]:
        """Models, sorted by id. Raises `UpstreamError`."""
        ...


@runtime_checkable
class ParameterTakingUpstream(Upstream, Protocol):
    """An upstream that models take parameters over, unless they refuse them."""

    @property
    def refused(self) -> RefusedParameters: ...


@runtime_checkable
class ThreadKeepingUpstream(Upstream, Protocol):
    """An upstream where threads live."""

    async def delete_thread(self, thread_id: str) -> None:
        """Raises `UpstreamError`."""
        ...


@runtime_checkable
class TitlingUpstream(Upstream, Protocol):
    """An upstream that can title a conversation."""

    async def title(self, assistant: Assistant, history: tuple[Item, ...]) -> str | None:
        """Returns a short title, or None if the model has none. Raises `UpstreamError`."""
        ...
