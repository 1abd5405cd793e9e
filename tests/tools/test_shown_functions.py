"""Functions with a widget: the two that come along, the files they read and the progress they tell."""

import json
from pathlib import Path

import pytest

from backend.config.settings import Settings
from backend.domain.events import ItemUpdated, RunFinished
from backend.domain.items import FunctionCall, Progress
from backend.tools.function import ToolError, function
from backend.tools.functions.chart_csv import chart_csv
from backend.tools.functions.search_places import search_places
from backend.upstreams.demo import create_upstream
from tests.functions_readme import offered
from tests.rest import rest
from tests.running import ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

SALES = """Month,North (€),South (€),Note
2026-01-01,"1,200",800,
2026-02-01,900,,rain
2026-03-01,1500,700,
"""


async def attach(url: str, name: str, content: str) -> tuple[str, str]:
    """Returns the id of an uploaded file and the cookie of its owner."""
    async with rest(url) as http:
        answer = await http.post(
            "/api/files?purpose=attachment", files={"file": (name, content.encode())}
        )
        cookie = "; ".join(f"{key}={value}" for key, value in answer.cookies.items())
    return answer.json()["files"][0]["id"], cookie


def call_of(socket: ScriptSocket) -> FunctionCall:
    [call] = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
    return call


async def test_the_demo_draws_a_csv_of_the_thread_and_says_what_it_drew(tmp_path: Path) -> None:
    async with running(tmp_path, create_upstream(Settings(demo_deltas_per_s=0))) as server:
        file_id, cookie = await attach(server.url, "sales.csv", SALES)
        async with server.socket(cookie=cookie) as socket:
            await socket.say("bar chart", file_ids=[file_id])
            await socket.until_run_ends()
            call = call_of(socket)
            answer = socket.transcript.items[-1]

    assert call.widget == "chart"
    assert call.output == {
        "kind": "bar",
        "title": "sales.csv",
        "x": {
            "label": "Month",
            "unit": None,
            "values": ["2026-01-01", "2026-02-01", "2026-03-01"],
        },
        "y": {"label": None, "unit": "€"},
        "series": [
            {"name": "North", "values": [1200, 900, 1500]},
            {"name": "South", "values": [800, None, 700]},
        ],
        "note": None,
    }
    assert "a bar chart of sales.csv: **North**, **South**, 3 values each." in json.dumps(
        answer.model_dump()
    )


async def test_a_function_reads_the_files_of_its_own_thread_alone(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(calls(("chart_csv", "{}")), [*message("None."), COMPLETED])
    async with running(tmp_path, upstream) as server:
        _, cookie = await attach(server.url, "sales.csv", SALES)
        async with server.socket(cookie=cookie) as socket:
            await socket.say("chart")
            await socket.until_run_ends()
            assert "no CSV file in this conversation" in (call_of(socket).error or "")


@pytest.mark.parametrize(
    ("query", "distance_from", "names"),
    [
        ("Norway", None, ["Oslo"]),
        ("zürich", None, ["Zurich"]),
        ("England", None, ["London"]),
        ("Argentina", "Lima", ["Lima", "Jujuy"]),
    ],
)
def test_places_are_found_by_name_and_country_the_nearest_first(
    query: str, distance_from: str | None, names: list[str]
) -> None:
    found = search_places(query, distance_from)

    assert [point.name for point in found.points][: len(names)] == names
    assert len(found.lines) == (len(found.points) - 1 if distance_from else 0)


def test_a_place_that_is_not_known_is_said_to_be_unknown() -> None:
    with pytest.raises(ToolError, match="No place fits 'Atlantis'"):
        search_places("Atlantis")


async def test_the_demo_tells_how_far_a_place_is(tmp_path: Path) -> None:
    demo = create_upstream(Settings(demo_deltas_per_s=0))
    async with running(tmp_path, demo) as server, server.socket() as socket:
        await socket.say("How far is Oslo from Lima?")
        await socket.until_run_ends()
        assert call_of(socket).widget == "map"
        answer = json.dumps(socket.transcript.items[-1].model_dump())
        assert "- **Oslo**, Norway, 11,043 km" in answer


COUNTING = '''
from backend.tools.function import ToolContext, function

@function
def count(context: ToolContext) -> str:
    """Count far."""
    for step in range(1_000_000):
        context.progress(step / 1_000_000, f"At {step}")
    context.progress(float("nan"), "Almost" * 100)
    return "counted"
'''


async def test_progress_told_a_million_times_is_shown_now_and_then_and_its_last_state_kept(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script(calls(("count", "{}")), [*message("Done."), COMPLETED])
    shown: list[Progress] = []
    with offered(tmp_path / "more", count=COUNTING):
        async with running(tmp_path, upstream) as server, server.socket() as socket:
            await socket.say("Count.")
            while not isinstance(event := await socket.next(), RunFinished):
                if isinstance(event, ItemUpdated) and isinstance(event.item, FunctionCall):
                    shown += [event.item.progress] if event.item.progress else []
            call = call_of(socket)

    assert call.output == "counted"
    assert call.progress == Progress(message=("Almost" * 100)[:200])
    assert 1 <= len(shown) < 1_000
    assert all(0 <= (each.fraction or 0) <= 1 for each in shown)


def test_a_name_that_no_widget_can_have_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot name a widget"):

        @function(widget="../chart")
        def draw() -> None:
            """Draw."""

    assert (chart_csv.options.widget, search_places.options.widget) == ("chart", "map")
