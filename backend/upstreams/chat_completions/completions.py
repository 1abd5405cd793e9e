"""The one request of this API."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from openai import AsyncAPIResponse, AsyncOpenAI

from backend.upstreams.chat_completions.options import REFUSALS, Options


class Completions:
    """`POST /chat/completions` of a server, and what that has refused."""

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client
        self._options = Options()

    @asynccontextmanager
    async def asked(
        self, model: str, body: dict[str, Any], *, stream: bool
    ) -> AsyncGenerator[AsyncAPIResponse[Any]]:
        """The head of the answer; asked for once more for each option that is refused."""
        async with AsyncExitStack() as stack:
            yield await self._head(stack, model, body, stream)

    async def _head(
        self, stack: AsyncExitStack, model: str, body: dict[str, Any], stream: bool
    ) -> AsyncAPIResponse[Any]:
        while True:
            sent = self._options.fitted(body, model)
            # Beside the SDK's own parameters: it would look at every field of a long history.
            creating = self._client.chat.completions.with_streaming_response.create(
                model=model, messages=[], stream=stream, extra_body=sent
            )
            try:
                return await stack.enter_async_context(creating)
            except REFUSALS as error:
                if not self._options.learn(error, sent, model):
                    raise
