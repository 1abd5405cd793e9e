"""The REST API of assistants: several, of which one is the default."""

from dataclasses import replace
from typing import Final

from backend.domain.assistant import Assistant
from backend.domain.errors import (
    AssistantInUse,
    InvalidRequest,
    NotFound,
    SettingsFileError,
    TooManyAssistants,
    UpstreamError,
)
from backend.http.framework.api import endpoint
from backend.setup.assistants import DEMO_ASSISTANT_ID, Listing
from backend.setup.models import (
    AssistantChange,
    AssistantDeletion,
    AssistantInfo,
    AssistantList,
    AssistantUpdate,
)
from backend.setup.state import assistant_info, assistant_infos, check_tools
from backend.setup.status import SetupStatus
from backend.tools.code_interpreter.tool import CodeInterpreter
from backend.upstreams.base import Upstream

_SETTING: Final = "ASSISTANT_ID"
_MAX_NAME_LENGTH: Final = 256


class AssistantsApi:
    """The assistants of the upstream in use; a change counts for the next run."""

    def __init__(self, status: SetupStatus, code_interpreter: CodeInterpreter) -> None:
        self._status = status
        self._active = status.active
        self._assistants = status.active.assistants
        self._configuration = status.active.configuration
        self._code_interpreter = code_interpreter

    @endpoint("GET", "/api/assistants", "List assistants", errors=(UpstreamError,))
    async def list_assistants(self) -> AssistantList:
        upstream = await self._active.upstream()
        listing = await self._assistants.listing(upstream)
        return AssistantList(assistants=assistant_infos(listing, upstream))

    @endpoint(
        "POST",
        "/api/assistants",
        "Create an assistant",
        status=201,
        errors=(TooManyAssistants, UpstreamError, SettingsFileError),
    )
    async def create_assistant(self, body: AssistantUpdate) -> AssistantInfo:
        """The first one becomes the default."""
        async with self._assistants.changing:
            upstream = await self._active.upstream()
            is_first = await self._assistants.default(upstream) is None
            check_tools(self._status, self._code_interpreter, upstream, body.tools)
            made = await self._assistants.save(upstream, body.assistant())
            if is_first and self._configuration.writable(_SETTING):
                await self._set_default(made.id)
            return await self._info(upstream, made)

    @endpoint(
        "GET",
        "/api/assistants/{assistant_id}",
        "Read an assistant",
        errors=(NotFound, UpstreamError),
    )
    async def read_assistant(self, assistant_id: str) -> AssistantInfo:
        upstream = await self._active.upstream()
        return await self._info(upstream, await self._found(upstream, assistant_id))

    @endpoint(
        "PATCH",
        "/api/assistants/{assistant_id}",
        "Change an assistant",
        errors=(NotFound, UpstreamError),
    )
    async def update_assistant(self, assistant_id: str, body: AssistantChange) -> AssistantInfo:
        async with self._assistants.changing:
            upstream = await self._active.upstream()
            present = await self._changeable(upstream, assistant_id)
            changes = {
                name: value
                for name in body.model_fields_set
                if (value := getattr(body, name)) is not None
            }
            if "tools" in changes:
                check_tools(
                    self._status, self._code_interpreter, upstream, changes["tools"], present.tools
                )
                changes["tools"] = tuple(dict.fromkeys(changes["tools"]))
            changed = await self._assistants.save(upstream, replace(present, **changes))
            return await self._info(upstream, changed)

    @endpoint(
        "DELETE",
        "/api/assistants/{assistant_id}",
        "Delete an assistant",
        errors=(NotFound, AssistantInUse, UpstreamError),
    )
    async def delete_assistant(self, assistant_id: str, query: AssistantDeletion) -> None:
        """Neither the default one nor the last. Its chats stay, and go on with the default."""
        async with self._assistants.changing:
            upstream = await self._active.upstream()
            present = await self._changeable(upstream, assistant_id)
            listing = await self._assistants.listing(upstream)
            chats = await self._assistants.store.threads_with(assistant_id)
            _check_deletion(present, listing, 0 if query.force else chats)
            await self._assistants.delete(upstream, assistant_id)

    @endpoint(
        "POST",
        "/api/assistants/{assistant_id}/copy",
        "Copy an assistant",
        status=201,
        errors=(NotFound, TooManyAssistants, UpstreamError),
    )
    async def copy_assistant(self, assistant_id: str) -> AssistantInfo:
        async with self._assistants.changing:
            upstream = await self._active.upstream()
            original = await self._found(upstream, assistant_id)
            listing = await self._assistants.listing(upstream)
            name = _name_of_copy(original.name, {each.name for each in listing.assistants})
            copy = await self._assistants.save(upstream, replace(original, id="", name=name))
            return await self._info(upstream, copy)

    @endpoint(
        "POST",
        "/api/assistants/{assistant_id}/default",
        "Make an assistant the default",
        errors=(NotFound, AssistantInUse, UpstreamError, SettingsFileError),
    )
    async def make_default(self, assistant_id: str) -> AssistantInfo:
        """Chats for which no other one was chosen go on with it."""
        async with self._assistants.changing:
            upstream = await self._active.upstream()
            chosen = await self._found(upstream, assistant_id)
            if not self._configuration.writable(_SETTING):
                raise AssistantInUse(
                    f"The default assistant is set by {_SETTING} in the environment or on the "
                    "command line. Unset it there to choose another one here.",
                    code="setting_overridden",
                )
            await self._set_default(chosen.id)
            return await self._info(upstream, chosen)

    async def _set_default(self, assistant_id: str) -> None:
        # The demo falls back to its own where no other is named.
        value = None if assistant_id == DEMO_ASSISTANT_ID else assistant_id
        await self._configuration.save({_SETTING: value})

    async def _found(self, upstream: Upstream, assistant_id: str) -> Assistant:
        found = await self._assistants.get(upstream, assistant_id)
        if found is None:
            raise NotFound(
                f"There is no assistant {assistant_id[:64]!r} at this upstream. GET /api/assistants "
                "lists those that there are.",
                code="assistant_missing",
            )
        return found

    async def _changeable(self, upstream: Upstream, assistant_id: str) -> Assistant:
        found = await self._found(upstream, assistant_id)
        if found.id == DEMO_ASSISTANT_ID:
            raise InvalidRequest(
                "The demo's own assistant cannot be changed or deleted. Copy it, and change the "
                "copy.",
                code="assistant_built_in",
            )
        return found

    async def _info(self, upstream: Upstream, assistant: Assistant) -> AssistantInfo:
        default = await self._assistants.default(upstream)
        is_default = default is not None and default.id == assistant.id
        return assistant_info(assistant, upstream, is_default=is_default)


def _check_deletion(assistant: Assistant, listing: Listing, chats: int) -> None:
    """Raises `AssistantInUse` for one that has to stay."""
    if [each.id for each in listing.assistants] == [assistant.id]:
        raise AssistantInUse(
            f"{assistant.name} is the only assistant. Make another one first.",
            code="assistant_last",
        )
    if listing.default is not None and listing.default.id == assistant.id:
        raise AssistantInUse(
            f"{assistant.name} is the default assistant. Make another one the default first.",
            code="assistant_default",
        )
    if chats:
        use = "1 chat uses" if chats == 1 else f"{chats} chats use"
        raise AssistantInUse(
            f"{use} {assistant.name}. With force=true it is deleted, and they go on with the "
            "default assistant."
        )


def _name_of_copy(name: str, taken: set[str]) -> str:
    base = f"{name[: _MAX_NAME_LENGTH - 16]} (copy"
    number = 1
    while (copy := f"{base})" if number == 1 else f"{base} {number})") in taken:
        number += 1
    return copy
