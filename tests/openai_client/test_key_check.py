"""A key is checked by what the chat will use."""

import pytest

from backend.domain.errors import UpstreamAuthFailed, UpstreamNotFound
from backend.upstreams.responses.upstream import create_upstream
from tests.upstreams.driving import settings
from tests.upstreams.loopback import (
    Answer,
    Received,
    error_answer,
    json_answer,
    key_echo,
    upstream_server,
)

MODELS = json_answer({"data": [{"id": "m"}]})
EMPTY_REQUEST = error_answer(400, "Missing required parameter: 'model'.", param="model")


async def check(**answers: Answer) -> None:
    """Check a key at a server of these answers to GET /models and POST /responses."""

    def answer(request: Received) -> Answer:
        if request.method == "POST":
            return key_echo(request) if "post" not in answers else answers["post"]
        return answers.get("get", error_answer(404, "Not Found"))

    async with upstream_server(answer) as server:
        upstream = create_upstream(settings(openai_base_url=server.base_url))
        try:
            await upstream.check_key()
        finally:
            await upstream.close()


async def test_a_public_list_of_models_lets_no_wrong_key_pass() -> None:
    with pytest.raises(UpstreamAuthFailed):
        await check(get=MODELS)


@pytest.mark.parametrize("models", [MODELS, error_answer(404, "Not Found"), error_answer(405, "")])
async def test_an_empty_request_that_is_refused_for_its_contents_accepts_the_key(
    models: Answer,
) -> None:
    await check(get=models, post=EMPTY_REQUEST)


async def test_a_server_of_another_api_accepts_a_key_that_lists_its_models() -> None:
    await check(get=MODELS, post=error_answer(404, "Not Found"))


async def test_a_server_with_neither_says_what_to_check() -> None:
    with pytest.raises(UpstreamNotFound, match="base URL"):
        await check(post=error_answer(404, "Not Found"))
