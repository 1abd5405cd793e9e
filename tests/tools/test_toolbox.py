"""Calls of functions: whatever happens, the result is one that a model can read."""

import asyncio
import contextvars
import itertools
import json
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel, JsonValue, SecretStr, model_serializer

from backend.config.settings import Settings
from backend.domain.parts import value_of
from backend.tools.function import Function, ToolContext, ToolError, function
from backend.tools.media import File, Image
from backend.tools.toolbox import MAX_THREADS, FunctionResult, Toolbox
from tests.patience import PATIENCE_S


@asynccontextmanager
async def toolbox_of(
    *functions: Function[..., Any], settings: Settings | None = None, **limits: Any
) -> AsyncIterator[Toolbox]:
    toolbox = Toolbox(functions, settings or Settings(), **limits)
    try:
        yield toolbox
    finally:
        await toolbox.close()


KEY = "our-Zq7xW93kfLmN2pRtVb8c"


@dataclass(frozen=True)
class Called:
    """What came of a call."""

    output: JsonValue
    error: str | None

    @classmethod
    def of(cls, result: FunctionResult) -> "Called":
        return cls(value_of(result.outputs), result.error)


async def call(entry: Function[..., Any], arguments: str = "{}", **limits: Any) -> Called:
    async with toolbox_of(entry, **limits) as toolbox:
        context = toolbox.context("thread_1", "run_1", "Europe/Oslo")
        return Called.of(await toolbox.call(entry, arguments, context))


def code_of(result: Called) -> JsonValue:
    """Returns the error code in the output, whose message is also the result's error."""
    assert isinstance(result.output, dict)
    problem = result.output["error"]
    assert isinstance(problem, dict)
    assert problem["message"] == result.error
    return problem["code"]


@function
def add(a: int, b: int = 1) -> int:
    """Add."""
    return a + b


async def test_a_sync_function_answers_from_a_thread() -> None:
    @function
    def where() -> bool:
        """Tell the thread."""
        return threading.current_thread() is threading.main_thread()

    assert (await call(where)).output is False
    assert (await call(add, '{"a": 2}')).output == 3


async def test_the_async_functions_of_a_file_share_a_loop_that_is_not_the_servers() -> None:
    @function
    async def where() -> int:
        """Tell the loop."""
        return id(asyncio.get_running_loop())

    @function
    async def where_else() -> int:
        """Tell the loop."""
        return id(asyncio.get_running_loop())

    async with toolbox_of(where, where_else) as toolbox:
        loops = [
            value_of((await toolbox.call(each, "{}", toolbox.context("t", "r", "UTC"))).outputs)
            for each in (where, where_else, where)
        ]

    assert len(set(map(str, loops))) == 1
    assert loops[0] != id(asyncio.get_running_loop())


async def test_context_variables_reach_a_sync_function() -> None:
    variable = contextvars.ContextVar("variable", default="unset")

    @function
    def read() -> str:
        """Read it."""
        return variable.get()

    variable.set("set")

    assert (await call(read)).output == "set"


