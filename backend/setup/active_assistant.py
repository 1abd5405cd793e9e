"""The upstream that answers now, and its assistants."""

from dataclasses import dataclass
from typing import Protocol

from backend.config.configuration import Configuration
from backend.config.settings import Settings, UpstreamChoice
from backend.domain.errors import UpstreamMisconfigured
from backend.setup.assistants import Assistants, Choice
from backend.setup.upstream_choice import key_is_missing, upstream_name
from backend.tools.builtins import Builtins
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import Upstream


class Upstreams(Protocol):
    """Creates upstreams from settings and keeps the current one."""

    async def current(self) -> Upstream:
        """Returns the upstream of the present settings. Raises `UpstreamError`."""
        ...

    async def create(self, settings: Settings) -> Upstream:
        """Returns a new upstream, which the caller closes. Raises `UpstreamError`."""
        ...

    def forget_refusals(self) -> None:
        """Try parameters again that models refused."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ActiveAssistant:
    """Reads the settings at every call, so that a change counts for the next run."""

    configuration: Configuration
    upstreams: Upstreams
    assistants: Assistants
    toolbox: Toolbox
    builtins: Builtins

    async def upstream(self) -> Upstream:
        """Returns the upstream of the next run. Raises `UpstreamError`."""
        if key_is_missing(self.configuration.settings):
            raise UpstreamMisconfigured("There is no API key yet. Set one on /setup.")
        return await self.upstreams.current()

    async def choose(self, upstream: Upstream, assistant_id: str | None) -> Choice:
        """See `Assistants.choose`."""
        return await self.assistants.choose(upstream, assistant_id)

    async def knows(self, assistant_id: str) -> bool:
        """Returns whether there is such an assistant at the upstream in use."""
        return await self.assistants.get(await self.upstream(), assistant_id) is not None

    def upstream_name(self) -> UpstreamChoice:
        """Returns the upstream that the settings lead to, `auto` where only the server can tell."""
        return upstream_name(self.configuration.settings)
