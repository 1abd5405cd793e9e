"""The REST API of setup, for the page's `/setup` and scripts."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from backend.doctor.server_checks import check_api
from backend.domain.assistant import FILE_SEARCH, Assistant
from backend.domain.errors import (
    ChangedMeanwhile,
    InvalidRequest,
    InvalidSettings,
    NotFound,
    SettingsFileError,
    TooManyAssistants,
    UpstreamAuthFailed,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from backend.http.framework.api import endpoint
from backend.openai_client.failures import REDIRECTED_CODE
from backend.openai_client.models import ListedModel
from backend.openai_client.place import place
from backend.setup.assistants import DEMO_ASSISTANT_ID
from backend.setup.model_lists import ModelLists
from backend.setup.models import (
    ApiKeyUpdate,
    AssistantInfo,
    AssistantUpdate,
    ModelInfo,
    ModelList,
    ModelsQuery,
    SetupAnswer,
    SetupState,
    UpstreamUpdate,
)
from backend.setup.state import (
    assistant_info,
    check_tools,
    choices_of,
    server_of,
    setup_state,
    shown_base_url,
)
from backend.setup.status import SetupStatus
from backend.setup.upstream_choice import is_at_base_url, key_is_missing
from backend.store.files import FileRows
from backend.store.news import News
from backend.store.policies import PolicyRows
from backend.tools.code_interpreter.tool import CodeInterpreter
from backend.upstreams.base import KeyedUpstream, Upstream
from backend.upstreams.pool import AUTO, available

MODELS_TIMEOUT_S = 10.0
VERIFY_TIMEOUT_S = 15.0
CONTACT_TIMEOUT_S = 5.0
WORDS = {"OPENAI_API_KEY": "The API key", "OPENAI_BASE_URL": "The base URL"}
"""What those who set them here call the settings."""
REFUSALS = "refusals"
"""The topic of the news that parameters are to be tried again."""
FALLBACK_MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-5", "gpt-5-mini", "gpt-5-nano")


class SetupApi:
    """Makes changes one at a time, and has them kept; they are in force for the next run."""

    def __init__(
        self,
        status: SetupStatus,
        files: FileRows,
        policies: PolicyRows,
        code_interpreter: CodeInterpreter,
        news: News,
    ) -> None:
        """`news` tells other processes what each keeps for itself."""
        self._news = news
        self._status = status
        self._active = status.active
        self._files = files
        self._policies = policies
        self._code_interpreter = code_interpreter
        self._configuration = status.active.configuration
        self._models = ModelLists()
        self._changing = status.active.assistants.changing

    @endpoint("GET", "/api/setup", "Read the state of setup")
    async def get_setup(self) -> SetupState:
        """Answers within seconds even where the upstream does not."""
        return await self._state()

    @endpoint(
        "PUT",
        "/api/setup/api-key",
        "Set the API key",
        errors=(
            UpstreamAuthFailed,
            UpstreamUnreachable,
            UpstreamTimeout,
            SettingsFileError,
            ChangedMeanwhile,
        ),
    )
    async def set_api_key(self, body: ApiKeyUpdate) -> SetupAnswer:
        """Asks the upstream whether it accepts the key; `verify=false` stores it without asking."""
        key = body.api_key.get_secret_value().strip()
        if not key:
            raise InvalidRequest("The key is empty. DELETE removes the key.", field="api_key")
        async with self._changing:
            with _blaming("api_key"):
                # By the time that the key is checked its server may be another one.
                present = self._configuration.settings
                if body.verify:
                    await self._verify(key)
                warnings = await self._configuration.save({"OPENAI_API_KEY": key}, present)
        if self._configuration.settings.upstream == "demo":
            warnings.append("The demo is chosen, and it uses no key. Choose another upstream.")
        return await self._answer_about_files(warnings)

    @endpoint("DELETE", "/api/setup/api-key", "Remove the API key", errors=(SettingsFileError,))
    async def remove_api_key(self) -> SetupAnswer:
        async with self._changing:
            warnings = await self._configuration.save({"OPENAI_API_KEY": None})
        return await self._answer_about_files(warnings)

    @endpoint(
        "PUT",
        "/api/setup/upstream",
        "Choose the upstream and its base URL",
        errors=(SettingsFileError, ChangedMeanwhile),
    )
    async def set_upstream(self, body: UpstreamUpdate) -> SetupAnswer:
        """A base URL that is left out goes back to the upstream's own default."""
        choices = (AUTO, *available())
        if body.upstream not in choices:
            raise InvalidRequest(
                f"There is no such upstream. There are: {', '.join(choices)}.", field="upstream"
            )
        changes: dict[str, str | None] = {"UPSTREAM": body.upstream}
        base_url = (body.base_url or "").strip().rstrip("/") or None
        settings = self._configuration.settings
        # The URL is shown without user and password; sending it back as shown keeps them. The demo
        # asks no server, so one that is left out stays for what is chosen after it.
        is_default = base_url is None and body.upstream != "demo"
        if is_default or base_url not in (None, shown_base_url(settings)):
            changes["OPENAI_BASE_URL"] = base_url
        async with self._changing:
            with _blaming("base_url"):
                present = await self._configuration.refresh()
                words = self._withhold_key(changes)
                warnings = await self._configuration.save(changes, present)
        return await self._answer_about_files(warnings + words + await self._first_contact())

    @endpoint(
        "GET",
        "/api/setup/assistant",
        "Read the default assistant",
        errors=(NotFound, UpstreamError),
    )
    async def get_assistant(self) -> AssistantInfo:
        upstream = await self._active.upstream()
        assistant = await self._active.assistants.default(upstream)
        if assistant is None:
            raise NotFound(
                "There is no assistant, or the upstream does not know the one that was set. "
                "PUT creates one.",
                code="assistant_missing",
            )
        return assistant_info(assistant, upstream, is_default=True)

    @endpoint(
        "PUT",
        "/api/setup/assistant",
        "Create or update the default assistant",
        errors=(TooManyAssistants, UpstreamError, SettingsFileError),
    )
    async def set_assistant(self, body: AssistantUpdate) -> SetupAnswer:
        """Stores it at the upstream where that keeps assistants, else on this server."""
        async with self._changing:
            upstream = await self._active.upstream()
            present = await self._active.assistants.default(upstream)
            kept = present.tools if present is not None else ()
            check_tools(self._status, self._code_interpreter, upstream, body.tools, kept)
            known = present is not None and present.id != DEMO_ASSISTANT_ID
            wanted = body.assistant(present.id if present is not None and known else "")
            saved = await self._active.assistants.save(upstream, wanted)
            warnings = await self._put_in_charge(saved)
        return await self._answer(warnings)

    @endpoint(
        "DELETE",
        "/api/setup/refused-parameters",
        "Try parameters again that models refused",
        errors=(UpstreamError,),
    )
    async def forget_refusals(self) -> SetupAnswer:
        """Of all models. What is refused again is left out again."""
        await self._active.upstream()
        self._active.upstreams.forget_refusals()
        await self._news.tell(REFUSALS)
        return await self._answer([])

    @endpoint("POST", "/api/setup/code-interpreter", "Prepare the code interpreter again")
    async def retry_code_interpreter(self) -> SetupAnswer:
        """Does nothing where it is ready, being prepared or switched off."""
        self._code_interpreter.retry()
        return await self._answer([])

    @endpoint("GET", "/api/models", "List models")
    async def list_models(self, query: ModelsQuery) -> ModelList:
        """Returns the upstream's models, sorted, or a short built-in list where it cannot be asked."""
        try:
            async with asyncio.timeout(MODELS_TIMEOUT_S):
                upstream = await self._active.upstream()
                models = await self._models.get(upstream, cached=query.cached)
                return ModelList(
                    models=tuple(model.id for model in models),
                    listed=tuple(_model_info(model, upstream) for model in models),
                    fallback=False,
                )
        except TimeoutError:
            problem = f"The upstream did not answer within {MODELS_TIMEOUT_S:g} s."
        except UpstreamError as error:
            problem = error.message
        return ModelList(models=FALLBACK_MODELS, listed=(), fallback=True, problem=problem)

    def _withhold_key(self, changes: dict[str, str | None]) -> list[str]:
        """Remove a stored key, with a word, where it would be sent to another server."""
        before = self._configuration.settings
        after = self._configuration.preview(changes)
        if before.api_key is None or server_of(before) == server_of(after):
            return []
        if not self._configuration.writable("openai_api_key"):
            raise InvalidRequest(
                f"OPENAI_API_KEY is not set in .env, so it cannot be removed here, and would be "
                f"sent to {server_of(after)}. If it is meant for that server, set OPENAI_BASE_URL "
                "where the key is set; otherwise unset it there.",
            )
        changes["OPENAI_API_KEY"] = None
        return [
            f"The API key was removed, since it was for {server_of(before)}. Set the key of "
            f"{server_of(after)} if that needs one."
        ]

    async def _first_contact(self) -> list[str]:
        """Says what is wrong with the server, which else the first run would find out."""
        settings = self._configuration.settings
        if not is_at_base_url(settings) or key_is_missing(settings):
            return []
        try:
            async with asyncio.timeout(CONTACT_TIMEOUT_S):
                found = await check_api(await self._active.upstream(), settings)
        except TimeoutError:
            return [
                f"{place(settings)} did not answer within {CONTACT_TIMEOUT_S:g} s. Check the base "
                "URL and the network."
            ]
        except UpstreamAuthFailed:
            # Its key is set after its base URL.
            return []
        except UpstreamError as error:
            return [error.message]
        return [] if found.verdict == "ok" else [f"{found.found} {found.mend}"]

    async def _verify(self, key: str) -> None:
        """Raises `UpstreamError` unless the upstream takes this key for what a run would use."""
        changes = {"OPENAI_API_KEY": key}
        if self._configuration.settings.upstream == "demo":
            changes["UPSTREAM"] = AUTO
        settings = self._configuration.preview(changes)
        anyway = "It was not stored; it can be, unchecked."
        upstream: Upstream | None = None
        try:
            async with asyncio.timeout(VERIFY_TIMEOUT_S):
                upstream = await self._active.upstreams.create(settings)
                if isinstance(upstream, KeyedUpstream):
                    await upstream.check_key()
                else:
                    await upstream.models()
        # These leave out the upstream's own words, which may repeat the key.
        except TimeoutError:
            raise UpstreamTimeout(
                f"The upstream did not answer within {VERIFY_TIMEOUT_S:g} s, so the key was not "
                f"checked. {anyway}"
            ) from None
        except UpstreamAuthFailed:
            raise UpstreamAuthFailed(
                f"The upstream refuses this key. Check that it is whole and valid. {anyway}"
            ) from None
        except UpstreamUnreachable:
            raise UpstreamUnreachable(
                "The upstream cannot be reached, so the key was not checked. Check the base URL "
                f"and the network. {anyway}"
            ) from None
        except UpstreamError as error:
            if error.error_code == REDIRECTED_CODE:
                raise
            raise type(error)(
                f"The upstream could not check the key: it neither lists models nor serves the chosen API. Check the base URL, which usually ends in /v1. {anyway}",
                code=error.error_code,
                retry_after_s=error.retry_after_s,
            ) from None
        finally:
            if upstream is not None:
                await upstream.close()

    async def _put_in_charge(self, assistant: Assistant) -> list[str]:
        if assistant.id == self._configuration.settings.assistant_id:
            return []
        try:
            return await self._configuration.save({"ASSISTANT_ID": assistant.id})
        except (SettingsFileError, InvalidSettings) as error:
            raise type(error)(
                f"{error.message} The assistant itself was saved: to use it, set "
                f"ASSISTANT_ID={assistant.id} yourself."
            ) from error

    async def _answer(self, warnings: list[str]) -> SetupAnswer:
        return SetupAnswer(state=await self._state(), warnings=tuple(warnings))

    async def _answer_about_files(self, warnings: list[str]) -> SetupAnswer:
        """Adds a warning about files that the upstream in use does not search."""
        answer = await self._answer(warnings)
        detail = answer.state.file_search.detail
        if detail is None or FILE_SEARCH not in answer.state.tools:
            return answer
        return answer.model_copy(update={"warnings": (*answer.warnings, detail)})

    async def _state(self) -> SetupState:
        places = await self._files.knowledge_places()
        policies = await self._policies.server()
        return await setup_state(self._status, places, policies, self._code_interpreter)


def _model_info(model: ListedModel, upstream: Upstream) -> ModelInfo:
    efforts, verbosities = choices_of(model.id, upstream)
    return ModelInfo(id=model.id, shutdown=model.shutdown, efforts=efforts, verbosities=verbosities)


@contextmanager
def _blaming(field: str) -> Iterator[None]:
    """Set the field of the request to blame in errors raised inside, and name it in words."""
    try:
        yield
    except (InvalidRequest, UpstreamError) as error:
        if error.field in WORDS:
            error.message = error.message.replace(error.field, WORDS[error.field])
        error.field = field
        raise
