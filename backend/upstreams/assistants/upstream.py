"""The Assistants API v2, at a server that still serves it: the thread lives there, and so does
the assistant.

https://platform.openai.com/docs/api-reference/assistants
"""

from collections.abc import Awaitable, Mapping
from typing import Any

from httpx2 import Response

from backend.config.settings import Settings, UpstreamName
from backend.domain.assistant import Assistant
from backend.domain.hosted_tool import HostedTool
from backend.domain.parameters import Parameters
from backend.openai_client.client import ASSISTANTS_V2, Client, create_client
from backend.openai_client.hosted_files import HostedFiles
from backend.tools.function import FunctionSpec
from backend.upstreams.assistants import runs
from backend.upstreams.assistants.api import AssistantsApi
from backend.upstreams.assistants.definitions import assistant_of, remote_tools, store_ids_of
from backend.upstreams.assistants.parameters import assistant_fields
from backend.upstreams.assistants.session import AssistantsSession
from backend.upstreams.openai_like import OpenAiLike
from backend.upstreams.parameters import RefusedParameters
from backend.upstreams.request import RunRequest


def create_upstream(settings: Settings) -> "AssistantsUpstream":
    """Raises `UpstreamMisconfigured` where OpenAI is meant and there is no key."""
    return AssistantsUpstream(settings, create_client(settings))


class AssistantsUpstream(OpenAiLike):
    """A server of the Assistants API."""

    name: UpstreamName = "assistants"
    hosted_tools: frozenset[HostedTool] = frozenset({"code_interpreter", "file_search"})

    def __init__(self, settings: Settings, client: Client) -> None:
        super().__init__(settings, client)
        self._api = AssistantsApi(client, settings)
        self.refused = RefusedParameters()
        self.hosted_files = HostedFiles(client, settings)

    def session(self, request: RunRequest) -> AssistantsSession:
        return AssistantsSession(request, self._settings, self._api, self.refused)

    async def get_assistant(self, assistant_id: str) -> Assistant | None:
        """None for an unknown one. Raises `UpstreamNotFound` where the whole API is missing."""
        remote = await self._api.assistant(assistant_id)
        return assistant_of(remote) if remote is not None else None

    async def list_assistants(self) -> tuple[Assistant, ...]:
        return tuple(map(assistant_of, await self._api.assistants()))

    async def save_assistant(
        self, assistant: Assistant, functions: tuple[FunctionSpec, ...]
    ) -> Assistant:
        """Create it, also where its id is unknown by now, or update it.

        Raises `InvalidRequest` for a function that neither we nor the upstream know, and for a
        parameter that the API does not have.
        """
        remote = await self._api.assistant(assistant.id) if assistant.id else None
        before = assistant_of(remote).parameters if remote is not None else Parameters()
        metadata = (remote.metadata if remote is not None else None) or {}
        saved = await self._api.save_assistant(
            remote.id if remote is not None else None,
            assistant_fields(assistant.parameters, before, metadata),
            name=assistant.name,
            model=assistant.model,
            instructions=assistant.instructions,
            tools=remote_tools(assistant.tools, functions, remote),
        )
        return assistant_of(saved)

    async def delete_assistant(self, assistant_id: str) -> None:
        await self._api.delete_assistant(assistant_id)

    async def knowledge_store(self, assistant: Assistant, store_id: str | None) -> str:
        """The one that it has already, before any other."""
        remote = await self._api.assistant(assistant.id)
        present = store_ids_of(remote) if remote is not None else ()
        if present:
            return present[0]
        store_id = store_id or await self.hosted_files.create_store(assistant.name)
        await self._api.give_store(assistant.id, store_id)
        return store_id

    async def cancel_run(self, remote: Mapping[str, Any]) -> None:
        match remote:
            case {"thread_id": str(thread_id), "run_id": str(run_id)}:
                await runs.cancel(self._api, thread_id, run_id)
            case _:
                pass  # It had not begun.

    async def delete_thread(self, thread_id: str) -> None:
        await self._api.delete_thread(thread_id)

    def _ask_for_nothing(self) -> Awaitable[Response]:
        return self._client.get("/assistants?limit=1", cast_to=Response, options=ASSISTANTS_V2)
