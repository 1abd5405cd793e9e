"""Every server, in the order of the table."""

from dataclasses import replace

from tests.real_servers.recipe import Recipe
from tests.real_servers.servers.litellm_proxy import LITELLM
from tests.real_servers.servers.llama_cpp import LLAMA_CPP, LLAMA_SERVER
from tests.real_servers.servers.llamphouse_server import LLAMPHOUSE
from tests.real_servers.servers.ogx import OGX
from tests.real_servers.servers.open_responses_server import OPEN_RESPONSES_SERVER
from tests.real_servers.servers.transformers_serve import TRANSFORMERS


def _by_chat_completions(recipe: Recipe) -> Recipe:
    """The same server, asked by its older API."""
    return replace(recipe, name=f"{recipe.name}, chat completions", upstream="chat_completions")


RECIPES: tuple[Recipe, ...] = (
    LLAMA_CPP,
    _by_chat_completions(LLAMA_CPP),
    LLAMA_SERVER,
    _by_chat_completions(LLAMA_SERVER),
    LITELLM,
    _by_chat_completions(LITELLM),
    OGX,
    _by_chat_completions(OGX),
    TRANSFORMERS,
    _by_chat_completions(TRANSFORMERS),
    OPEN_RESPONSES_SERVER,
    LLAMPHOUSE,
)
