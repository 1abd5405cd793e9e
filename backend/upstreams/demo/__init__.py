"""The demo: a scripted, offline upstream. It is no AI and says so, yet it drives every feature."""

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.items import Item
from backend.upstreams.demo.session import MODEL, DemoSession
from backend.upstreams.demo.titles import make_title
from backend.upstreams.request import RunRequest

__all__ = ["DemoUpstream", "create_upstream"]


class DemoUpstream:
    """Answers by rules, in process, at `DEMO_DELTAS_PER_S`."""

    name = "demo"
    base_url = "demo"

    def __init__(self, deltas_per_s: float) -> None:
        self._deltas_per_s = deltas_per_s

    def session(self, request: RunRequest) -> DemoSession:
        return DemoSession(request, self._deltas_per_s)

    async def title(self, assistant: Assistant, history: tuple[Item, ...]) -> str | None:
        return make_title(history, frozenset(assistant.function_names()))

    async def models(self) -> list[str]:
        return [MODEL]

    async def close(self) -> None:
        """Nothing is open."""


def create_upstream(settings: Settings) -> DemoUpstream:
    return DemoUpstream(settings.demo_deltas_per_s)
