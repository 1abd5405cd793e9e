"""Parameters of answers at every upstream: how they are sent, and what a model refuses is left out."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from backend.config.configuration import Configuration
from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamRefused
from backend.domain.parameters import Parameters
from backend.upstreams import assistants, chat_completions, demo, responses
from backend.upstreams.base import ParameterTakingUpstream, Upstream
from backend.upstreams.pool import UpstreamPool
from backend.upstreams.refusal_file import EXPIRY_S, FILE_NAME, Refusal, RefusalFile
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.chat_completions.objects import said
from tests.upstreams.driving import Driven, drive, run_request, settings
from tests.upstreams.loopback import Answer, Received, error_answer, upstream_server
from tests.upstreams.responses.chatting import message

SCHEMA = {
    "title": "Forecast of a day",
    "type": "object",
    "properties": {"high": {"type": "number"}},
    "required": ["high"],
    "additionalProperties": False,
}
FORMAT = {"name": "Forecast_of_a_day", "schema": SCHEMA, "strict": True}
EVERY = Parameters(
    reasoning_effort="low",
    verbosity="high",
    temperature=0.5,
    top_p=0.9,
    max_output_tokens=500,
    service_tier="flex",
    output_schema=SCHEMA,
)
SAMPLING = {"temperature": 0.5, "top_p": 0.9, "service_tier": "flex"}
RESPONSES: dict[str, Any] = {
    **SAMPLING,
    "max_output_tokens": 500,
    "reasoning": {"summary": "auto", "effort": "low"},
    "text": {"verbosity": "high", "format": {"type": "json_schema", **FORMAT}},
}
CHAT_COMPLETIONS: dict[str, Any] = {
    **SAMPLING,
    "max_completion_tokens": 500,
    "reasoning_effort": "low",
    "verbosity": "high",
    "response_format": {"type": "json_schema", "json_schema": FORMAT},
}
ASSISTANTS: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "reasoning_effort": "low",
    "max_completion_tokens": 500,
    "response_format": {"type": "json_schema", "json_schema": FORMAT},
}
NAMES = {*RESPONSES, *CHAT_COMPLETIONS, "max_tokens"}


@dataclass
class Picky:
    """A server that refuses a request for the first of these that it finds in it."""

    answer: Answer
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """The path of a field, and the words of the refusal, which OpenAI's name it as `param`."""
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Received) -> Answer:
        body = request.json
        self.bodies.append({name: body[name] for name in body if name in NAMES})
        for path, words in self.refusals:
            place: Any = body
            for name in path.split("."):
                place = place.get(name) if isinstance(place, dict) else None
            if place is not None:
                param = path if words.startswith("Unsupported parameter") else None
                return error_answer(400, words, param=param)
        return self.answer


def wishing(parameters: Parameters, model: str = "gpt-5") -> Any:
    return run_request(assistant=Assistant("asst_1", "Ada", model, parameters=parameters))


async def asked(
    make: Callable[[Settings], Upstream], server: Picky, *wishes: Parameters
) -> list[Driven]:
    """Runs of one upstream, one after the other."""
    async with upstream_server(server) as running:
        upstream = make(settings(openai_base_url=running.base_url))
        try:
            return [await drive(upstream, wishing(each)) for each in wishes]
        finally:
            await upstream.close()


@pytest.mark.parametrize(
    ("make", "answer", "expected"),
    [
        (responses.create_upstream, message("Hello."), RESPONSES),
        (chat_completions.create_upstream, said("Hello."), CHAT_COMPLETIONS),
    ],
    ids=["responses", "chat_completions"],
)
async def test_every_parameter_is_sent_and_none_that_is_not_chosen(
    make: Callable[[Settings], Upstream], answer: Answer, expected: dict[str, Any]
) -> None:
    server = Picky(answer)
    every, none = await asked(make, server, EVERY, Parameters())
    with_all, without = server.bodies
    assert with_all == expected
    assert without == ({"reasoning": {"summary": "auto"}} if "reasoning" in expected else {})
    assert every.notes == none.notes == []


@pytest.mark.parametrize(
    ("make", "answer", "refusals", "notes"),
    [
        (
            responses.create_upstream,
            message("Hello."),
            [
                ("temperature", "Unsupported parameter: 'temperature' with this model."),
                (
                    "reasoning.effort",
                    "Unsupported value: 'low' is not supported: reasoning.effort.",
                ),
                ("text.verbosity", "Unknown field verbosity."),
                ("reasoning", "Unsupported parameter: reasoning is not supported."),
                ("max_output_tokens", "max_tokens: 500 is too large. It supports at most 100."),
            ],
            [
                "temperature “0.5”",
                "reasoning effort “low”",
                "verbosity “high”",
                "maximum length “500”",
            ],
        ),
        (
            chat_completions.create_upstream,
            said("Hello."),
            [
                ("reasoning_effort", "Unsupported parameter: 'reasoning_effort'"),
                ("max_completion_tokens", "max_tokens is too large: 500. At most 100."),
                ("response_format", "Unsupported parameter: 'response_format' of type json_schema"),
            ],
            ["reasoning effort “low”", "maximum length “500”", "structured output"],
        ),
    ],
    ids=["responses", "chat_completions"],
)
async def test_what_a_model_refuses_is_left_out_from_then_on_and_each_run_says_so(
    make: Callable[[Settings], Upstream],
    answer: Answer,
    refusals: list[tuple[str, str]],
    notes: list[str],
) -> None:
    server = Picky(answer, refusals)
    first, second, other = await asked(
        make, server, EVERY, EVERY, EVERY.model_copy(update={"temperature": 0.1})
    )
    told = {f"gpt-5 does not take {words}, so it was left out." for words in notes}
    assert set(first.notes) == set(second.notes) == told
    assert first.ended is not None
    assert first.ended.status == "completed"
    # One request for each refusal and one that is answered; then one; another value is tried.
    tried_again = 1 if "temperature “0.5”" in notes else 0
    assert len(server.bodies) == len(refusals) + 1 + 1 + 1 + tried_again
    assert server.bodies[len(refusals)] == server.bodies[len(refusals) + 1]
    assert len(other.notes) == len(notes)


