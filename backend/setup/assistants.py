"""The assistants of an upstream: there, if it keeps them itself, else in our store."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from backend.config.configuration import Configuration
from backend.domain.assistant import FUNCTION_PREFIX, Assistant
from backend.domain.errors import TooManyAssistants, UpstreamMisconfigured, UpstreamNotFound
from backend.domain.ids import LOCAL_ASSISTANT_PREFIX, new_assistant_id
from backend.domain.start_screen import StartScreen
from backend.mcp.servers import McpServers
from backend.mcp.tool import spec_of
from backend.setup.upstream_choice import is_demo
from backend.tools.builtins import Builtins
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import Upstream
from backend.upstreams.demo.start_screen import DEMO_START
from backend.upstreams.hosting import HoldsAssistants, holds_assistants

DEMO_ASSISTANT_ID = LOCAL_ASSISTANT_PREFIX + "demo"
"""The demo's own assistant, which is stored nowhere."""


class AssistantStore(Protocol):
    """Keeps the assistants of upstreams that keep none themselves."""

    async def list_assistants(self) -> tuple[Assistant, ...]: ...

    async def get_assistant(self, assistant_id: str) -> Assistant | None: ...

    async def save_assistant(self, assistant: Assistant) -> None: ...

    async def delete_assistant(self, assistant_id: str) -> None: ...

    async def threads_with(self, assistant_id: str) -> int: ...


