"""The assistant that answers now, and the upstream that it answers at."""

from dataclasses import dataclass
from typing import Protocol

from backend.config.configuration import Configuration
from backend.config.settings import Settings, UpstreamChoice
from backend.domain.assistant import FUNCTION_PREFIX, Assistant
from backend.domain.errors import UpstreamMisconfigured
from backend.domain.ids import LOCAL_ASSISTANT_PREFIX
from backend.setup.upstream_choice import key_is_missing, upstream_name
from backend.tools.builtin import Builtin
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import Upstream

DEMO_ASSISTANT_ID = LOCAL_ASSISTANT_PREFIX + "demo"


class AssistantStore(Protocol):
    """Keeps the assistants of upstreams that keep none themselves."""

    async def get_assistant(self, assistant_id: str) -> Assistant | None: ...

    async def save_assistant(self, assistant: Assistant) -> None: ...


class Upstreams(Protocol):
    """Creates upstreams from settings and keeps the current one."""

    async def current(self) -> Upstream:
        """Returns the upstream of the present settings. Raises `UpstreamError`."""
        ...

    async def create(self, settings: Settings) -> Upstream:
        """Returns a new upstream, which the caller closes. Raises `UpstreamError`."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ActiveAssistant:
    """Reads the settings at every call, so that a change counts for the next run."""

    configuration: Configuration
    upstreams: Upstreams
    assistants: AssistantStore
    toolbox: Toolbox
    builtins: tuple[Builtin, ...]

    async def upstream(self) -> Upstream:
        """Returns the upstream of the next run. Raises `UpstreamError`."""
        if key_is_missing(self.configuration.settings):
            raise UpstreamMisconfigured("There is no API key yet. Set one on /setup.")
        return await self.upstreams.current()

    async def assistant(self, upstream: Upstream) -> Assistant:
        """Returns the assistant that answers at `upstream`.

        Raises `UpstreamMisconfigured` where there is none, and other `UpstreamError`s.
        """
        assistant = await self.assistant_at(upstream)
        if assistant is None:
            raise UpstreamMisconfigured(
                "There is no assistant yet, or the upstream does not know the one that was set. "
                "Choose one on /setup."
            )
        return assistant

    async def assistant_at(self, upstream: Upstream) -> Assistant | None:
        """Returns the assistant that `ASSISTANT_ID` names, or None if `upstream` has no such one.

        The demo falls back to an assistant of its own. Raises `UpstreamError`.
        """
        assistant_id = self.configuration.settings.assistant_id
        found = None
        if assistant_id is not None:
            home = upstream if upstream.holds_assistants else self.assistants
            found = await home.get_assistant(assistant_id)
        if found is None and upstream.name == "demo":
            return self._demo_assistant()
        return found

    def upstream_name(self) -> UpstreamChoice:
        """Returns the upstream that the settings lead to, `auto` where only the server can tell."""
        return upstream_name(self.configuration.settings)

    def _demo_assistant(self) -> Assistant:
        builtins = (tool.spec.name for tool in self.builtins)
        functions = (FUNCTION_PREFIX + spec.name for spec in self.toolbox.specs())
        tools = (*builtins, *functions)
        return Assistant(DEMO_ASSISTANT_ID, "Demo assistant", "demo", tools=tools)
