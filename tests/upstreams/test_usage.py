"""What servers count, in all the shapes that they tell it in, as one thing: our `Usage`."""

from typing import Any

import pytest

from backend.domain.usage import MAX_TOKENS, Usage
from backend.upstreams.responses import create_upstream as responses
from tests.upstreams.chat_completions.objects import chunk, completion, run
from tests.upstreams.driving import drive, settings
from tests.upstreams.loopback import sse, upstream_server

Body = dict[str, Any]


def usage(given: int, made: int, *, cached: int = 0, reasoning: int = 0) -> Usage:
    return Usage(
        input_tokens=given,
        output_tokens=made,
        total_tokens=given + made,
        cached_tokens=cached,
        reasoning_tokens=reasoning,
    )


def tokens(given: Any, made: Any, total: Any = None, **more: Any) -> Body:
    return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": total, **more}


def details(reasoning: Any) -> Body:
    return {"completion_tokens_details": {"reasoning_tokens": reasoning}}


CHAT = {
    "OpenAI": (
        tokens(90, 30, 120, **details(20), prompt_tokens_details={"cached_tokens": 64}),
        usage(90, 30, cached=64, reasoning=20),
    ),
    "DeepSeek": (tokens(90, 30, 120, prompt_cache_hit_tokens=64), usage(90, 30, cached=64)),
    "Moonshot": (tokens(90, 30, 120, cached_tokens=64), usage(90, 30, cached=64)),
    "thoughts beside the output": (tokens(90, 10, 120, **details(20)), usage(90, 30, reasoning=20)),
    "thoughts in the total": (tokens(90, 10, 120), usage(90, 30, reasoning=20)),
    "more thoughts than output": (tokens(90, 10, **details(20)), usage(90, 30, reasoning=20)),
    "no total": (tokens(90, 30), usage(90, 30)),
    "a total alone": ({"total_tokens": 120}, usage(120, 0)),
    "no output": ({"prompt_tokens": 90, "total_tokens": 120}, usage(90, 30)),
    "texts": (tokens("90", "30", "120"), usage(90, 30)),
    "fractions": (tokens(90.0, 30.0, 120.0), usage(90, 30)),
    "negative": (tokens(-1, 30, -5, **details(-3)), usage(0, 30)),
    "more cached than read": (
        tokens(90, 30, prompt_tokens_details={"cached_tokens": 1_000}),
        usage(90, 30, cached=90),
    ),
    "details that are none": (
        tokens(90, 30, prompt_tokens_details=[], completion_tokens_details="many"),
        usage(90, 30),
    ),
    "a truth": (tokens(True, 30), usage(0, 30)),
    "endless": (
        tokens(10**40, 30),
        Usage(input_tokens=MAX_TOKENS, output_tokens=30, total_tokens=MAX_TOKENS),
    ),
    "a text": ("12 tokens", None),
    "a list": ([1, 2], None),
}


@pytest.mark.parametrize("told", CHAT)
async def test_a_chat_completion_counts_its_tokens_however_they_are_told(told: str) -> None:
    body, expected = CHAT[told]
    last = {"choices": [], "usage": body}
    driven, _ = await run(completion(chunk(content="Hi."), chunk(finish="stop"), last))
    assert driven.ended is not None
    assert (driven.ended.status, driven.ended.usage) == ("completed", expected)


async def test_a_response_counts_its_tokens_and_which_were_cached_and_thought() -> None:
    item = {
        "type": "message",
        "id": "m",
        "content": [{"type": "output_text", "text": "Hi.", "annotations": []}],
    }
    body = {
        "input_tokens": 90,
        "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 8},
        "output_tokens": "30",
        "output_tokens_details": {"reasoning_tokens": 20},
        "total_tokens": None,
    }
    done = {"type": "response.output_item.done", "output_index": 0, "item": item}
    end = {"type": "response.completed", "response": {"status": "completed", "usage": body}}
    async with upstream_server([sse([done, end])]) as server:
        upstream = responses(settings(openai_base_url=server.base_url))
        driven = await drive(upstream)
        await upstream.close()
    assert driven.ended is not None
    assert driven.ended.usage == usage(90, 30, cached=64, reasoning=20)
