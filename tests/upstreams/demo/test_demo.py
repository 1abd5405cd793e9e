"""The demo, asked through its session: what it calls, what it says, how it streams."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.config.settings import Settings
from backend.domain.app import AppContext
from backend.domain.assistant import Assistant
from backend.domain.ids import ItemId, RunId, ThreadId
from backend.domain.items import AssistantMessage, FunctionCall, Item, UserMessage
from backend.domain.parts import TextPart, value_of
from backend.tools.function import FunctionSpec
from backend.tools.toolbox import Toolbox
from backend.upstreams.base import TitlingUpstream, Upstream, UpstreamSession
from backend.upstreams.demo import create_upstream
from backend.upstreams.events import (
    ItemFinished,
    ItemStarted,
    RunEnded,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.hosting import holds_assistants
from backend.upstreams.request import RunRequest, ToolOutput

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Europe/Oslo"))
TODAY, TOMORROW = "2026-11-24", "2026-11-25"
FRIDAY, SATURDAY, SUNDAY = "2026-11-27", "2026-11-28", "2026-11-29"

GET_WEATHER = FunctionSpec("get_weather", "Get the weather.", {}, strict=True)
ROLL_DICE = FunctionSpec(
    "roll_dice", "Roll dice.", {"properties": {"sides": {"type": "integer"}}}, strict=False
)


def demo(deltas_per_s: float = 0) -> Upstream:
    return create_upstream(Settings(demo_deltas_per_s=deltas_per_s))


def request(*said: str, functions: Sequence[FunctionSpec] = (GET_WEATHER, ROLL_DICE)) -> RunRequest:
    history: list[Item] = []
    for number, text in enumerate(said):
        if number:
            answer_id = ItemId(f"item_{number}_answer")
            history.append(
                AssistantMessage(id=answer_id, content=(TextPart(text="…"),), created_at=0)
            )
        history.append(UserMessage(id=ItemId(f"item_{number}"), text=text, created_at=0))
    return RunRequest(
        thread_id=ThreadId("thread_1"),
        run_id=RunId("run_1"),
        history=tuple(history),
        assistant=Assistant("asst_local_1", "Demo", "demo"),
        functions=tuple(functions),
        now=TUESDAY,
    )


@dataclass
class Round:
    """The events of one round, and what they add up to."""

    events: list[UpstreamEvent] = field(default_factory=list)

    @property
    def last(self) -> UpstreamEvent:
        return self.events[-1]

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        assert isinstance(self.last, ToolCallsRequired)
        return self.last.calls

    @property
    def arguments(self) -> list[dict[str, Any]]:
        return [json.loads(call.arguments) for call in self.calls]

    @property
    def text(self) -> str:
        assert isinstance(self.last, RunEnded)
        return "".join(
            event.delta
            for event in self.events
            if isinstance(event, TextDelta) and event.field == "text"
        )


async def round_of(session: UpstreamSession, outputs: tuple[ToolOutput, ...] | None) -> Round:
    async with aclosing(session.next(outputs)) as events:
        return Round([event async for event in events])


async def first_round(*said: str, **options: Any) -> Round:
    return await round_of(demo().session(request(*said, **options)), None)


async def answer_to(*said: str, outputs: Sequence[str], **options: Any) -> str:
    session = demo().session(request(*said, **options))
    calls = (await round_of(session, None)).calls
    assert len(calls) == len(outputs)
    answers = tuple(
        ToolOutput.of_text(call.call_id, output)
        for call, output in zip(calls, outputs, strict=True)
    )
    return (await round_of(session, answers)).text


def report(name: str, *days: dict[str, Any], **changes: Any) -> str:
    return json.dumps(
        {
            "location": {"name": name, "country": "Norway"},
            "units": {"temperature": "°C", "wind_speed": "km/h", "precipitation": "mm"},
            "sample": False,
            "notice": None,
            "source": "Open-Meteo",
            "current": None,
            "days": [{"conditions": "Overcast"} | day for day in days],
        }
        | changes
    )


async def test_one_question_about_two_places_makes_two_parallel_calls() -> None:
    asked = await first_round("What's the weather in Oslo and Lima tomorrow?")

    assert [call.name for call in asked.calls] == ["get_weather", "get_weather"]
    assert asked.arguments == [
        {"location": "Oslo", "dates": [TOMORROW]},
        {"location": "Lima", "dates": [TOMORROW]},
    ]
    assert len({call.call_id for call in asked.calls}) == 2


async def test_arguments_stream_in_pieces_that_add_up() -> None:
    asked = await first_round("weather in Oslo and Lima")

    started = [event.item for event in asked.events if isinstance(event, ItemStarted)]
    assert [item.id for item in started] == [call.item_id for call in asked.calls]
    for item, call in zip(started, asked.calls, strict=True):
        assert isinstance(item, FunctionCall)
        assert item.status == "in_progress"
        assert item.arguments == ""
        pieces = [
            event.delta
            for event in asked.events
            if isinstance(event, TextDelta) and event.item_id == item.id
        ]
        assert len(pieces) > 3
        assert "".join(pieces) == call.arguments
    assert not any(isinstance(event, ItemFinished) for event in asked.events)


async def test_the_answer_streams_word_by_word_and_ends_complete() -> None:
    said = await first_round("what can you do?")

    assert isinstance(said.events[0], ItemStarted)
    assert isinstance(said.events[0].item, AssistantMessage)
    assert isinstance(said.events[-2], ItemFinished)
    finished = said.events[-2].item
    assert isinstance(finished, AssistantMessage)
    assert finished.id == said.events[0].item.id
    assert finished.status == "completed"
    assert finished.text == said.text
    deltas = [event.delta for event in said.events if isinstance(event, TextDelta)]
    assert all(len(delta.split()) == 1 for delta in deltas)
    assert isinstance(said.last, RunEnded)
    assert said.last.status == "completed"
    assert said.last.usage is not None
    assert said.last.usage.input_tokens == 4
    assert said.last.usage.output_tokens == len(deltas)


@pytest.mark.parametrize(
    ("question", "places", "dates"),
    [
        ("what's the weather in paris, rome and new york on friday",
         ["Paris", "Rome", "New York"], [FRIDAY]),
        ("Weather in Oslo this weekend?", ["Oslo"], [SATURDAY, SUNDAY]),
        ("Forecast for Berlin next 3 days", ["Berlin"], [TODAY, TOMORROW, "2026-11-26"]),
        ("is it going to rain in London in the next two days?", ["London"], [TODAY, TOMORROW]),
        ("What is the weather like in Rio de Janeiro on 2026-11-30?",
         ["Rio de Janeiro"], ["2026-11-30"]),
        ("weather in rio de janeiro on 30 november", ["Rio de Janeiro"], ["2026-11-30"]),
        ("weather in Kyoto, Dec 1st, 2026", ["Kyoto"], ["2026-12-01"]),
        ("Lima forecast", ["Lima"], [TODAY]),
        ("weather oslo", ["Oslo"], [TODAY]),
        ("Oslo weather tomorrow", ["Oslo"], [TOMORROW]),
        ("What’s Oslo’s weather tomorrow?", ["Oslo"], [TOMORROW]),
        ("Do I need an umbrella in London today and tomorrow?", ["London"], [TODAY, TOMORROW]),
        ("Is it cold in Tromsø right now", ["Tromsø"], [TODAY]),
        ("temperature in St. John's, Canada", ["St. John's, Canada"], [TODAY]),
        ("weather in san francisco, california and portland, oregon",
         ["San Francisco, California", "Portland, Oregon"], [TODAY]),
        ("Weather in Tokyo (Japan) the day after tomorrow", ["Tokyo, Japan"], ["2026-11-26"]),
        ("Weather in Oslo tomorrow and in Lima on Friday", ["Oslo", "Lima"], [TOMORROW, FRIDAY]),
        ("Compare the weather in Oslo & Bergen.", ["Oslo", "Bergen"], [TODAY]),
        ("weather in Frankfurt am Main from friday to sunday",
         ["Frankfurt am Main"], [FRIDAY, SATURDAY, SUNDAY]),
        ("weather in Oslo from 2026-11-28 to 2026-11-29", ["Oslo"], [SATURDAY, SUNDAY]),
        ("weather in stratford-upon-avon in 3 days", ["Stratford-upon-Avon"], [FRIDAY]),
        ("Will it snow in Moscow next Friday?", ["Moscow"], ["2026-12-04"]),
        ("weather in Oslo next weekend", ["Oslo"], ["2026-12-05", "2026-12-06"]),
        ("Was it raining in Oslo yesterday?", ["Oslo"], ["2026-11-23"]),
        ("weather in London, Paris, london", ["London", "Paris"], [TODAY]),
        ("weather in Oslo on february 30", ["Oslo on february 30"], [TODAY]),
    ],
)  # fmt: skip
async def test_places_and_dates_come_out_of_the_question(
    question: str, places: list[str], dates: list[str]
) -> None:
    asked = await first_round(question)

    assert [arguments["location"] for arguments in asked.arguments] == places
    assert asked.arguments[0]["dates"] == dates


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("weather in Oslo for the next week", 7),
        ("weather in Oslo over the next two weeks", 14),
        ("10-day forecast for Oslo", 10),
        ("weather in Oslo this week", 6),
        ("weather in Oslo next week", 7),
        ("weather in Oslo for 3 days", 3),
        ("weather in Oslo for the next 99 days", 31),
    ],
)
async def test_a_span_is_every_day_of_it(question: str, days: int) -> None:
    asked = await first_round(question)

    assert asked.arguments[0]["location"] == "Oslo"
    assert len(asked.arguments[0]["dates"]) == days


@pytest.mark.parametrize(
    ("said", "places", "dates"),
    [
        (["weather in Oslo tomorrow?", "and in Bergen?"], ["Bergen"], [TOMORROW]),
        (["weather in Oslo tomorrow?", "And Lima and Rome?"], ["Lima", "Rome"], [TOMORROW]),
        (["weather in Oslo and Lima", "what about tomorrow?"], ["Oslo", "Lima"], [TOMORROW]),
        (["weather in Oslo", "tomorrow?"], ["Oslo"], [TOMORROW]),
        (["weather in Oslo", "And the forecast for Friday?"], ["Oslo"], [FRIDAY]),
        (["weather in Oslo", "help", "and Lima this weekend?"], ["Lima"], [SATURDAY, SUNDAY]),
        (["weather in Oslo tomorrow", "and in Lima?", "and on friday?"], ["Lima"], [FRIDAY]),
        (["What's the weather tomorrow?", "oslo"], ["Oslo"], [TOMORROW]),
    ],
)
async def test_a_follow_up_goes_on_from_the_question_before(
    said: list[str], places: list[str], dates: list[str]
) -> None:
    asked = await first_round(*said)

    assert [arguments["location"] for arguments in asked.arguments] == places
    assert asked.arguments[0]["dates"] == dates


@pytest.mark.parametrize("said", ["thanks!", "what about you?", "how are you", "and?", ""])
async def test_small_talk_after_a_weather_question_is_none(said: str) -> None:
    assert "This is the **demo**" in (await first_round("weather in Oslo", said)).text


@pytest.mark.parametrize(
    "said",
    [
        ["How's the weather?", "Tell me a joke"],
        ["How's the weather?", "a joke, please"],
        ["How's the weather?", "Tell me a story about Paris"],
        ["How's the weather?", "never mind"],
        ["weather in Oslo", "And tell me something funny"],
        ["Tell me a joke"],
        ["Tell me a joke about the weather"],
        ["Write a poem about rain"],
    ],
)
async def test_what_is_no_place_is_not_asked_the_weather_of(said: list[str]) -> None:
    assert "This is the **demo**" in (await first_round(*said)).text


@pytest.mark.parametrize("said", ["oslo please", "Show me Oslo", "in Oslo", "the weather in Oslo"])
async def test_a_place_is_named_when_it_was_asked_for(said: str) -> None:
    asked = await first_round("How's the weather?", said)
    assert [arguments["location"] for arguments in asked.arguments] == ["Oslo"]


async def test_a_function_may_be_named_like_a_greeting() -> None:
    hello = FunctionSpec("hello", "Greet.", {"type": "object", "properties": {}}, strict=False)
    asked = await first_round("hello", functions=[hello])
    assert [call.name for call in asked.calls] == ["hello"]
    assert "This is the **demo**" in (await first_round("Hello there", functions=[hello])).text


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("places in Japan", None),
        ("roll_dice sides=6 times=3", "Roll dice: 6, 3"),
        ('call roll_dice {"sides": 6, "of": ["x"]}', "Roll dice: 6"),
        ("roll_dice", "Roll dice"),
        ("What's the weather in Oslo and Lima?", "Weather in Oslo and Lima"),
    ],
)
async def test_a_title_says_what_was_asked_for(said: str, title: str | None) -> None:
    asked = request(said)
    upstream = demo()
    assert isinstance(upstream, TitlingUpstream)
    assert await upstream.title(asked.assistant, asked.history) == title


async def test_a_question_without_a_place_is_asked_back() -> None:
    assert (await first_round("How's the weather?")).text.startswith("For which place?")


async def test_the_answer_tells_each_place_from_its_output() -> None:
    text = await answer_to(
        "What's the weather in Oslo and Lima tomorrow?",
        outputs=[
            report(
                "Oslo",
                {
                    "date": TOMORROW,
                    "conditions": "Slight rain",
                    "temperature_min": -1.2,
                    "temperature_max": 4.8,
                    "precipitation": 2.1,
                    "precipitation_probability": 70,
                    "wind_speed_max": 20.1,
                },
            ),
            report("Lima", {"date": TOMORROW, "temperature_min": 17.6}),
        ],
    )

    assert text.split("\n\n") == [
        "**Oslo, Norway**: tomorrow, Wednesday 25 November: slight rain, −1 to 5 °C, 2.1 mm of "
        "precipitation (70 % likely), wind up to 20 km/h.",
        "**Lima, Norway**: tomorrow, Wednesday 25 November: overcast.",
        "*Source: Open-Meteo.* *Told by the demo, a script that runs offline, not by an AI.*",
    ]


async def test_several_days_become_a_list_after_what_it_is_like_now() -> None:
    current = {"conditions": "Fog", "temperature": 0.2}
    output = report("Oslo", {"date": TODAY}, {"date": FRIDAY}, current=current)
    text = await answer_to("weather in Oslo today and on friday", outputs=[output])

    assert text.startswith(
        "**Oslo, Norway**, now fog at 0 °C:\n\n"
        "- today, Tuesday 24 November: overcast\n"
        "- Friday 27 November: overcast\n\n"
    )


async def test_sample_data_is_said_to_be_sample_data_once() -> None:
    sample = {"sample": True, "notice": "Invented.", "source": "Sample data"}
    text = await answer_to(
        "weather in Oslo and Lima",
        outputs=[report(name, {"date": TODAY}, **sample) for name in ("Oslo", "Lima")],
    )

    assert text.count("> **Sample data.** Invented.") == 1
    assert "Source:" not in text


async def test_an_error_is_told_beside_what_went_well() -> None:
    text = await answer_to(
        "weather in Oslo and Qwertyville",
        outputs=[
            report("Oslo", {"date": TODAY}),
            '{"error": {"code": "function_error", "message": "No place called that."}}',
        ],
    )

    assert "**Oslo, Norway**: today" in text
    assert "`get_weather` gave no result. No place called that." in text


@pytest.mark.parametrize("output", ["", "not json", "[]", '{"days": 1}', "null"])
async def test_an_output_it_does_not_understand_is_shown_as_it_is(output: str) -> None:
    assert "`get_weather` returned" in await answer_to("weather in Oslo", outputs=[output])


async def test_a_lost_output_does_not_stop_the_answer() -> None:
    session = demo().session(request("weather in Oslo"))
    await round_of(session, None)

    assert "`get_weather` returned" in (await round_of(session, ())).text


async def test_weather_without_the_function_points_to_setup() -> None:
    said = await first_round("weather in Oslo", functions=[ROLL_DICE])

    assert "`get_weather` is not enabled" in said.text
    assert "[/setup](/setup)" in said.text


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("roll_dice", "{}"),
        ("call roll_dice", "{}"),
        ('call roll_dice {"sides": 6}', '{"sides": 6}'),
        ('Call `roll_dice` {"sides": 6', '{"sides": 6'),
        ("roll_dice sides=6 label='two words' fair=true", None),
        ("roll_dice(sides=6, label='two words', fair=true)", None),
    ],
)
async def test_any_function_can_be_called_by_its_name(said: str, arguments: str | None) -> None:
    asked = await first_round(said)

    assert [call.name for call in asked.calls] == ["roll_dice"]
    if arguments is not None:
        assert asked.calls[0].arguments == arguments
    else:
        assert asked.arguments == [{"sides": 6, "label": "two words", "fair": True}]


async def test_the_output_of_any_function_is_shown_as_json() -> None:
    text = await answer_to("roll_dice sides=6", outputs=['{"rolls": [3], "of": "```"}'])

    assert text.startswith("`roll_dice` returned:\n\n````json\n{\n")
    assert await answer_to("roll_dice", outputs=["4"]) != text
    assert (await answer_to("roll_dice", outputs=["4"])).startswith("`roll_dice` returned `4`.")


async def test_an_app_is_told_of_in_one_sentence_without_what_it_was_given() -> None:
    for output in (
        '[Shown to the user: the app Split a bill]\n{"total": 84}',
        '{"total": 84}\n[Shown to the user: the app Split a bill]',
    ):
        text = await answer_to("roll_dice", outputs=[output])
        assert text.startswith(
            "`roll_dice` made what you see above: the app Split a bill.\n\n*Told"
        )
    text = await answer_to("roll_dice", outputs=["4\n[Shown to the user: a.png (9 bytes)]"])
    assert text.startswith(
        "`roll_dice` returned `4`.\n\n`roll_dice` made what you see above: a.png (9 bytes).\n\n*Told"
    )


async def test_it_repeats_what_an_app_told_with_the_last_message_as_the_apps_words() -> None:
    asked = request("hello", "hello")
    told = [
        message.model_copy(update={"contexts": (AppContext(title=title, text=f"{title}!"),)})
        for message, title in zip(asked.history[::2], ("Bill", "Packing"), strict=True)
    ]
    history = (told[0], asked.history[1], told[1])
    session = demo().session(replace(asked, history=history))
    text = (await round_of(session, None)).text
    assert text.startswith(
        "With it the app **Packing** told me:\n\n```text\nPacking!\n```\n\nThis is"
    )
    assert "Bill" not in text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"columns": ["Name"], "rows": [["Oslo"]]}, "`roll_dice` made the table above."),
        ({"points": []}, "`roll_dice` made the map above."),
        (
            {"x": {"values": ["a"]}, "series": [{"name": "b", "values": [1]}]},
            "`roll_dice` made the chart above.",
        ),
        ({"schema": {"properties": {}}}, "`roll_dice` made the form above."),
        ({"series": 3, "schema": "x"}, "`roll_dice` returned:"),
    ],
)
async def test_what_a_widget_draws_is_told_of_in_one_sentence(
    value: dict[str, Any], told: str
) -> None:
    assert (await answer_to("roll_dice", outputs=[json.dumps(value)])).startswith(told)


async def test_what_is_long_is_not_repeated_from_its_card() -> None:
    chart = json.dumps({"kind": "line", "values": list(range(80))} | dict.fromkeys("abcdefgh"))
    for output, what in (
        (chart, "`kind`, `values`, `a`, `b`, `c`, `d`, `e`, `f` and 2 more"),
        (json.dumps([0] * 1_234), "a list of 1,234"),
        ("Tides. " * 1_000, "a text of 7,000 characters"),
    ):
        text = await answer_to("roll_dice", outputs=[output])
        assert text.startswith(
            f"`roll_dice` returned {what}. It stands in the card above.\n\n*Told"
        )


async def test_a_function_that_is_not_there_is_said_to_be_not_enabled() -> None:
    said = await first_round('call shuffle_cards {"packs": 1}')

    assert "`shuffle_cards` is not enabled" in said.text
    assert "Enabled are: `get_weather`, `roll_dice`." in said.text


async def test_the_guide_has_everything_that_markdown_has() -> None:
    text = (await first_round("show me markdown, please")).text

    assert len(text.splitlines()) > 150
    for sign in ("# ", "### ", "| :--- |", "    - ", "        - ", "- [x] ", "- [ ] ", "> "):
        assert f"\n{sign}" in f"\n{text}"
    for language in ("python", "typescript", "rust", "sql", "bash"):
        assert f"\n```{language}\n" in text
    assert "](https://" in text
    assert "not by an AI" in text


@pytest.mark.parametrize(
    ("said", "sign"),
    [
        ("show me a table", "| Cirrus | Ci |"),
        ("some code?", "```rust"),
        ("nested lists", "- [ ] "),
        ("Give me a long answer", "## Telling them apart"),
    ],
)
async def test_a_part_of_the_guide_comes_alone(said: str, sign: str) -> None:
    assert sign in (await first_round(said)).text


async def test_help_says_that_it_is_a_demo_and_names_what_is_enabled() -> None:
    text = (await first_round("Are you sentient?")).text

    assert "not an AI" in text
    assert "get_weather" in text
    assert "`roll_dice sides=6`" in text
    without = (await first_round("hello", functions=[])).text
    assert "once the function `get_weather` is enabled" in without


async def test_it_is_an_upstream_that_keeps_nothing() -> None:
    upstream = demo()

    assert (upstream.name, upstream.base_url) == ("demo", "demo")
    assert await upstream.models() == ["demo"]
    assert holds_assistants(upstream) is None
    await upstream.session(request("hi")).cancel()
    await upstream.close()


async def test_without_a_pace_it_still_lets_others_run() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    said = await first_round("hello")
    task.cancel()

    assert turns >= len([event for event in said.events if isinstance(event, TextDelta)])


async def test_it_keeps_the_pace_it_is_given() -> None:
    session = demo(deltas_per_s=500).session(request("hello"))
    clock = asyncio.get_running_loop().time
    started = clock()
    said = await round_of(session, None)
    took_s = clock() - started

    deltas = len([event for event in said.events if isinstance(event, TextDelta)])
    assert took_s >= 0.9 * deltas / 500


async def test_a_round_can_be_left_in_the_middle() -> None:
    session = demo().session(request("show me markdown"))
    async with aclosing(session.next(None)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    await session.cancel()


async def test_the_demo_and_the_real_function_understand_each_other() -> None:
    toolbox = Toolbox.discover(Settings(weather_source="sample"))
    question = "What's the weather in Oslo and Lima today and yesterday, and on friday?"
    spoken = request("Weather in Oslo and Lima the next 3 days", functions=toolbox.specs())
    refused = request(question, functions=toolbox.specs())
    texts: list[str] = []
    for asked in (spoken, refused):
        session = demo().session(asked)
        context = toolbox.context("thread_1", "run_1", "Europe/Oslo", now=TUESDAY)
        outputs: list[ToolOutput] = []
        for call in (await round_of(session, None)).calls:
            result = await toolbox.call(toolbox[call.name], call.arguments, context)
            outputs.append(ToolOutput.of_text(call.call_id, json.dumps(value_of(result.outputs))))
        texts.append((await round_of(session, tuple(outputs))).text)
    await toolbox.close()

    assert texts[0].count("\n- ") == 6
    assert "**Lima**, now" in texts[0]
    assert "> **Sample data.**" in texts[0]
    assert "No forecast for 2026-11-23. Today is 2026-11-24" in texts[1]


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("Count to 5", "mine__count", {"to": 5}),
        ("please count slowly to 12!", "mine__count", {"to": 12}),
        ("draw me a blue square", "mine__picture", {"color": "3366cc"}),
        ("add up the dice 3, 5 and 6", "mine__roll", {"dice": [3, 5, 6]}),
        ("A packing list for Oslo, please", "mine__packing_list", {"where": "Oslo"}),
        (
            "a packing list for 4 days in Oslo",
            "mine__packing_list",
            {"where": "Oslo", "days": 4},
        ),
        ("What shall I pack for New York?", "mine__packing_list", {"where": "New York"}),
        ("plan a trip", "mine__plan_trip", {}),
        ("let a tool fail", "mine__fail", {}),
    ],
)
async def test_the_mcp_server_of_the_demo_is_asked_in_plain_words(
    said: str, name: str, arguments: dict[str, Any]
) -> None:
    tools = ("count", "picture", "roll", "packing_list", "plan_trip", "fail")
    functions = [FunctionSpec(f"mine__{tool}", "", {}, strict=False) for tool in tools]
    asked = await first_round(said, functions=functions)
    assert [(call.name, json.loads(call.arguments)) for call in asked.calls] == [(name, arguments)]
    assert isinstance((await first_round(said)).last, RunEnded)
    assert "(progress)" not in (await first_round("help")).text
    assert '"count to 5" (progress)' in (await first_round("help", functions=functions)).text
