"""The terminal client as a process of its own, against a real server."""

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from backend.cli.chat import main
from backend.cli.client import ChatClient, ChatError
from backend.cli.identity_file import IdentityFile
from backend.domain.errors import UpstreamRateLimited
from backend.domain.events import Thread
from backend.domain.ids import ItemId, RunId, ThreadId
from backend.domain.items import AssistantMessage, FunctionCall, Run, RunError
from backend.upstreams.demo import DemoUpstream
from backend.upstreams.events import Remark, RunEnded
from backend.websocket.messages import Ack, Hello, Snapshot
from tests.functions_readme import examples, offered
from tests.patience import PATIENCE_S
from tests.process import environment
from tests.running import running
from tests.scripted import COMPLETED, Gate, Round, ScriptedUpstream, calls, message, partial_message

WEATHER = ("get_weather", '{"location": "Oslo", "dates": []}')


@dataclass
class Ended:
    status: int
    out: str
    err: str


@asynccontextmanager
async def started(
    tmp_path: Path,
    *arguments: str,
    python: Sequence[str] = (sys.executable,),
    **variables: str,
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *python,
        "-m",
        "backend.cli.chat",
        *arguments,
        env=environment() | {"XDG_STATE_HOME": str(tmp_path / "state")} | variables,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def chat(
    tmp_path: Path,
    *arguments: str,
    stdin: str = "",
    python: Sequence[str] = (sys.executable,),
    **variables: str,
) -> Ended:
    async with started(tmp_path, *arguments, python=python, **variables) as process:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await process.communicate(stdin.encode())
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())


def answering(*rounds: Round) -> ScriptedUpstream:
    upstream = ScriptedUpstream()
    upstream.script(*rounds)
    return upstream


async def test_it_prints_the_answer_and_one_line_per_tool_call(tmp_path: Path) -> None:
    upstream = answering(calls(WEATHER, WEATHER), [*message("Cold", " there."), COMPLETED])
    async with running(tmp_path, upstream) as server:
        ended = await chat(tmp_path, "Weather?", "--url", server.url)
    assert ended.status == 0
    first, second, answer = ended.out.splitlines()
    for line in (first, second):
        assert line.startswith("[get_weather ")
        assert "completed" in line
    assert answer == "Cold there."


async def test_it_prints_a_line_for_a_picture_where_the_picture_stands(tmp_path: Path) -> None:
    async with running(tmp_path, DemoUpstream(0)) as server:
        ended = await chat(tmp_path, "Show me a picture", "--url", server.url)
    before, picture, after, *_ = ended.out.splitlines()
    assert before.startswith("Here is a picture")
    assert re.fullmatch(r"\[picture hills\.png /api/files/file_\w+/content\]", picture)
    assert after.startswith("No model made it")


async def test_json_prints_every_message_of_the_protocol(tmp_path: Path) -> None:
    async with running(tmp_path, answering([*message("Hi"), COMPLETED])) as server:
        ended = await chat(tmp_path, "-", "--json", "--url", server.url, stdin="Hello")
    frames = [json.loads(line) for line in ended.out.splitlines()]
    assert "ack" in {frame["type"] for frame in frames}
    assert frames[-1]["type"] == "run.finished"


async def test_assistant_and_parameters_are_named_by_options(tmp_path: Path) -> None:
    upstream = answering([Remark("No top-p."), *message("Hi"), COMPLETED])
    wanted = ("Hello", "--assistant", "demo assistant", "--parameters")
    async with running(tmp_path, upstream) as server:
        ended = await chat(tmp_path, *wanted, '{"top_p": 0.5}', "--url", server.url)
    assert (ended.status, ended.out) == (0, "Hi\n[No top-p.]\n")
    assert upstream.sessions[0].request.assistant.parameters.top_p == 0.5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{top_p: 1}", "this is no JSON: {top_p: 1} (key must be a string at line 1 column 2)."),
        ("", "this is no JSON:  (EOF while parsing a value at line 1 column 0)."),
        ("[]", "this is no JSON object: []."),
        ('"low"', 'this is no JSON object: "low".'),
        ('{"effort": "low"}', "there is no parameter effort."),
        (
            '{"verbosity": "loud", "top_p": 5}',
            "verbosity should be 'low', 'medium' or 'high', not \"loud\"; "
            "top_p should be less than or equal to 1, not 5.",
        ),
        ('{"output_schema": {}}', "output_schema must be a JSON Schema of an object"),
    ],
)
def test_parameters_that_are_wrong_are_refused_with_what_is_right(
    capsys: pytest.CaptureFixture[str], given: str, said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["Hello", "--parameters", given])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert f"argument --parameters: {said}" in told
    assert """such as '{"reasoning_effort": "low", "temperature": 0.5}'""" in told
    assert "of any of reasoning_effort, verbosity, temperature" in told


