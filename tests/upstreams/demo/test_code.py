"""What the demo has run: the code it writes for a question, and its words for what came out."""

import ast
from dataclasses import replace
from typing import Any

import pytest

from backend.domain.assistant import Assistant
from backend.domain.ids import FileId
from backend.domain.items import UserMessage
from backend.domain.parts import FilePart
from backend.tools.function import FunctionSpec
from backend.upstreams.events import RunEnded
from tests.upstreams.demo.test_demo import (
    GET_WEATHER,
    answer_to,
    demo,
    first_round,
    request,
    round_of,
)

CODE_INTERPRETER = FunctionSpec("code_interpreter", "Run Python.", {}, strict=True)
BOTH: dict[str, Any] = {"functions": (CODE_INTERPRETER, GET_WEATHER)}


async def code_for(*said: str) -> str:
    """The code of the one call that the last message leads to; Python has to understand it."""
    asked = await first_round(*said, **BOTH)
    assert [call.name for call in asked.calls] == ["code_interpreter"]
    code = str(asked.arguments[0]["code"])
    ast.parse(code)
    return code


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("What is 2**100?", "print(2 ** 100)"),
        ("what's 2^100", "print(2 ** 100)"),
        ("2+2", "print(2 + 2)"),
        ("Calculate 1,000 times 3.5.", "print(1000 * 3.5)"),
        ("how much is 15% of 200?", "print(15 / 100 * 200)"),
        ("compute the square root of 2", "from math import sqrt\nprint(sqrt(2))"),
        ("What is 20!", "from math import factorial\nprint(factorial(20))"),
        ("What is 7 squared plus π", "from math import pi\nprint(7 ** 2 + pi)"),
        ("Please evaluate max(3, 4) − 1", "print(max(3, 4) - 1)"),
    ],
)
async def test_sums_are_computed_as_they_are_written(question: str, code: str) -> None:
    assert await code_for(question) == code


@pytest.mark.parametrize(
    "question",
    ["What is love?", "what is 5", "What is this __import__('os')?", "compute x + 1", "what's up"],
)
async def test_what_is_no_sum_is_not_computed(question: str) -> None:
    assert isinstance((await first_round(question, **BOTH)).last, RunEnded)


@pytest.mark.parametrize(
    ("question", "curves", "limits"),
    [
        ("Plot sin(x)", ["sin(x)"], "-10, 10"),
        ("plot sin(x) and cos(x) from 0 to 6.28", ["sin(x)", "cos(x)"], "0, 6.28"),
        ("Can you graph y = x^2 - 2x, exp(-x)?", ["x ** 2 - 2 * x", "exp(-x)"], "-10, 10"),
        ("I would like a plot of 1/(1+x**2)", ["1 / (1 + x ** 2)"], "-10, 10"),
        ("draw a sine wave", ["sin(x)"], "-10, 10"),
        ("plot something nice", ["sin(x)"], "-10, 10"),
    ],
)
async def test_plots_are_drawn_of_formulas(question: str, curves: list[str], limits: str) -> None:
    code = await code_for(question)
    assert f"x = linspace({limits}, 500)" in code
    drawn = [line for line in code.splitlines() if line.startswith("plt.plot(")]
    assert drawn == [f'plt.plot(x, {curve}, label="{curve}")' for curve in curves]


@pytest.mark.parametrize(
    ("said", "columns", "file"),
    [
        (["make a CSV of the first 5 squares"], '{"n": n, "square": n**2}', "squares"),
        (["create a csv of powers of two"], '{"n": n, "power_of_two": 2**n}', "powers_of_two"),
        (["I need a CSV with the first 10 primes"], '{"prime": primes}', "primes"),
        (["export exp(x) as csv"], '{"x": x, "exp(x)": exp(x)}', "values"),
        (["plot cos(x)", "now make a CSV of it"], '{"x": x, "cos(x)": cos(x)}', "values"),
        (["plot cos(x)", "and a csv, please"], '{"x": x, "cos(x)": cos(x)}', "values"),
    ],
)
async def test_tables_are_written_of_numbers(said: list[str], columns: str, file: str) -> None:
    code = await code_for(*said)
    assert f"pd.DataFrame({columns})" in code
    assert f'table.to_csv("{file}.csv", index=False)' in code


async def test_code_is_run_as_it_stands() -> None:
    assert await code_for("Run this:\n```python\nx = 1\nprint(x)\n```") == "x = 1\nprint(x)"


@pytest.mark.parametrize(
    "question", ["plot the file", "describe data.csv", "What is in this file?", "Describe."]
)
async def test_an_attached_table_is_looked_at(question: str) -> None:
    asked = request(question, **BOTH)
    message = asked.history[-1]
    assert isinstance(message, UserMessage)
    file = FilePart(file_id=FileId("file_1"), name="data.csv", media_type="text/csv", size=1)
    history = (message.model_copy(update={"files": (file,)}),)
    looked = await round_of(demo().session(replace(asked, history=history)), None)
    assert 'pd.read_csv("data.csv")' in str(looked.arguments[0]["code"])


async def test_weather_stays_weather_and_markdown_stays_markdown() -> None:
    asked = await first_round("Plot the temperature in Oslo", **BOTH)
    assert [call.name for call in asked.calls] == ["get_weather"]
    assert "## Clouds in code" in (await first_round("show me code", **BOTH)).text


@pytest.mark.parametrize(
    ("question", "output", "told"),
    [
        ("what is 2**10", "1024", "`2 ** 10` is `1024`."),
        ("what is 1/0", "Traceback (most…\nZeroDivisionError: x", "That did not work out."),
        ("what is 9**9", "[The code was stopped: it took too long.]", "That did not work out."),
        ("plot sin(x)", "[Shown to the user: figure-1.png (9 bytes)]", "Here is `sin(x)` from -10"),
        ("a csv of cubes", "   n\n0  1\n[Shown to the user: x]", "Here is a CSV of the first 20"),
        ("```python\npass\n```", "[Nothing was printed.]", "It ran, and printed nothing."),
    ],
)
async def test_the_answer_says_what_the_code_said(question: str, output: str, told: str) -> None:
    text = await answer_to(question, outputs=[output], **BOTH)
    assert text.startswith(told)
    assert "Told by the demo" in text
    assert "[Shown to the user" not in text


async def test_of_a_lot_the_answer_says_the_beginning() -> None:
    output = "\n".join(f"line {n}" for n in range(5_000))
    text = await answer_to("```python\npass\n```", outputs=[output], **BOTH)
    assert text.startswith("It ran, and printed a lot, shown above. It begins:")
    assert "line 19\n```" in text
    failed = await answer_to("```python\npass\n```", outputs=[f"{output}\nSystemExit: 2"], **BOTH)
    assert "line 4999\nSystemExit: 2\n```" in failed
    assert "line 4979\n" not in failed


async def test_a_table_is_told_as_it_was_printed() -> None:
    text = await answer_to("a csv of cubes", outputs=["   n\n0  1"], **BOTH)
    assert "```text\n   n\n0  1\n```" in text


async def test_without_the_tool_the_demo_says_where_it_is_to_be_had() -> None:
    asked = await first_round("what is 2**100", functions=(GET_WEATHER,))
    assert "which is not among this assistant's tools. Choose it on [/setup]" in asked.text
    chosen = replace(
        request("what is 2**100"),
        assistant=Assistant("asst_1", "Demo", "demo", tools=("code_interpreter",)),
    )
    text = (await round_of(demo().session(chosen), None)).text
    assert "which this server cannot run at the moment. [/setup](/setup) tells why" in text
