"""Checks of the server itself: what it speaks, its key, its models."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from backend.config.settings import Settings
from backend.doctor.checks import Check, Verdict, check
from backend.domain.errors import UpstreamError, UpstreamNotFound
from backend.openai_client.models import ListedModel
from backend.openai_client.place import place
from backend.search.embeddings import Embeddings
from backend.upstreams.base import KeyedUpstream, ListingUpstream, Upstream
from backend.upstreams.probe import apis_of

APIS: Final = {
    "responses": "the Responses API",
    "assistants": "the Assistants API",
    "chat_completions": "the Chat Completions API",
}
"""By the upstreams that are servers elsewhere."""

SOON: Final = timedelta(days=90)
"""A shutdown within this time is a warning."""
_MOST_NAMES: Final = 5


async def check_api(upstream: Upstream, settings: Settings) -> Check:
    """What the server speaks, and whether that is what it is asked in."""
    if upstream.name not in APIS:
        return check("upstream", "ok", f"{upstream.name} answers, in this server itself.")
    where, used = place(settings), APIS[upstream.name]
    spoken = [name async for name in apis_of(settings)]
    told = f"{where} speaks {_joined([APIS[name] for name in spoken])}"
    if upstream.name not in spoken:
        mend = f"Choose auto or {spoken[0]} as the upstream on /setup."
        return check("upstream", "failed", f"{told}, but is asked in {used}.", mend)
    which = f"; it is asked in {used}" if len(spoken) > 1 else ""
    return check("upstream", "ok", f"{told}{which}.")


async def check_key(upstream: Upstream, settings: Settings) -> Check:
    if not isinstance(upstream, KeyedUpstream):
        return check("key", "skipped", f"{upstream.name} needs none.")
    await upstream.check_key()
    if settings.api_key is None:
        return check("key", "ok", "The server answers without one.")
    return check("key", "ok", "The server takes it.")


async def models_of(upstream: Upstream) -> tuple[ListedModel, ...] | None:
    """Returns the models, or None where the server lists none. Raises `UpstreamError`."""
    try:
        if isinstance(upstream, ListingUpstream):
            return await upstream.listed_models()
        return tuple(map(ListedModel, await upstream.models()))
    except UpstreamNotFound:
        return None


def check_model(model: str, models: tuple[ListedModel, ...] | None) -> Check:
    """Whether the model is listed, and how long it stays."""
    if not model:
        return check("model", "skipped", "The server chooses it for its assistant.")
    if models is None:
        return check("model", "skipped", f"The server lists none; {model} is set.")
    listed = next((known for known in models if known.id == model), None)
    if listed is None:
        found = f"{model} is none of the {len(models)} models that the server lists."
        return check("model", "warning", found, another(models))
    if listed.shutdown is None:
        return check("model", "ok", f"{model} is there.")
    left = listed.shutdown - datetime.now(UTC).date()
    verdict: Verdict = "warning" if left < SOON else "ok"
    return check("model", verdict, _ending(model, listed.shutdown, left), another(models))


def another(models: tuple[ListedModel, ...] | None) -> str:
    """Returns the advice to choose another one."""
    names = [known.id for known in models or () if known.shutdown is None][:_MOST_NAMES]
    return (
        f"Choose another on /setup, such as {_joined(names, 'or')}."
        if names
        else ("Choose another on /setup.")
    )


async def check_embeddings(
    upstream: Upstream, settings: Settings, models: tuple[ListedModel, ...] | None
) -> Check:
    """Makes one with the model that is set, else with one that the server offers."""
    chosen = settings.embeddings_model
    offered = (known.id for known in models or () if "embed" in known.id.lower())
    model = chosen or next(offered, None)
    if model is None or upstream.name not in APIS:
        found = "No model for them is set or offered; documents are searched by their words."
        return check("embeddings", "skipped", found)
    asked = settings.model_copy(update={"embeddings_model": model})
    embeddings = Embeddings(lambda: asked)
    try:
        await embeddings.of(["A square."])
    except UpstreamError as error:
        if chosen is None:
            found = f"{model} is offered, but makes none. {error.message}"
            return check("embeddings", "skipped", found)
        mend = "Set EMBEDDINGS_MODEL to a model that makes embeddings, or unset it."
        return check("embeddings", "failed", error.message, mend)
    finally:
        await embeddings.close()
    if chosen is None:
        mend = f"Set EMBEDDINGS_MODEL={model} to search documents by their meaning, too."
        return check("embeddings", "ok", f"{model} makes them, but is not used.", mend)
    return check("embeddings", "ok", f"{model} makes them.")


def _ending(model: str, day: date, left: timedelta) -> str:
    if left < timedelta():
        return f"{model} was to be switched off on {day}."
    return f"{model} is switched off on {day}, in {left.days} days."


def _joined(words: list[str], last: str = "and") -> str:
    *before, end = words
    return f"{', '.join(before)} {last} {end}" if before else end
