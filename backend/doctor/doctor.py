"""The doctor: tries what a chat needs, one check after the other; each says what to do."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Final

from backend.config.redaction import redact, secrets_of
from backend.config.settings import Settings
from backend.doctor.answer_checks import INSTRUCTIONS, check_images, check_streaming, check_tools
from backend.doctor.checks import CHECK_NAMES, Check, CheckName, LocalServer, check
from backend.doctor.local_servers import local_servers
from backend.doctor.server_checks import (
    APIS,
    another,
    check_api,
    check_embeddings,
    check_key,
    check_model,
    models_of,
)
from backend.domain.assistant import Assistant
from backend.domain.errors import AppError, UpstreamAuthFailed
from backend.domain.ids import new_assistant_id
from backend.openai_client.models import ListedModel
from backend.openai_client.place import place
from backend.openai_client.reasons import MODEL_MISSING_CODE
from backend.setup.active_assistant import ActiveAssistant
from backend.setup.upstream_choice import key_is_missing
from backend.upstreams.base import Upstream
from backend.upstreams.hosting import holds_assistants
from backend.waiting import cancel

CHECK_TIMEOUT_S: Final = 60.0

_SKIPPED: Final = "It needs a server and a model that answer."


class Doctor:
    """Reads the settings at each examination."""

    def __init__(self, active: ActiveAssistant) -> None:
        self._active = active

    async def examine(self) -> AsyncGenerator[Check | LocalServer]:
        """Yields each check once, in the order of `CHECK_NAMES`, and the servers on this machine.

        Whatever fails is a verdict, and no verdict holds a secret.
        """
        settings = self._active.configuration.settings
        secrets = secrets_of(settings)
        scan = asyncio.create_task(local_servers(settings), name="local servers")
        try:
            async with aclosing(_Examination(self._active, settings).checks()) as checks:
                async for found in checks:
                    words = {"found": redact(found.found, secrets)}
                    if found.mend is not None:
                        words["mend"] = redact(found.mend, secrets)
                    yield found.model_copy(update=words)
                    if found.name == CHECK_NAMES[0]:
                        for server in await scan:
                            yield server
        finally:
            await cancel([scan])


class _Examination:
    """One of the settings as they are."""

    def __init__(self, active: ActiveAssistant, settings: Settings) -> None:
        self._active = active
        self._settings = settings

    async def checks(self) -> AsyncGenerator[Check]:
        """Yields those that can be made, and in their places those that cannot."""
        place = 0
        async with aclosing(self._made()) as made:
            async for found in made:
                here = CHECK_NAMES.index(found.name)
                for name in CHECK_NAMES[place:here]:
                    yield check(name, "skipped", _SKIPPED)
                yield found
                place = here + 1
        for name in CHECK_NAMES[place:]:
            yield check(name, "skipped", _SKIPPED)

    async def _made(self) -> AsyncGenerator[Check]:
        settings = self._settings
        if key_is_missing(settings):
            yield check("upstream", "skipped", f"{place(settings)} tells nothing without a key.")
            mend = "Set a key on /setup, or choose a server that needs none."
            yield check("key", "failed", "None is set, and this server needs one.", mend)
            return
        try:
            upstream = await self._active.upstream()
        except UpstreamAuthFailed as error:
            yield check("upstream", "skipped", f"{place(settings)} tells nothing without a key.")
            yield check("key", "failed", error.message)
            return
        except AppError as error:
            yield check("upstream", "failed", error.message)
            return
        yield await _limited("upstream", check_api(upstream, settings))
        yield await _limited("key", check_key(upstream, settings))
        models: tuple[ListedModel, ...] | None = None
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                models = await models_of(upstream)
        except (AppError, TimeoutError):
            """Whether the model is there is told by its first answer."""
        async with aclosing(self._of_the_model(upstream, models)) as checks:
            async for found in checks:
                yield found
        embeddings = check_embeddings(upstream, settings, models)
        yield await _limited("embeddings", embeddings)

    async def _of_the_model(
        self, upstream: Upstream, models: tuple[ListedModel, ...] | None
    ) -> AsyncGenerator[Check]:
        try:
            present = (await self._active.choose(upstream, None)).assistant
            missing = ""
        except AppError as error:
            present, missing = None, error.message
        model = (present.model if present is not None else "") or self._settings.model or ""
        if present is None and (holds_assistants(upstream) is not None or not model):
            mend = "Create an assistant on /setup."
            yield check("model", "failed", missing, mend)
            return
        # The assistant's own instructions may forbid what is asked, and cost tokens.
        home = present or Assistant(new_assistant_id(), "Doctor", model)
        assistant = Assistant(home.id, home.name, model, INSTRUCTIONS)
        streamed, refused = await _with_reason(check_streaming(upstream, assistant))
        if refused == MODEL_MISSING_CODE:
            yield check("model", "failed", streamed.found, another(models))
        else:
            yield check_model(model, models)
        yield streamed
        if streamed.verdict != "failed":
            tools = check_tools(upstream, assistant, needed=bool(home.tools))
            yield await _limited("tools", tools)
            if upstream.name in APIS:
                yield await _limited("images", check_images(upstream, assistant))
            else:
                yield check("images", "skipped", f"{upstream.name} looks at none.")


async def _limited(name: CheckName, making: Awaitable[Check]) -> Check:
    """Returns the check, or that it failed or took too long."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await making
    except TimeoutError:
        mend = "Choose a faster server, or a smaller model."
        return check(name, "failed", f"It did not end within {CHECK_TIMEOUT_S:g} s.", mend)
    except AppError as error:
        return check(name, "failed", error.message)


async def _with_reason(making: Awaitable[Check]) -> tuple[Check, str | None]:
    """Returns the check of streaming, and the code of the error that it failed with."""
    reason: str | None = None

    async def noting() -> Check:
        nonlocal reason
        try:
            return await making
        except AppError as error:
            reason = error.error_code
            raise

    return await _limited("streaming", noting()), reason
