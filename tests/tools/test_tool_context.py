"""What a function gets beside its arguments: the chat's files to read, and a place for its own."""

import json
from pathlib import Path
from typing import Any

from backend.cli.client import ChatClient
from backend.domain.items import FunctionCall, Progress
from backend.domain.parts import FilePart, JsonPart
from backend.upstreams.demo import DemoUpstream
from tests.functions_readme import examples, offered
from tests.rest import rest
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

FUNCTIONS = """
from backend.tools.function import ToolContext, ToolError, function
from backend.tools.media import File

@function
def double(name: str, context: ToolContext) -> dict[str, object]:
    \"\"\"Double the numbers of a file.\"\"\"
    numbers = [int(line) for line in context.file(name).read_text().splitlines()]
    text = "\\n".join(str(2 * number) for number in numbers)
    saved = context.save_file(File(text, name="doubled.txt"))
    return {"read": [file.name for file in context.files], "link": saved.url}

@function
async def save_and_fail(size: int, context: ToolContext) -> str:
    \"\"\"Save a file of that size, then fail.\"\"\"
    context.save_file(File(bytes(size), name="lost.bin"))
    raise ToolError("after saving")
"""


def call_of(name: str, /, **arguments: Any) -> tuple[str, str]:
    return name, json.dumps(arguments)


async def test_a_function_reads_the_chats_files_and_saves_one_that_the_next_reads(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    rounds = [call_of("double", name=name) for name in ("n.txt", "doubled.txt", "gone")]
    upstream.script(*(calls(each) for each in rounds), [*message("Done."), COMPLETED])
    with offered(tmp_path / "more", double=FUNCTIONS):
        async with (
            running(tmp_path, upstream) as server,
            server.socket() as socket,
            socket.rest() as http,
        ):
            sent = {"file": ("n.txt", b"\xef\xbb\xbf1\n20")}
            answer = await http.post("/api/files?purpose=attachment", files=sent)
            [attached] = answer.json()["files"]
            await socket.say("Double it.", file_ids=[attached["id"]])
            await socket.until_run_ends()
            first, second, gone = [
                item for item in socket.transcript.items if isinstance(item, FunctionCall)
            ]
            value, part = first.outputs
            assert isinstance(value, JsonPart)
            assert isinstance(part, FilePart)
            assert value.value == {
                "read": ["n.txt"],
                "link": f"/api/files/{part.file_id}/content",
            }
            assert (await http.get(f"/api/files/{part.file_id}/content")).text == "2\n40"

            value, part = second.outputs
            assert isinstance(value, JsonPart)
            assert isinstance(part, FilePart)
            assert isinstance(value.value, dict)
            assert value.value["read"] == ["n.txt", "doubled.txt"]
            assert (await http.get(f"/api/files/{part.file_id}/content")).text == "4\n80"

    assert gone.error == ("There is no file 'gone' in this chat. There are: n.txt, doubled.txt.")


async def test_the_recipe_counts_the_words_of_an_attached_file(tmp_path: Path) -> None:
    upstream = DemoUpstream(0)
    with offered(tmp_path / "more", count_words=examples()["count_words.py"]):
        async with (
            running(tmp_path, upstream) as server,
            server.socket() as socket,
            socket.rest() as http,
        ):
            sent = {"file": ("n.txt", b"a b\nA c\n")}
            answer = await http.post("/api/files?purpose=attachment", files=sent)
            await socket.say("count_words name=n.txt", file_ids=[answer.json()["files"][0]["id"]])
            await socket.until_run_ends()
            [call] = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
            value, part = call.outputs
            assert isinstance(value, JsonPart)
            assert isinstance(part, FilePart)
            table = f"/api/files/{part.file_id}/content"
            most = [["a", 2], ["b", 1], ["c", 1]]
            assert value.value == {"words": 4, "most": most, "table": table}
            assert (await http.get(table)).text == "word,times\na,2\nb,1\nc,1\n"
    assert (call.title, call.progress) == ("Count words", Progress(fraction=1, message="Line 2"))


async def test_what_a_failed_call_saved_is_not_kept(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    rounds = [call_of("save_and_fail", size=size) for size in (10, 5000)]
    upstream.script(calls(*rounds), [*message("Done."), COMPLETED])
    with offered(tmp_path / "more", save=FUNCTIONS):
        async with (
            running(tmp_path, upstream, max_file_bytes=4096) as server,
            server.socket() as socket,
        ):
            await socket.say("Save.")
            await socket.until_run_ends()
            async with socket.rest() as http:
                assert (await http.get("/api/files?purpose=generated")).json()["files"] == []
    errors = [item.error for item in socket.transcript.items if isinstance(item, FunctionCall)]
    assert errors == ["after saving", "lost.bin is larger than 4,096 bytes."]


ABOUT = """
from backend.tools.function import ToolContext, function

@function(title="Who asks", icon="🙋")
def who(context: ToolContext) -> str:
    \"\"\"Tell the visitor's locale.\"\"\"
    return context.locale
"""


async def test_a_function_knows_the_visitors_locale_and_its_card_the_title_and_icon(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    for _ in range(3):
        upstream.script(calls(("who", "{}")), [*message("Done."), COMPLETED])
    with offered(tmp_path / "more", who=ABOUT):
        async with running(tmp_path, upstream) as server, server.socket() as socket:
            await socket.say("Who?", locale="pt-BR")
            await socket.until_run_ends()
            await socket.say("Who?", id="cmd_2", locale="no language")
            await socket.until_run_ends()
            async with ChatClient(server.url, locale="de-CH") as chat:
                await chat.ask("Who?")
                assert [item.output for item in chat.items if isinstance(item, FunctionCall)] == [
                    "de-CH"
                ]
            async with rest(server.url) as http:
                told = (await http.get("/api/functions")).json()["functions"]
    first, second = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
    assert (first.output, second.output) == ("pt-BR", "en")
    assert (first.title, first.icon) == ("Who asks", "🙋")
    assert [(each["title"], each["icon"]) for each in told if each["name"] == "who"] == [
        ("Who asks", "🙋")
    ]


REPORTS = """
import math
from typing import Any

from backend.tools.function import ToolContext, function

class Wordless:
    def __str__(self) -> str:
        raise RuntimeError("no words")

SAID: dict[str, tuple[Any, Any]] = {
    "vast": (10**400, "z" * 10_000_000),
    "below": (-5, ""),
    "none": (math.nan, None),
    "odd": ("half", b"a"),
    "wordless": (0.5, Wordless()),
}

@function
def report(which: str, context: ToolContext) -> str:
    \"\"\"Report something odd.\"\"\"
    context.progress(*SAID[which])
    return "well"
"""


async def test_whatever_is_reported_as_progress_is_made_fit_to_show(tmp_path: Path) -> None:
    expected = {
        "vast": Progress(fraction=1, message="z" * 200),
        "below": Progress(fraction=0),
        "none": Progress(),
        "odd": Progress(message="b'a'"),
    }
    rounds = [call_of("report", which=which) for which in (*expected, "wordless")]
    upstream = ScriptedUpstream()
    upstream.script(calls(*rounds), [*message("Done."), COMPLETED])
    with offered(tmp_path / "more", report=REPORTS):
        async with running(tmp_path, upstream) as server, server.socket() as socket:
            await socket.say("Report.")
            await socket.until_run_ends()
    *made, wordless = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
    assert [call.output for call in made] == ["well"] * len(expected)
    assert [call.progress for call in made] == [*expected.values()]
    assert wordless.error == "report failed. RuntimeError: no words"