class StartScreenStore(Protocol):
    """Keeps start screens, by the ids of all assistants."""

    async def all(self) -> Mapping[str, StartScreen]: ...

    async def save(self, assistant_id: str, start: StartScreen) -> None: ...

    async def delete(self, assistant_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Who answers on a thread."""

    assistant: Assistant
    note: str | None = None
    """Why it is not the one that was chosen for the thread."""
    is_gone: bool = False
    """Whether the chosen one is deleted, and not just at another upstream."""


@dataclass(frozen=True, slots=True)
class Listing:
    assistants: tuple[Assistant, ...]
    """Sorted by name."""
    default: Assistant | None


class Assistants:
    """Reads `ASSISTANT_ID`, which names the default assistant, at every call.

    Every method raises `UpstreamError` and `StoreUnavailable`.
    """

    def __init__(
        self,
        configuration: Configuration,
        store: AssistantStore,
        starts: StartScreenStore,
        toolbox: Toolbox,
        builtins: Builtins,
        mcp: McpServers,
    ) -> None:
        self.store = store
        self.mcp = mcp
        self._starts = starts
        self.changing = asyncio.Lock()
        """Held by whoever changes an assistant, or a setting."""
        self._configuration = configuration
        self._toolbox = toolbox
        self._builtins = builtins

    async def listing(self, upstream: Upstream) -> Listing:
        """Returns all of them. Of a server that does not list them only the default is known."""
        default = await self.default(upstream)
        try:
            found = await self._home(upstream).list_assistants()
        except UpstreamNotFound:
            if default is None:
                raise
            found = ()
        starts = await self._starts.all()
        by_id = {
            each.id: replace(each, start=starts[each.id]) if each.id in starts else each
            for each in found
        }
        if upstream.name == "demo":
            by_id[DEMO_ASSISTANT_ID] = self._demo_assistant()
        if default is not None:
            by_id[default.id] = default
        ordered = sorted(by_id.values(), key=lambda each: (each.name.casefold(), each.id))
        return Listing(tuple(ordered), default)

    async def get(self, upstream: Upstream, assistant_id: str) -> Assistant | None:
        return await self._with_start(await self._get(upstream, assistant_id))

    async def default(self, upstream: Upstream) -> Assistant | None:
        """Returns the assistant that `ASSISTANT_ID` names, or None if `upstream` has no such one.

        The demo falls back to an assistant of its own.
        """
        return await self._with_start(await self._default(upstream))

    async def known_default(self) -> Assistant | None:
        """Returns what is known of the default assistant without asking an upstream: of one that is
        kept there only the start screen."""
        settings = self._configuration.settings
        id = settings.assistant_id
        found = await self.store.get_assistant(id) if id is not None else None
        if found is None and is_demo(settings):
            return self._demo_assistant()
        if found is None and id is not None and not id.startswith(LOCAL_ASSISTANT_PREFIX):
            found = Assistant(id, name="", model="")
        return await self._with_start(found)

    async def choose(self, upstream: Upstream, assistant_id: str | None) -> Choice:
        """Returns the assistant that was chosen for a thread, or else the default one, without its
        start screen.

        Raises `UpstreamMisconfigured` where there is none.
        """
        if assistant_id is not None:
            chosen = await self._get(upstream, assistant_id)
            if chosen is not None:
                return Choice(chosen)
        default = await self._default(upstream)
        if default is None:
            raise UpstreamMisconfigured(
                "There is no assistant yet, or the upstream does not know the one that was set. "
                "Choose one on /setup."
            )
        if assistant_id is None:
            return Choice(default)
        is_local = assistant_id.startswith(LOCAL_ASSISTANT_PREFIX)
        if is_local == (holds_assistants(upstream) is None):
            return Choice(
                default,
                "The assistant that was chosen for this chat has been deleted. The default one, "
                f"{default.name}, answers from now on.",
                is_gone=True,
            )
        return Choice(
            default,
            "The assistant that was chosen for this chat belongs to another upstream. The default "
            f"one, {default.name}, answers meanwhile.",
        )

    async def save(self, upstream: Upstream, wanted: Assistant) -> Assistant:
        """Update the assistant, or create it if it has no id. Raises `TooManyAssistants`."""
        holder = holds_assistants(upstream)
        if holder is not None:
            names = wanted.function_names()
            specs = (*self._toolbox.specs(), *map(spec_of, self.mcp.tools()))
            known = tuple(spec for spec in specs if spec.name in names)
            saved = await holder.save_assistant(wanted, known)
            await self._starts.save(saved.id, wanted.start)
            return replace(saved, start=wanted.start)
        if not wanted.id:
            limit = self._configuration.settings.max_assistants
            if len(await self.store.list_assistants()) >= limit:
                raise TooManyAssistants(
                    f"This server keeps {limit:,} assistants at most (MAX_ASSISTANTS). Delete one "
                    "that is not needed."
                )
            wanted = replace(wanted, id=new_assistant_id())
        await self.store.save_assistant(wanted)
        await self._starts.save(wanted.id, wanted.start)
        return wanted

    async def delete(self, upstream: Upstream, assistant_id: str) -> None:
        await self._home(upstream).delete_assistant(assistant_id)
        await self._starts.delete(assistant_id)

    async def _get(self, upstream: Upstream, assistant_id: str) -> Assistant | None:
        if assistant_id == DEMO_ASSISTANT_ID and upstream.name == "demo":
            return self._demo_assistant()
        return await self._home(upstream).get_assistant(assistant_id)

    async def _default(self, upstream: Upstream) -> Assistant | None:
        assistant_id = self._configuration.settings.assistant_id
        found = await self._get(upstream, assistant_id) if assistant_id is not None else None
        return self._demo_assistant() if found is None and upstream.name == "demo" else found

    async def _with_start(self, assistant: Assistant | None) -> Assistant | None:
        if assistant is None:
            return None
        start = (await self._starts.all()).get(assistant.id)
        return replace(assistant, start=start) if start is not None else assistant

    def _home(self, upstream: Upstream) -> HoldsAssistants | AssistantStore:
        return holds_assistants(upstream) or self.store

    def _demo_assistant(self) -> Assistant:
        builtins = (tool.spec.name for tool in self._builtins.all)
        functions = (FUNCTION_PREFIX + spec.name for spec in self._toolbox.specs())
        tools = (*builtins, *functions, *self.mcp.names())
        return Assistant(DEMO_ASSISTANT_ID, "Demo assistant", "demo", tools=tools, start=DEMO_START)