async def test_what_a_model_refused_is_left_out_after_a_restart_until_it_is_to_be_tried_again(
    tmp_path: Path,
) -> None:
    words = "Unsupported value: 'low' is not supported: reasoning.effort."
    server = Picky(message("Hello."), [("reasoning.effort", words)])
    wished = Parameters(reasoning_effort="low")
    async with upstream_server(server) as running:
        configuration = Configuration(
            tmp_path / ".env",
            data_dir=tmp_path,
            upstream="responses",
            openai_api_key="sk-planted-0123456789abcdef",
            openai_base_url=running.base_url,
        )

        async def asks(*, anew: bool = False) -> int:
            """How often a run of a new process asks."""
            before = len(server.bodies)
            pool = UpstreamPool(configuration)
            upstream = await pool.current()
            assert isinstance(upstream, ParameterTakingUpstream)
            if anew:
                upstream.refused.forget()
            driven = await drive(upstream, wishing(wished))
            assert driven.notes == [
                "gpt-5 does not take reasoning effort “low”, so it was left out."
            ]
            assert "low" not in upstream.refused.efforts("gpt-5")
            assert "low" in upstream.refused.efforts("gpt-5-mini")
            await pool.close()
            return len(server.bodies) - before

        assert [await asks(), await asks(), await asks(anew=True)] == [2, 1, 2]
        kept = tmp_path / FILE_NAME
        assert "sk-planted" not in kept.read_text()
        kept.write_text("{damaged")
        assert await asks() == 2
        assert RefusalFile(kept, running.base_url).read()
        assert RefusalFile(kept, "http://another").read() == {}


def test_a_refusal_is_forgotten_in_time(tmp_path: Path) -> None:
    file = RefusalFile(tmp_path / FILE_NAME, "http://server")
    old, new = Refusal("m", "top_p", "0.5"), Refusal("m", "top_p", "0.6")
    file.write({old: time.time() - EXPIRY_S - 60, new: time.time()})
    assert list(file.read()) == [new]


async def test_a_limit_is_sent_by_its_older_name_where_a_server_knows_only_that() -> None:
    words = "Unrecognized request argument supplied: max_completion_tokens"
    server = Picky(said("Hello."), [("max_completion_tokens", words)])
    wished = Parameters(max_output_tokens=500)
    (driven,) = await asked(chat_completions.create_upstream, server, wished)
    assert server.bodies[-1] == {"max_tokens": 500}
    assert driven.notes == []


async def test_a_schema_that_is_wrong_is_not_left_out_in_silence() -> None:
    words = "Invalid schema for response_format 'answer': schema must have type object."
    server = Picky(message("Hello."), [("text.format", words)])
    with pytest.raises(UpstreamRefused, match="Invalid schema"):
        await asked(responses.create_upstream, server, EVERY)


async def test_a_run_of_the_assistants_api_has_the_parameters_that_this_api_knows() -> None:
    async with assistants_server() as server:
        upstream = assistants.create_upstream(settings(openai_base_url=server.base_url))
        wished = EVERY.model_copy(update={"verbosity": None, "service_tier": None})
        await drive(upstream, wishing(wished))
        server.refuses = {"temperature", "reasoning_effort", "max_completion_tokens"}
        refused = await drive(upstream, wishing(wished))
        await upstream.close()
    bodies = [body for place, body in server.requests if place.endswith("/runs") and body]
    sent = [{name: body[name] for name in body if name in NAMES} for body in bodies]
    assert sent[0] == ASSISTANTS
    assert sent[-1] == {name: ASSISTANTS[name] for name in ("top_p", "response_format")}
    assert len(refused.notes) == 3
    assert refused.ended is not None
    assert refused.ended.status == "completed"


async def test_the_demo_says_what_it_ignores() -> None:
    upstream = demo.create_upstream(settings(demo_deltas_per_s=0))
    driven = await drive(upstream, wishing(Parameters(temperature=1, output_schema=SCHEMA)))
    assert driven.notes == [
        "The demo has no use for temperature “1.0” and structured output: it follows a script."
    ]
