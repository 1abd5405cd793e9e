"""The one request of this API."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from httpx2 import Response

from backend.domain.parameters import Parameters
from backend.openai_client.client import Client
from backend.upstreams.chat_completions.options import Options, is_about_size
from backend.upstreams.parameters import REFUSALS, RefusedParameters, said_by
from backend.upstreams.request_fields import flat_fields

_NONE: Final = Parameters()


class Completions:
    """`POST /chat/completions` of a server, and what that has refused."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._options = Options()
        self.refused = RefusedParameters()

    @asynccontextmanager
    async def asked(
        self,
        model: str,
        body: dict[str, Any],
        *,
        stream: bool,
        parameters: Parameters = _NONE,
    ) -> AsyncGenerator[Response]:
        """The head of the answer; asked for once more for each option that is refused."""
        async with AsyncExitStack() as stack:
            yield await self._head(stack, model, body, stream, parameters)

    async def _head(
        self,
        stack: AsyncExitStack,
        model: str,
        body: dict[str, Any],
        stream: bool,
        wanted: Parameters,
    ) -> Response:
        while True:
            parameters = self.refused.accepted(model, wanted)
            sent = self._options.fitted(body | flat_fields(parameters), model)
            asked = {"model": model, "stream": stream, **sent}
            try:
                return await stack.enter_async_context(
                    self._client.posted("/chat/completions", asked)
                )
            except REFUSALS as error:
                said = said_by(error)
                if not (
                    self.refused.learn(said, model, parameters)
                    or (is_about_size(said) and self._learn_loosely(said, model, parameters))
                    or self._options.learn(error, sent, model)
                    or self._learn_loosely(said, model, parameters)
                ):
                    raise

    def _learn_loosely(self, said: str, model: str, sent: Parameters) -> bool:
        return self.refused.learn(said, model, sent, loosely=True)
