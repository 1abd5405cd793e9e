"""Every server, in the order of the table."""

from tests.real_servers.recipe import Recipe
from tests.real_servers.servers.litellm_proxy import LITELLM
from tests.real_servers.servers.llama_cpp import LLAMA_CPP, LLAMA_CPP_CHAT, LLAMA_SERVER
from tests.real_servers.servers.llamphouse_server import LLAMPHOUSE
from tests.real_servers.servers.ogx import OGX
from tests.real_servers.servers.open_responses_server import OPEN_RESPONSES_SERVER
from tests.real_servers.servers.transformers_serve import TRANSFORMERS

RECIPES: tuple[Recipe, ...] = (
    LLAMA_CPP,
    LLAMA_CPP_CHAT,
    LLAMA_SERVER,
    LITELLM,
    OGX,
    TRANSFORMERS,
    OPEN_RESPONSES_SERVER,
    LLAMPHOUSE,
)
