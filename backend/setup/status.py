"""The setup status: what is still missing before a run can start, and which tools can be used."""

from dataclasses import dataclass

from backend.domain.ids import LOCAL_ASSISTANT_PREFIX
from backend.setup.active_assistant import ActiveAssistant
from backend.setup.models import Missing
from backend.setup.upstream_choice import is_demo, key_is_missing
from backend.upstreams.pool import AUTO, available


@dataclass(frozen=True, slots=True)
class SetupStatus:
    """Reads the settings at every call, and asks no upstream: cheap enough for every page."""

    active: ActiveAssistant

    async def missing(self) -> tuple[Missing, ...]:
        """Returns what is certainly missing. Only its upstream can tell whether a remote
        assistant exists."""
        settings = self.active.configuration.settings
        if is_demo(settings):
            return ()
        missing: list[Missing] = []
        if settings.upstream != AUTO and settings.upstream not in available():
            missing.append("upstream")
        if key_is_missing(settings):
            missing.append("api_key")
        if not await self._assistant_may_exist(settings.assistant_id):
            missing.append("assistant")
        return tuple(missing)

    def unavailable(self, builtin: str) -> str | None:
        """Returns in a sentence why a built-in tool cannot be used here, or None if it can."""
        return self.active.builtins.unavailable(builtin)

    async def _assistant_may_exist(self, assistant_id: str | None) -> bool:
        if assistant_id is None:
            return False
        if not assistant_id.startswith(LOCAL_ASSISTANT_PREFIX):
            return True
        return await self.active.assistants.store.get_assistant(assistant_id) is not None
