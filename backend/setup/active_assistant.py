"""Who answers now, and what is still missing for that: settings, upstream and assistant together."""

from dataclasses import dataclass
from typing import Literal, Protocol

from backend.config.configuration import Configuration
from backend.config.settings import Settings, UpstreamChoice
from backend.domain.assistant import FUNCTION_PREFIX, Assistant
from backend.domain.errors import UpstreamMisconfigured
from backend.domain.ids import LOCAL_ASSISTANT_PREFIX
from backend.openai_client.client import is_openai
from backend.tools.builtin import Builtin
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import Upstream
from backend.upstreams.pool import AUTO, available

Missing = Literal["api_key", "assistant", "upstream"]

DEMO_ASSISTANT_ID = LOCAL_ASSISTANT_PREFIX + "demo"

_KEYED_UPSTREAMS = frozenset({AUTO, "responses", "assistants"})


class AssistantStore(Protocol):
    """Where assistants of ours live."""

    async def get_assistant(self, assistant_id: str) -> Assistant | None: ...

    async def save_assistant(self, assistant: Assistant) -> None: ...


class Upstreams(Protocol):
    """Makes upstreams of settings, and keeps the one in force."""

    async def current(self) -> Upstream:
        """The upstream of the present settings. Raises `UpstreamError`."""
        ...

    async def create(self, settings: Settings) -> Upstream:
        """A new one, which the caller closes. Raises `UpstreamError`."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Readiness:
    """Looks at the settings afresh each time, so that a change counts at once."""

    configuration: Configuration
    upstreams: Upstreams
    assistants: AssistantStore
    toolbox: Toolbox
    builtins: tuple[Builtin, ...]

    async def upstream(self) -> Upstream:
        """The upstream of the next run. Raises `UpstreamError`."""
        if self.key_is_missing():
            raise UpstreamMisconfigured("There is no API key yet. Set one on /setup.")
        return await self.upstreams.current()

    async def assistant(self, upstream: Upstream) -> Assistant:
        """Who answers there. Raises `UpstreamError`, `UpstreamMisconfigured` where nobody does."""
        assistant = await self.assistant_at(upstream)
        if assistant is None:
            raise UpstreamMisconfigured(
                "There is no assistant yet, or the upstream does not know the one that was set. "
                "Choose one on /setup."
            )
        return assistant

    async def assistant_in_force(self) -> Assistant | None:
        """Who answers now. Raises `UpstreamError`."""
        return await self.assistant_at(await self.upstreams.current())

    async def assistant_at(self, upstream: Upstream) -> Assistant | None:
        """The assistant that `ASSISTANT_ID` names, None where `upstream` does not know it.

        The demo has one of its own where none is set.
        """
        assistant_id = self.configuration.settings.assistant_id
        found = None
        if assistant_id is not None:
            home = upstream if upstream.holds_assistants else self.assistants
            found = await home.get_assistant(assistant_id)
        if found is None and upstream.name == "demo":
            return self.demo_assistant()
        return found

    def demo_assistant(self) -> Assistant:
        """Who answers in the demo where no other assistant is set."""
        builtins = (tool.spec.name for tool in self.builtins)
        functions = (FUNCTION_PREFIX + spec.name for spec in self.toolbox.specs())
        tools = (*builtins, *functions)
        return Assistant(DEMO_ASSISTANT_ID, "Demo assistant", "demo", tools=tools)

    def unavailable(self, builtin: str) -> str | None:
        """Why a built-in tool cannot be used here, in a sentence; None when it can."""
        reasons = {tool.spec.name: tool.unavailable() for tool in self.builtins}
        return reasons.get(builtin)

    async def missing(self) -> tuple[Missing, ...]:
        """What a run would lack. Asks the upstream; raises `UpstreamError`."""
        if locally := await self.missing_locally():
            return locally
        return () if await self.assistant_in_force() is not None else ("assistant",)

    async def missing_locally(self) -> tuple[Missing, ...]:
        """What surely is missing, without asking anybody else: cheap enough for every page."""
        settings = self.configuration.settings
        if self.is_demo():
            return ()
        missing: list[Missing] = []
        if settings.upstream != AUTO and settings.upstream not in available():
            missing.append("upstream")
        if self.key_is_missing():
            missing.append("api_key")
        if not await self._assistant_is_thinkable(settings.assistant_id):
            missing.append("assistant")
        return tuple(missing)

    def upstream_name(self) -> UpstreamChoice:
        """Who answers, as far as the settings alone say: `auto` where the server must be asked."""
        settings = self.configuration.settings
        if self.is_demo():
            return "demo"
        if settings.upstream == AUTO and is_openai(settings):
            return "responses"
        return settings.upstream

    def is_demo(self) -> bool:
        """Whether the settings choose the demo, or choose nothing, which is the same."""
        settings = self.configuration.settings
        nothing_set = settings.api_key is None and settings.openai_base_url is None
        return settings.upstream == "demo" or (settings.upstream == AUTO and nothing_set)

    def key_is_missing(self) -> bool:
        """Whether requests would go to OpenAI without a key. Other servers may need none."""
        settings = self.configuration.settings
        return (
            not self.is_demo()
            and settings.api_key is None
            and settings.upstream in _KEYED_UPSTREAMS
            and is_openai(settings)
        )

    async def _assistant_is_thinkable(self, assistant_id: str | None) -> bool:
        if assistant_id is None:
            return False
        if not assistant_id.startswith(LOCAL_ASSISTANT_PREFIX):
            return True
        return await self.assistants.get_assistant(assistant_id) is not None