async def test_a_function_gets_the_context_it_asks_for() -> None:
    @function
    async def who(greeting: str, context: ToolContext) -> str:
        """Tell."""
        return f"{greeting} {context.thread_id} {context.run_id} {context.timezone} {context.today}"

    async with toolbox_of(who) as toolbox:
        late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
        context = toolbox.context("thread_1", "run_1", "Europe/Oslo", now=late)
        result = await toolbox.call(who, '{"greeting": "hi"}', context)

    assert value_of(result.outputs) == "hi thread_1 run_1 Europe/Oslo 2026-11-25"


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "/etc/passwd", "Europe"])
async def test_an_unknown_time_zone_counts_as_utc(zone: str) -> None:
    async with toolbox_of() as toolbox:
        assert toolbox.context("t", "r", zone).timezone == "UTC"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ('{"a": 1', "invalid_json", "not valid JSON"),
        ("a=1", "invalid_json", "not valid JSON"),
        ('{"a": NaN}', "invalid_json", "not valid JSON"),
        ("[" * 10_000, "invalid_json", "not valid JSON"),
        ('{"a": "\ud800"}', "invalid_json", "not valid JSON"),
        ("[1]", "invalid_arguments", "one JSON object, not an array"),
        ("null", "invalid_arguments", "one JSON object, not null"),
        ("{}", "invalid_arguments", "a: Field required"),
        ("", "invalid_arguments", "a: Field required"),
        ('{"a": "much"}', "invalid_arguments", "a: Input should be a valid integer, unable"),
        ('{"a": "much"}', "invalid_arguments", '(given: "much")'),
        ('{"a": 1, "c": 2}', "invalid_arguments", "c: Extra inputs are not permitted"),
    ],
)
async def test_arguments_that_do_not_fit_are_explained(
    arguments: str, code: str, said: str
) -> None:
    result = await call(add, arguments)

    assert code_of(result) == code
    assert result.error is not None
    assert said in result.error


async def test_a_long_wrong_argument_is_not_repeated_whole() -> None:
    result = await call(add, json.dumps({"a": "x" * 100_000}))

    assert len(result.error or "") < 300


async def test_an_exception_reaches_the_model_as_type_and_message_and_the_log_as_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @function
    def divide(by: int) -> float:
        """Divide."""
        return 1 / by

    result = await call(divide, '{"by": 0}')

    assert code_of(result) == "function_failed"
    assert result.error == "divide failed. ZeroDivisionError: division by zero"
    assert "Traceback" not in json.dumps(result.output)
    assert "Traceback" in caplog.text


async def test_a_tool_error_is_a_sentence_for_the_model_and_no_failure_of_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @function
    async def find(name: str) -> str:
        """Find."""
        raise ToolError(f"Nobody is called {name}.")

    result = await call(find, '{"name": "Ann"}')

    assert code_of(result) == "function_error"
    assert result.error == "Nobody is called Ann."
    assert caplog.records == []


@pytest.mark.parametrize("failure", [SystemExit(1), StopIteration(), KeyboardInterrupt()])
async def test_not_even_leaving_the_program_leaves_a_thread(failure: BaseException) -> None:
    @function
    def leave() -> None:
        """Leave."""
        raise failure

    assert code_of(await call(leave)) == "function_failed"


async def test_an_async_function_that_is_too_slow_is_stopped() -> None:
    stopped = asyncio.Event()

    @function(timeout_s=0.01)
    async def wait() -> None:
        """Wait."""
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    result = await call(wait, timeout_s=60)

    assert code_of(result) == "timeout"
    assert result.error == "wait took longer than 0.01 s."
    assert stopped.is_set()


async def test_a_sync_function_that_is_too_slow_is_left_behind() -> None:
    release = threading.Event()

    @function
    def hang() -> None:
        """Hang."""
        release.wait(PATIENCE_S)

    result = await call(hang, timeout_s=0.01)
    release.set()

    assert code_of(result) == "timeout"


async def test_a_time_out_within_a_function_is_its_own_failure() -> None:
    @function
    async def ask() -> None:
        """Ask."""
        raise TimeoutError("the database did not answer")

    result = await call(ask)

    assert code_of(result) == "function_failed"
    assert result.error == "ask failed. TimeoutError: the database did not answer"


async def test_cancelling_a_call_cancels_the_function() -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    @function
    async def wait() -> None:
        """Wait."""
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    task = asyncio.create_task(call(wait))
    await started.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped.is_set()


async def test_a_function_that_cancels_itself_does_not_cancel_its_caller() -> None:
    @function
    async def give_up() -> None:
        """Give up."""
        raise asyncio.CancelledError

    assert code_of(await call(give_up)) == "function_failed"