async def test_a_reader_that_leaves_early_is_no_error_and_stops_no_run(tmp_path: Path) -> None:
    # More than a pipe holds, so that some is written when nobody reads any more.
    upstream = answering([*message(*["Hm. " * 1_000] * 100), COMPLETED])
    async with running(tmp_path, upstream) as server:
        behind_head = ("bash", "-o", "pipefail", "-c", '"$@" | head -n 1', "bash", sys.executable)
        ended = await chat(tmp_path, "a", "--json", "--url", server.url, python=behind_head)
    assert ended.status == 141
    assert ended.err == ""
    assert json.loads(ended.out)["type"] == "ack"
    assert upstream.sessions[0].cancelled == 0


async def test_a_thread_goes_on_in_another_process(tmp_path: Path) -> None:
    upstream = answering([*message("one"), COMPLETED])
    upstream.script([*message("two"), COMPLETED])
    async with running(tmp_path, upstream) as server:
        first = await chat(tmp_path, "a", "--url", server.url)
        thread_id = first.err.split("--thread ")[1].rstrip(")\n")
        second = await chat(tmp_path, "b", "--url", server.url, "--thread", thread_id)
    assert (second.status, second.out) == (0, "two\n")
    assert len(upstream.sessions[1].request.history) == 3
    [kept] = (tmp_path / "state").rglob("*.json")
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (COMPLETED, 0),
        (UpstreamRateLimited("Slow down."), 1),
        (RunEnded("failed", RunError(code="x", message="No.")), 1),
        (RunEnded("incomplete"), 3),
        (RunEnded("cancelled"), 4),
        (RunEnded("expired"), 5),
    ],
    ids=["completed", "raised", "failed", "incomplete", "cancelled", "expired"],
)
async def test_the_exit_status_tells_how_the_run_ended(
    tmp_path: Path, ending: Any, status: int
) -> None:
    async with running(tmp_path, answering([*message("Hm"), ending])) as server:
        ended = await chat(tmp_path, "a", "--url", server.url)
    assert ended.status == status
    assert ended.out.startswith("Hm\n")


async def test_control_c_stops_the_run_at_the_server_too(tmp_path: Path) -> None:
    upstream = answering([*partial_message("thinking"), Gate(0)])
    async with (
        running(tmp_path, upstream) as server,
        started(tmp_path, "a", "--url", server.url) as process,
    ):
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            assert await process.stdout.readexactly(8) == b"thinking"
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 130
            await upstream.sessions[0].stopped.wait()


async def test_a_server_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    ended = await chat(tmp_path, "a", "--url", "http://127.0.0.1:9")
    assert ended.status == 6
    assert "Is the server running?" in ended.err
    assert "Traceback" not in ended.err


