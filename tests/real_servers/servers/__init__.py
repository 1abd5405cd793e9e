"""Every server, in the order of the table."""

from tests.real_servers.recipe import Recipe
from tests.real_servers.servers.llama_cpp import LLAMA_CPP, LLAMA_SERVER

RECIPES: tuple[Recipe, ...] = (LLAMA_CPP, LLAMA_SERVER)
