"""Whatever a function does, the other call of its round, and every other chat, goes on."""

import sys
from pathlib import Path
from typing import Any

import pytest

from backend.domain.events import ItemDone, ItemUpdated, RunFinished
from backend.domain.items import FunctionCall, Progress
from backend.tools import functions
from tests.functions_readme import offered
from tests.running import ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

HARM = """
import asyncio
import threading
import time

from backend.tools.function import ToolContext, function
from backend.tools.media import File

release = threading.Event()

@function
def fail() -> str:
    \"\"\"Raise.\"\"\"
    raise RuntimeError("broken")

@function
def complain() -> str:
    \"\"\"Raise at length.\"\"\"
    raise ValueError("sk-planted-key " + "v" * 50_000_000)

@function
async def leave() -> str:
    \"\"\"Exit.\"\"\"
    raise SystemExit(1)

@function
async def end() -> str:
    \"\"\"Raise what hardly anything catches.\"\"\"
    raise BaseException("the end")

@function
async def end_at_once() -> str:
    \"\"\"Raise several at once.\"\"\"
    raise BaseExceptionGroup("all", [BaseException("the end"), GeneratorExit()])

@function
async def close() -> str:
    \"\"\"Raise what ends a generator.\"\"\"
    raise GeneratorExit

@function
async def huge() -> str:
    \"\"\"Return 100 MB.\"\"\"
    return "x" * 100_000_000

@function
def huge_list() -> list[int]:
    \"\"\"Return 100 MB.\"\"\"
    return [0] * 12_500_000

@function
def huge_file() -> File:
    \"\"\"Return 100 MB.\"\"\"
    return File(bytes(100_000_000), name="zeros.bin")

@function
def loud() -> str:
    \"\"\"Print.\"\"\"
    print("x" * 1_000_000)
    return "printed"

@function
def eager(context: ToolContext) -> str:
    \"\"\"Report.\"\"\"
    for number in range(1, 1_000_001):
        context.progress(number / 1_000_000, f"{number} of a million")
    return "reported"

@function(timeout_s=0.05)
def hang() -> str:
    \"\"\"Hang.\"\"\"
    release.wait()
    return "never"

@function(timeout_s=1000)
async def block() -> str:
    \"\"\"Block the loop.\"\"\"
    release.wait()
    return "late"

@function(timeout_s=1000)
async def wait() -> str:
    \"\"\"Wait for ever.\"\"\"
    await asyncio.Event().wait()
    return "never"
"""

HEALTHY = """
from backend.tools.function import function

@function
async def healthy() -> str:
    \"\"\"Answer.\"\"\"
    return "well"
"""


def call_of(socket: ScriptSocket, name: str) -> FunctionCall:
    [call] = [
        item
        for item in socket.transcript.items
        if isinstance(item, FunctionCall) and item.name == name
    ]
    return call


async def until_done(socket: ScriptSocket, name: str) -> None:
    while True:
        done = await socket.until(ItemDone)
        if isinstance(done.item, FunctionCall) and done.item.name == name:
            return


@pytest.fixture
def more(tmp_path: Path) -> Any:
    with offered(tmp_path / "more", harmful=HARM, healthy=HEALTHY):
        yield
        sys.modules[f"{functions.__name__}.harmful"].release.set()


def rounds(*names: str) -> ScriptedUpstream:
    """An upstream that asks for each of the functions with a healthy one beside it."""
    upstream = ScriptedUpstream()
    script = [calls((name, "{}"), ("healthy", "{}")) for name in names]
    upstream.script(*script, [*message("Done."), COMPLETED])
    return upstream


@pytest.mark.usefixtures("more")
async def test_one_that_fails_prints_or_returns_too_much_harms_nobody(tmp_path: Path) -> None:
    expected = {
        "fail": "fail failed. RuntimeError: broken",
        "complain": "vvvv [Cut here, after 4,000 of 50,000,044 characters.]",
        "leave": "leave failed. RuntimeError: SystemExit(1)",
        "end": "end failed. RuntimeError: BaseException('the end')",
        "end_at_once": "end_at_once failed. RuntimeError: BaseExceptionGroup",
        "close": "close failed. RuntimeError: GeneratorExit()",
        "huge": None,
        "huge_list": "more than 65,536 bytes, the limit",
        "huge_file": "zeros.bin is larger than 52,428,800 bytes",
        "loud": None,
        "hang": "hang took longer than 0.05 s.",
    }
    async with running(tmp_path, rounds(*expected)) as server, server.socket() as socket:
        await socket.say("Go.")
        assert (await socket.until_run_ends()).run.status == "completed"
    made = [item for item in socket.transcript.items if isinstance(item, FunctionCall)]
    assert [call.output for call in made if call.name == "healthy"] == ["well"] * len(expected)
    for name, error in expected.items():
        call = call_of(socket, name)
        assert call.error == error or (error is not None and error in (call.error or ""))
        assert "planted" not in (call.error or "")
    assert str(call_of(socket, "huge").output).endswith(
        "[Cut here: the first 65,536 of 100,000,000 bytes.]"
    )


@pytest.mark.usefixtures("more")
async def test_a_million_reports_of_progress_are_a_few_events_and_the_last_is_stored(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, rounds("eager")) as server, server.socket() as socket:
        await socket.say("Go.")
        await socket.until_run_ends()
        thread_id = socket.transcript.present_thread.id
        async with server.socket(cookie=socket.cookie, thread_id=thread_id) as again:
            await again.until_idle()
    last = Progress(fraction=1.0, message="1000000 of a million")
    assert call_of(again, "eager").progress == last
    assert call_of(again, "healthy").output == "well"
    updates = [each for each in socket.received if isinstance(each, ItemUpdated)]
    assert len(updates) < 1000


@pytest.mark.usefixtures("more")
async def test_one_that_blocks_its_loop_or_never_ends_is_stopped_alone(tmp_path: Path) -> None:
    for name in ("block", "wait"):
        upstream = rounds(name)
        upstream.script(calls(("healthy", "{}")), [*message("Done."), COMPLETED])
        async with running(tmp_path, upstream) as server, server.socket() as socket:
            await socket.say("Go.")
            await until_done(socket, "healthy")
            assert call_of(socket, name).status == "running"
            async with server.socket() as other:
                await other.say("Go.")
                assert (await other.until_run_ends()).run.status == "completed"
                assert call_of(other, "healthy").output == "well"
            run = socket.transcript.active_run
            assert run is not None
            await socket.send(type="run.cancel", id="cmd_2", run_id=run.id)
            ended = await socket.until(RunFinished)
            assert ended.run.status == "cancelled"
            assert call_of(socket, name).status == "cancelled"
            assert call_of(socket, "healthy").output == "well"