async def test_an_unknown_thread_is_refused_with_its_code(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server:
        ended = await chat(tmp_path, "a", "--url", server.url, "--thread", "thread_nope")
    assert ended.status == 1
    assert "(not_found)" in ended.err


async def test_the_access_token_opens_the_door_and_nothing_else_does(tmp_path: Path) -> None:
    upstream = answering([*message("in"), COMPLETED])
    token = "t" * 24
    async with running(tmp_path, upstream, access_token=token) as server:
        outside = await chat(tmp_path, "a", "--url", server.url)
        inside = await chat(tmp_path, "a", "--url", server.url, ACCESS_TOKEN=token)
    assert outside.status == 1
    assert "ACCESS_TOKEN" in outside.err
    assert (inside.status, inside.out) == (0, "in\n")
    assert token not in outside.err + inside.err


async def test_as_a_class_it_holds_the_thread(tmp_path: Path) -> None:
    upstream = answering(calls(WEATHER), [*message("Cold."), COMPLETED])
    async with running(tmp_path, upstream) as server, ChatClient(server.url) as client:
        run = await client.ask("Weather?")
    assert run.status == "completed"
    _, call, answer = client.items
    assert isinstance(call, FunctionCall)
    assert isinstance(answer, AssistantMessage)
    assert answer.text == "Cold."


async def test_a_connection_lost_in_the_middle_is_taken_up_again(tmp_path: Path) -> None:
    gate = Gate(0)
    steps: Round = []
    for step in [*message(*(f"{n} " for n in range(100))), COMPLETED]:
        steps += [gate, step]
    async with (
        running(tmp_path, answering(steps)) as server,
        ChatClient(server.url, identity=IdentityFile(tmp_path / "id.json")) as client,
    ):
        received = 0
        async for _ in client.send("count"):
            received += 1
            for _ in range(2):
                gate.release()
            if received % 10 == 5:
                client.drop()
    answer = client.items[-1]
    assert isinstance(answer, AssistantMessage)
    assert answer.text == "".join(f"{n} " for n in range(100))


async def test_a_message_is_sent_again_to_the_process_that_has_the_thread_by_then() -> None:
    heard: list[str | bytes] = []
    heard_all = asyncio.Event()
    thread = Thread(id=ThreadId("thread_1"), title="one", created_at=1, updated_at=1)
    run = Run(
        id=RunId("run_1"), thread_id=thread.id, upstream="demo", created_at=1, status="completed"
    )

    async def two_processes(socket: ServerConnection) -> None:
        for epoch in ("1.first", "2.second"):
            await socket.send(Hello(epoch=epoch, upstream="demo").model_dump_json())
            heard.append(await socket.recv())
        shown = Snapshot(seq=3, thread=thread, items=(), runs=(run,))
        ack = Ack(id=json.loads(heard[0])["id"], thread_id=thread.id, run_id=run.id)
        await socket.send(ack.model_dump_json())
        await socket.send(shown.model_dump_json())
        heard.append(await socket.recv())
        heard_all.set()

    async with serve(two_processes, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with ChatClient(f"http://127.0.0.1:{port}") as client:
            assert (await client.ask("one")).id == run.id
            await client.resolve(ItemId("item_1"))
            await asyncio.wait_for(heard_all.wait(), PATIENCE_S)
    assert heard[0] == heard[1]
    assert json.loads(heard[2])["type"] == "action.resolve"


async def test_a_refused_message_raises_and_the_client_goes_on(tmp_path: Path) -> None:
    async with (
        running(tmp_path, answering([*message("ok"), COMPLETED]), max_message_chars=10) as server,
        ChatClient(server.url) as client,
    ):
        with pytest.raises(ChatError, match="characters"):
            await client.ask("x" * 11)
        assert (await client.ask("short")).status == "completed"


async def test_a_script_can_change_its_mind(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    for text in ("one", "two", "three"):
        upstream.script([*message(text), COMPLETED])
    async with running(tmp_path, upstream) as server, ChatClient(server.url) as client:
        run = await client.ask("a")
        question, one = client.items
        await client.retry(run.id)
        assert (await client.edit(question.id, "b")).status == "completed"
        assert [getattr(item, "text", "") for item in client.items] == ["b", "three"]
        [fork] = client.forks
        client.drop()
        await client.switch(fork.item_ids[0])
        assert [getattr(item, "text", "") for item in client.items] == ["a", "two"]
        await client.switch(one.id)
        assert client.items == (question, one)
        with pytest.raises(ChatError):
            await client.retry(RunId("run_unknown"))


NOTE = ("save_note", '{"text": "Milk"}')
QUESTION = {
    "question": "What shall it be?",
    "fields": [
        {"name": "size", "label": "Size?", "kind": "one_of", "options": ["S", "M"]},
        {"name": "count", "kind": "number"},
        {"name": "ice", "kind": "yes_no", "required": False},
    ],
}


async def test_what_a_run_waits_for_is_asked_at_the_terminal(tmp_path: Path) -> None:
    upstream = answering(calls(NOTE))
    upstream.script(calls(("ask_user", json.dumps(QUESTION))))
    upstream.script([*message("Done."), COMPLETED])
    lines = ['{"text": 1}', '{"text": "Oat milk"}', "M", "many", "2", "", ""]
    async with running(tmp_path, upstream) as server:
        ended = await chat(
            tmp_path,
            "Do it.",
            "--when-asked",
            "ask",
            "--url",
            server.url,
            stdin="\n".join(lines),
        )
    assert ended.status == 0, ended
    assert '? save_note asks to run with {"text": "Milk"}' in ended.out
    assert "(invalid_arguments)" in ended.out
    assert 'save_note {"text": "Oat milk"} completed' in ended.out
    assert "Size? (S / M)" in ended.out
    assert "Done." in ended.out
    [done] = upstream.sessions[-1].request.rounds[1:]
    assert json.loads(done.outputs[0].output) == {"size": "M", "count": 2}


async def test_what_a_function_asks_in_its_middle_is_asked_at_the_terminal(tmp_path: Path) -> None:
    upstream = answering(calls(("tidy_notes", "{}")))
    upstream.script([*message("Done."), COMPLETED])
    lines = ["many", "30", "Milk", "perhaps", "n", "Not yet."]
    with offered(tmp_path / "more", tidy_notes=examples()["tidy_notes.py"]):
        async with running(tmp_path, upstream) as server:
            where = ("--when-asked", "ask", "--url", server.url)
            ended = await chat(tmp_path, "Do it.", *where, stdin="\n".join(lines))
    assert ended.status == 0, ended
    assert "? Which notes shall go?" in ended.out
    assert "? tidy_notes asks: Delete Bread for good? [y]es or [n]o: " in ended.out
    [done] = upstream.sessions[-1].request.rounds
    assert "Delete Bread for good? Reason: Not yet." in done.outputs[0].output


async def test_what_is_left_is_answered_by_another_start_of_the_client(tmp_path: Path) -> None:
    upstream = answering(calls(NOTE))
    upstream.script([*message("Done."), COMPLETED])
    async with running(tmp_path, upstream) as server:
        left = await chat(tmp_path, "Do it.", "--url", server.url)
        assert left.status == 7
        [thread_id] = re.findall(r"--thread (\S+)\)", left.err)
        where = ("--thread", thread_id, "--url", server.url)
        ended = await chat(tmp_path, *where, "--when-asked", "ask", stdin="n\nNo fridge.\n")
        idle = await chat(tmp_path, *where)
    assert (ended.status, idle.status) == (0, 2)
    assert "Reason: No fridge." in ended.out
