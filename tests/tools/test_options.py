"""What `@function(...)` can say of its calls: how many at once, for how long an answer holds."""

import asyncio
import logging
import threading
from typing import Any

import pytest

from backend.config.settings import Settings
from backend.domain.parts import value_of
from backend.tools.function import ToolContext, function
from backend.tools.media import File
from backend.tools.result_cache import MAX_RESULTS, ResultCache
from backend.tools.toolbox import Toolbox
from tests.patience import PATIENCE_S


async def test_no_more_calls_run_at_once_than_declared() -> None:
    running, most = 0, 0

    @function(at_once=2)
    async def work(number: int) -> int:
        """Work."""
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return number

    toolbox = Toolbox([work], Settings())
    context = toolbox.context("t", "r", "UTC")
    calls = (toolbox.call(work, f'{{"number": {number}}}', context) for number in range(6))
    results = await asyncio.gather(*calls)
    await toolbox.close()

    assert [value_of(result.outputs) for result in results] == [0, 1, 2, 3, 4, 5]
    assert most == 2


async def asked(toolbox: Toolbox, entry: Any, arguments: str, **about: Any) -> Any:
    context = toolbox.context(about.pop("thread", "t"), "r", "UTC", **about)
    return value_of((await toolbox.call(entry, arguments, context)).outputs)


async def test_equal_arguments_get_the_cached_answer_and_failures_and_files_are_not_cached() -> (
    None
):
    times = 0

    def count() -> int:
        nonlocal times
        times += 1
        return times

    @function(cache_s=1000)
    def cached(a: int, b: int = 0) -> int:
        """Count."""
        return count()

    @function(cache_s=1000)
    def of_chat(context: ToolContext) -> int:
        """Count."""
        return count()

    @function(cache_s=1000)
    def failing() -> int:
        """Count."""
        raise ValueError(count())

    @function(cache_s=1000)
    def with_file() -> list[object]:
        """Count."""
        return [count(), File("text", name="a.txt")]

    toolbox = Toolbox([cached, of_chat, failing, with_file], Settings())
    assert await asked(toolbox, cached, '{"a": 1, "b": 2}') == 1
    assert await asked(toolbox, cached, '{"b":2,"a":1}', thread="another") == 1
    assert await asked(toolbox, cached, '{"a": 2}') == 2
    assert await asked(toolbox, of_chat, "{}") == 3
    assert await asked(toolbox, of_chat, "") == 3
    assert await asked(toolbox, of_chat, "{}", thread="another") == 4
    assert await asked(toolbox, of_chat, "{}", locale="de") == 5
    assert await asked(toolbox, failing, "{}") != await asked(toolbox, failing, "{}")
    assert await asked(toolbox, with_file, "{}") != await asked(toolbox, with_file, "{}")
    await toolbox.close()


def test_a_cached_answer_grows_old_and_the_longest_unasked_leaves_first() -> None:
    now = 0.0
    cache = ResultCache[int](lambda: now)
    for number in range(MAX_RESULTS):
        cache.put(number, number)
    assert cache.get(0, 10) == 0
    cache.put("new", -1)
    assert (cache.get(0, 10), cache.get(1, 10)) == (0, None)
    now = 11.0
    assert cache.get(0, 10) is None


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"at_once": 0}, "at_once must be more than 0"),
        ({"timeout_s": -1}, "timeout_s must be more than 0"),
        ({"icon": "a whole sentence, not an emoji"}, "icon must be an emoji"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        function(**options)


async def test_a_function_in_a_thread_is_told_that_nobody_waits_and_its_log_names_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = threading.Event()

    @function(timeout_s=0.05)
    def work(context: ToolContext) -> None:
        """Work."""
        context.logger.warning("begun in %s", context.locale)
        while not context.cancelled:
            ended.wait(0.01)
        ended.set()

    toolbox = Toolbox([work], Settings())
    context = toolbox.context("t", "r", "UTC", locale="pt-BR", function="work")
    result = await toolbox.call(work, "{}", context)

    assert result.error == "work took longer than 0.05 s."
    assert await asyncio.to_thread(ended.wait, PATIENCE_S)
    assert ("backend.function.work", logging.WARNING, "begun in pt-BR") in caplog.record_tuples
    await toolbox.close()