async def test_calls_run_concurrently() -> None:
    barrier = threading.Barrier(3)

    @function
    def meet() -> str:
        """Meet the others."""
        barrier.wait(10)
        return "met"

    async with toolbox_of(meet) as toolbox:
        context = toolbox.context("t", "r", "UTC")
        results = await asyncio.gather(*(toolbox.call(meet, "{}", context) for _ in range(3)))

    assert [value_of(result.outputs) for result in results] == ["met"] * 3


async def test_more_calls_than_threads_wait_their_turn() -> None:
    @function
    def count() -> int:
        """Count."""
        return 1

    async with toolbox_of(count) as toolbox:
        context = toolbox.context("t", "r", "UTC")
        results = await asyncio.gather(*(toolbox.call(count, "{}", context) for _ in range(100)))

    assert [value_of(result.outputs) for result in results] == [1] * 100


class Point(BaseModel):
    x: float


@dataclass
class Line:
    points: tuple[Point, ...]
    drawn: date


@pytest.mark.parametrize(
    ("value", "output"),
    [
        (None, None),
        ("text", "text"),
        (
            Line((Point(x=1.5),), date(2026, 11, 24)),
            {"points": [{"x": 1.5}], "drawn": "2026-11-24"},
        ),
        ({1: {2}}, {"1": [2]}),
        ([float("nan"), float("inf"), 1.0], [None, None, 1.0]),
    ],
)
async def test_outputs_become_json(value: Any, output: JsonValue) -> None:
    @function
    def give() -> Any:
        """Give."""
        return value

    result = await call(give)

    assert result.output == output
    assert result.error is None


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize("value", [object(), ENDLESS, b"\xff"])
async def test_an_output_that_is_no_json_is_an_error_to_the_model(value: Any) -> None:
    @function
    def give() -> Any:
        """Give."""
        return value

    assert code_of(await call(give)) == "output_not_json"


async def test_a_structure_beyond_the_limit_is_refused_with_both_numbers() -> None:
    @function
    def give() -> list[int]:
        """Give."""
        return [1] * 600

    result = await call(give, output_limit_bytes=1000)

    assert code_of(result) == "output_too_large"
    assert result.error == (
        "The function's output has 1,201 bytes, more than the limit of 1,000. Ask for less."
    )


async def test_a_text_beyond_the_limit_is_cut_between_characters_and_says_so() -> None:
    @function(output_limit_bytes=5)
    def give() -> str:
        """Give."""
        return "ää" * 5

    result = await call(give)

    assert result.output == "ää\n[Cut here: the first 4 of 20 bytes.]"
    assert result.error is None


async def test_a_sync_function_may_hand_back_a_coroutine() -> None:
    async def answer() -> int:
        return 42

    @function
    def ask() -> Any:
        """Ask."""
        return answer()

    assert (await call(ask)).output == 42


async def test_a_function_that_hangs_in_every_thread_it_may_have_holds_up_no_other() -> None:
    release = threading.Event()

    @function(timeout_s=0.05)
    def hang() -> None:
        """Hang."""
        release.wait(PATIENCE_S)

    async with toolbox_of(hang, add, timeout_s=PATIENCE_S) as toolbox:
        context = toolbox.context("t", "r", "UTC")
        calls = (toolbox.call(hang, "{}", context) for _ in range(MAX_THREADS + 1))
        hung = await asyncio.gather(*calls)
        result = await toolbox.call(add, '{"a": 2}', context)
        release.set()

    assert {each.error for each in hung} == {"hang took longer than 0.05 s."}
    assert value_of(result.outputs) == 3


