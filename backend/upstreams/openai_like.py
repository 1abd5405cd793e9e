"""What all upstreams at a server of the OpenAI family have in common: models and the key."""

from collections.abc import Awaitable

from httpx2 import Response

from backend.config.settings import Settings
from backend.openai_client.client import Client, base_url
from backend.openai_client.key_check import check_key
from backend.openai_client.models import ListedModel, list_models


class OpenAiLike:
    """A server, with one client."""

    key_path: str
    """What a run posts to. An empty request there is refused for its contents, by a server that
    takes the key."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self.base_url = base_url(settings)
        self._settings = settings
        self._client = client

    async def listed_models(self) -> tuple[ListedModel, ...]:
        return await list_models(self._client, self._settings)

    async def models(self) -> list[str]:
        return [model.id for model in await self.listed_models()]

    async def check_key(self) -> None:
        await check_key(self._client, self._settings, self._ask_for_nothing)

    async def close(self) -> None:
        await self._client.close()

    def _ask_for_nothing(self) -> Awaitable[Response]:
        return self._client.post(self.key_path, cast_to=Response, body={})