async def test_failures_are_logged_with_the_name_of_the_function(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @function(timeout_s=0.01)
    async def dawdle() -> None:
        """Dawdle."""
        await asyncio.Event().wait()

    with caplog.at_level(logging.WARNING):
        await call(dawdle)

    assert "dawdle took longer than 0.01 s" in caplog.text


@dataclass(slots=True)
class Held:
    rows: Any


@pytest.mark.parametrize(
    "value", [itertools.count(), {"rows": [itertools.repeat(1)]}, Held(itertools.count())]
)
async def test_an_endless_iterator_is_refused_with_what_to_do(value: Any) -> None:
    @function
    def give() -> Any:
        """Give."""
        return value

    @function
    async def give_later() -> Any:
        """Give."""
        return value

    for result in (await call(give), await call(give_later)):
        assert code_of(result) == "output_not_json"
        assert result.error is not None
        assert "must return a list instead" in result.error


@pytest.mark.parametrize("later", [False, True])
async def test_an_output_that_is_slow_to_encode_is_within_the_timeout(later: bool) -> None:
    release = threading.Event()
    threads: list[bool] = []

    class Slow(BaseModel):
        @model_serializer
        def encode(self) -> str:
            threads.append(threading.current_thread() is threading.main_thread())
            release.wait(PATIENCE_S)
            return "done"

    @function
    def give() -> Any:
        """Give."""
        return Slow()

    @function
    async def give_later() -> Any:
        """Give."""
        return Slow()

    result = await call(give_later if later else give, timeout_s=0.5)
    release.set()

    assert code_of(result) == "timeout"
    assert True not in threads


async def test_a_structure_far_beyond_the_limit_is_refused_before_it_is_encoded() -> None:
    doubled: list[Any] = ["x"]
    for _ in range(200):
        doubled = [doubled, doubled]  # Its JSON has more bytes than there are atoms.

    @function
    def give() -> Any:
        """Give."""
        return doubled

    result = await call(give, output_limit_bytes=1000)

    assert code_of(result) == "output_too_large"
    assert result.error == (
        "The function's output has more than 1,000 bytes, the limit. Ask for less."
    )


@pytest.mark.parametrize("failure", [RuntimeError, ToolError])
async def test_our_key_is_in_no_error(failure: type[Exception]) -> None:
    @function
    def fail(context: ToolContext) -> None:
        """Fail."""
        raise failure(f"401 for {context.settings.api_key}, try again")

    result = await call(fail, settings=Settings(openai_api_key=SecretStr(KEY)))

    assert code_of(result) in {"function_failed", "function_error"}
    assert result.error is not None
    assert result.error.endswith("401 for [secret removed], try again")


async def test_our_key_is_in_no_output_and_what_else_looks_like_one_stays() -> None:
    @function
    def give(context: ToolContext) -> Any:
        """Give."""
        key = context.settings.api_key
        return {f"of {key}": [f"key={key}", "sk-learn-tutorial", 5]}

    @function(output_limit_bytes=20)
    def give_text(context: ToolContext) -> str:
        """Give."""
        return f"key={context.settings.api_key}" * 2

    settings = Settings(openai_api_key=SecretStr(KEY))

    assert (await call(give, settings=settings)).output == {
        "of [secret removed]": ["key=[secret removed]", "sk-learn-tutorial", 5]
    }
    assert str((await call(give_text, settings=settings)).output).startswith("key=[secret removed]")
    assert KEY[:8] not in str((await call(give_text, settings=settings)).output)


picture: Any = Image
file: Any = File


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: picture(None), "The content of an Image must be bytes or Path, not NoneType."),
        (lambda: picture(b"", name=5), "The name of an Image must be str or None, not int."),
        (lambda: picture(b"", alt=None), "The alt of an Image must be str, not NoneType."),
        (lambda: file(5, name="a"), "The content of a File must be bytes or str or Path, not int."),
        (lambda: file("", name=5), "The name of a File must be str or None, not int."),
    ],
)
async def test_pictures_and_files_of_wrong_types_are_explained(make: Any, said: str) -> None:
    @function
    def draw() -> Any:
        """Draw."""
        return make()

    assert (await call(draw)).error == f"draw failed. TypeError: {said}"


async def test_a_key_that_was_set_since_the_start_is_in_no_error() -> None:
    @function
    def fail() -> None:
        """Fail."""
        raise RuntimeError(f"401 for {KEY}")

    result = await call(fail, current=lambda: Settings(openai_api_key=SecretStr(KEY)))

    assert result.error == "fail failed. RuntimeError: 401 for [secret removed]"
