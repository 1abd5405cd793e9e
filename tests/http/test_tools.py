"""The workbench's API: all tools in one list, and calls by hand, which belong to no chat."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from backend.http.tools import MAX_AT_ONCE
from backend.tools.discovery import FOLDER_PACKAGE
from backend.upstreams.demo import DemoUpstream
from backend.waiting import poll
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.running import ScriptSocket, running
from tests.stored import stored
from tests.tools.code_interpreter.interpreter import LIMITS, settled

WORKSHOP = '''
import asyncio
from pathlib import Path
from typing import Annotated

from backend.tools.function import ToolContext, ToolError, function
from backend.tools.media import File

MARKS = Path(__file__).parent


@function(title="Twice", icon="✌️")
def twice(number: Annotated[int, "Any number."] = 1) -> int:
    """Double a number."""
    return 2 * number


@function(approval="ask")
def report(context: ToolContext) -> dict[str, object]:
    """Say what is known of the call, and save it."""
    saved = context.save_file(File("kept", name="kept.txt"))
    files = [file.name for file in context.files]
    return {"thread": context.thread_id, "files": files, "locale": context.locale, "url": saved.url}


@function
async def wait(context: ToolContext) -> None:
    """Wait until it is stopped."""
    context.progress(0.5, "Halfway")
    try:
        await asyncio.Event().wait()
    finally:
        (MARKS / "stopped").touch()


@function
def book(context: ToolContext) -> str:
    """Book a seat."""
    seat = context.ask("Which seat?")
    context.confirm(f"Book {seat}?")
    return f"Booked {seat}."


@function
def refuse() -> None:
    """Always refuse."""
    raise ToolError("There is nothing to do.")


@function(timeout_s=0.05)
async def slow() -> None:
    """Take too long."""
    await asyncio.Event().wait()


@function(output_limit_bytes=100)
def much() -> list[int]:
    """Say too much."""
    return [0] * 90
'''


TOKEN = "correct-horse-battery"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Path]:
    """A folder of functions, one file of which is broken."""
    folder = tmp_path / "workshop"
    folder.mkdir()
    (folder / "bench.py").write_text(WORKSHOP)
    (folder / "broken.py").write_text("1 / 0\n")
    yield folder
    for name in [name for name in sys.modules if name.startswith(FOLDER_PACKAGE)]:
        del sys.modules[name]


@asynccontextmanager
async def bench(
    tmp_path: Path, workshop: Path, **settings: Any
) -> AsyncIterator[httpx2.AsyncClient]:
    """A visitor of a server with these functions."""
    given = {"functions_dir": workshop, **settings}
    async with running(tmp_path, DemoUpstream(0), **given) as server, rest(server.url) as http:
        yield http


async def test_every_tool_is_listed_once_with_its_origin_and_what_is_broken(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop) as http:
        await http.put("/api/functions/twice/approval", json={"approval": "ask"})
        listed = (await http.get("/api/tools")).json()
        document = (await http.get("/api/openapi.json")).json()

    tools = {tool["name"]: tool for tool in listed["tools"]}
    assert len(tools) == len(listed["tools"])
    line = WORKSHOP[: WORKSHOP.index('@function(title="Twice"')].count("\n") + 1
    assert tools["twice"] == {
        "name": "twice",
        "title": "Twice",
        "icon": "✌️",
        "kind": "function",
        "origin": f"workshop/bench.py:{line}",
        "description": "Double a number.",
        "parameters": tools["twice"]["parameters"],
        "form": tools["twice"]["form"],
        "strict": True,
        "approval": "ask",
        "default_approval": "never",
        "unavailable": None,
    }
    assert tools["twice"]["parameters"]["properties"]["number"]["description"] == "Any number."
    assert tools["twice"]["parameters"]["required"] == ["number"]
    assert tools["twice"]["form"]["properties"]["number"]["default"] == 1
    assert tools["get_weather"]["origin"].startswith("get_weather.py:")
    assert {name for name, tool in tools.items() if tool["kind"] == "builtin"} == {
        "ask_user",
        "file_search",
    }
    assert listed["problems"] == [
        {
            "source": "workshop/broken.py",
            "error": "ZeroDivisionError: division by zero (line 1 of broken.py)",
        }
    ]
    described = document["paths"]["/api/tools/{name}/runs"]["post"]
    assert described["responses"]["200"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ToolRun"
    }


async def test_a_call_by_hand_answers_its_item_and_what_a_model_would_be_told(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop) as http:
        answer = await http.post("/api/tools/twice/runs", json={"arguments": {"number": 21}})
        by_text = await http.post("/api/tools/twice/runs", json={"arguments": '{"number": 4}'})
        by_default = await http.post("/api/tools/twice/runs", json={})
        chats = (await http.get("/api/threads")).json()["threads"]

    assert answer.status_code == 200
    run = answer.json()
    assert run["item"]["status"] == "completed"
    assert run["item"]["title"] == "Twice"
    assert run["item"]["arguments"] == '{"number": 21}'
    assert run["item"]["outputs"] == run["told"] == [{"type": "json", "value": 42}]
    assert run["item"]["duration_ms"] >= 0
    assert run["text"] == "42"
    assert [by_text.json()["text"], by_default.json()["text"]] == ["8", "2"]
    assert chats == []


async def test_a_call_by_hand_is_in_no_chat_and_what_it_saves_is_its_visitors_alone(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop) as http:
        # Asking first is for calls of a model.
        body = {"arguments": {}, "locale": "pt-BR"}
        run = (await http.post("/api/tools/report/runs", json=body)).json()
        said, file = run["told"]
        content = await http.get(said["value"]["url"])
        async with rest(http.base_url) as stranger:
            elsewhere = await stranger.get(said["value"]["url"])

    assert said["value"]["thread"] == ""
    assert said["value"]["files"] == []
    assert said["value"]["locale"] == "pt-BR"
    assert (file["type"], file["name"], content.text) == ("file", "kept.txt", "kept")
    assert run["text"].endswith("[Shown to the user: kept.txt (4 bytes)]")
    assert elsewhere.status_code == 404


async def test_a_function_that_asks_is_called_again_with_the_answers(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop) as http:

        async def run(*answers: dict[str, Any]) -> dict[str, Any]:
            answer = await http.post("/api/tools/book/runs", json={"answers": answers})
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        seat = {"question": "Which seat?", "decision": "answer", "answer": {"answer": "7A"}}
        yes = {"question": "Book 7A?", "decision": "allow"}
        no = {"question": "Book 7A?", "decision": "deny", "reason": "By the window."}
        first, second = await run(), await run(seat)
        booked, denied = await run(seat, yes), await run(seat, no)
        mixed = await run(yes)
        wrong = await http.post("/api/tools/book/runs", json={"answers": [{**seat, "answer": "{"}]})

    assert first["item"]["status"] == "awaiting_approval"
    assert first["item"]["required_action"]["message"] == "Which seat?"
    assert (first["told"], first["text"]) == (None, None)
    assert second["item"]["required_action"]["message"] == "Book 7A?"
    assert second["item"]["required_action"]["earlier"][0]["resolution"]["answer"] == seat["answer"]
    assert (booked["item"]["status"], booked["text"]) == ("completed", "Booked 7A.")
    assert denied["item"]["status"] == "failed"
    assert "By the window." in denied["text"]
    assert "It asked 'Book 7A?' before" in mixed["item"]["error"]
    assert wrong.status_code == 400
    assert wrong.json()["error"]["field"] == "answers"


async def test_a_call_that_fails_says_why_as_it_says_it_to_a_model(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop) as http:

        async def errors(name: str, arguments: Any = None) -> tuple[str, str]:
            answer = await http.post(f"/api/tools/{name}/runs", json={"arguments": arguments or {}})
            run = answer.json()
            assert run["item"]["status"] == "failed"
            return run["item"]["error"], run["text"]

        refused, told = await errors("refuse")
        assert refused == "There is nothing to do."
        assert json.loads(told)["error"]["message"] == refused
        assert "valid integer" in (await errors("twice", {"number": "many"}))[0]
        assert "not valid JSON" in (await errors("twice", "{"))[0]
        assert "took longer than 0.05 s" in (await errors("slow"))[0]
        assert "more than the limit" in (await errors("much"))[0]
        assert "at least 1 character" in (await errors("ask_user", {"question": ""}))[0]


async def test_the_question_of_a_model_is_answered_by_hand(tmp_path: Path, workshop: Path) -> None:
    async with bench(tmp_path, workshop) as http:

        async def ask(*answers: dict[str, Any]) -> dict[str, Any]:
            body = {"arguments": {"question": "Who?"}, "answers": answers}
            answer = await http.post("/api/tools/ask_user/runs", json=body)
            item: dict[str, Any] = answer.json()["item"]
            return item

        asked = await ask()
        assert asked["status"] == "awaiting_approval"
        assert asked["required_action"]["message"] == "Who?"
        given = {"question": "Who?", "decision": "answer", "answer": {"answer": "Ada"}}
        answered = await ask(given)
        assert answered["status"] == "completed"
        assert answered["outputs"] == [{"type": "json", "value": {"answer": "Ada"}}]
        assert (await ask({"question": "Who?", "decision": "skip"}))["status"] == "failed"


async def test_a_tool_that_is_unknown_broken_or_not_to_be_had_is_refused_in_a_sentence(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop) as http:
        unknown = await http.post("/api/tools/broken/runs", json={})
        invalid = await http.post("/api/tools/twice/runs", json={"arguments": [1]})
        foreign = await http.post(
            "/api/tools/twice/runs", json={}, headers={"Origin": "https://evil.example"}
        )

    assert unknown.status_code == 404
    error = unknown.json()["error"]
    assert error["code"] == "unknown_tool"
    assert error["message"].startswith(
        "There is no tool 'broken'. There are: ask_user, book, chart_csv"
    )
    assert "workshop/broken.py is left out: ZeroDivisionError" in error["message"]
    assert invalid.status_code == 400
    assert foreign.status_code == 403

    (tmp_path / "file").touch()
    off = {"code_interpreter_dir": tmp_path / "file" / "folder", "code_interpreter": "auto"}
    async with bench(tmp_path, workshop, **off) as http:
        preparing = await http.post("/api/tools/code_interpreter/runs", json={})
        assert preparing.status_code == 409
        assert preparing.json()["error"]["code"] == "tool_unavailable"


async def test_progress_is_told_line_by_line_and_a_client_that_goes_stops_the_call(
    tmp_path: Path, workshop: Path
) -> None:
    async def stopped() -> bool | None:
        return (workshop / "stopped").exists() or None

    async with bench(tmp_path, workshop) as http:
        body = {"stream": True}
        async with http.stream("POST", "/api/tools/wait/runs", json=body) as answer:
            assert answer.headers["content-type"] == "application/x-ndjson"
            states: list[dict[str, Any]] = []
            async for line in answer.aiter_lines():
                states.append(json.loads(line))
                if states[-1]["item"]["progress"] is not None:
                    break
            assert not (workshop / "stopped").exists()
        await poll(stopped, within_s=PATIENCE_S, first_pause_s=0.01, longest_pause_s=0.1)

    assert states[-1]["item"]["status"] == "running"
    assert states[-1]["item"]["progress"] == {"fraction": 0.5, "message": "Halfway"}
    assert states[-1]["told"] is None


async def test_what_a_call_by_hand_made_is_kept_for_a_day(tmp_path: Path, workshop: Path) -> None:
    async with bench(tmp_path, workshop, access_token=TOKEN) as http:
        http.headers.update(KNOWN)
        urls = []
        for _ in range(2):
            run = (await http.post("/api/tools/report/runs", json={})).json()
            urls.append(run["told"][0]["value"]["url"])
    with stored(tmp_path) as rows:
        old = text("UPDATE files SET created_at = created_at - 90000 WHERE id = :id")
        rows.execute(old, {"id": urls[0].split("/")[3]})
    async with bench(tmp_path, workshop, access_token=TOKEN) as http:
        http.headers.update(KNOWN)

        async def gone() -> bool | None:
            return (await http.get(urls[0])).status_code == 404 or None

        await poll(gone, within_s=PATIENCE_S, first_pause_s=0.05, longest_pause_s=0.2)
        assert (await http.get(urls[1])).is_success


async def test_code_by_hand_runs_in_a_sandbox_that_is_its_visitors_own(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop, **LIMITS) as http, rest(http.base_url) as stranger:
        await settled(str(http.base_url))

        async def run(visitor: httpx2.AsyncClient, code: str) -> dict[str, Any]:
            body = {"arguments": {"code": code}}
            answer = await visitor.post("/api/tools/code_interpreter/runs", json=body)
            return dict(answer.json())

        made = await run(http, "n = 6 * 7; open('n.txt', 'w').write(str(n)); print(n)")
        again = await run(http, "print(n + 1)")
        elsewhere = await run(stranger, "print(n)")

    assert made["item"]["type"] == "code_interpreter_call"
    assert made["item"]["code"].startswith("n = 6 * 7")
    assert made["text"] == "42\n[Shown to the user: n.txt (2 bytes)]"
    assert again["text"] == "43"
    assert elsewhere["item"]["status"] == "failed"
    assert "NameError" in elsewhere["text"]


async def test_the_calls_of_all_chats_of_a_visitor_are_listed_newest_first(
    tmp_path: Path, workshop: Path
) -> None:
    async with running(tmp_path, DemoUpstream(0), functions_dir=workshop) as server:

        async def chat(socket: ScriptSocket, *texts: str) -> str:
            for text in texts:
                await socket.say(text, id=text)
                await socket.until_run_ends()
            return socket.transcript.present_thread.id

        async with server.socket() as socket:
            first = await chat(socket, "twice number=1", "twice number=2", "refuse")
            cookie = {"Cookie": socket.cookie}
        async with server.socket(cookie=socket.cookie) as socket:
            second = await chat(socket, "twice number=3", "slow")
        async with server.socket() as stranger:
            await chat(stranger, "twice number=4")

        async with rest(server.url, headers=cookie) as http:

            async def listed(name: str, **query: str) -> dict[str, Any]:
                answer = await http.get(f"/api/tools/{name}/calls", params=query)
                return dict(answer.json())

            await http.post("/api/tools/twice/runs", json={"arguments": {"number": 5}})
            page = await listed("twice", limit="2")
            rest_of_it = await listed("twice", limit="2", cursor=page["next_cursor"])
            [refused] = (await listed("refuse"))["calls"]
            nonsense = await http.get("/api/tools/twice/calls?cursor=x")
            await http.delete(f"/api/threads/{second}")
            left = await listed("twice")
            unknown = await listed("nobody")

    calls = [*page["calls"], *rest_of_it["calls"]]
    assert [json.loads(call["arguments"])["number"] for call in calls] == [3, 2, 1]
    assert [call["thread_id"] for call in calls] == [second, first, first]
    assert calls[0]["status"] == "completed"
    assert calls[0]["title"] == "Twice: 3"
    assert calls[0]["duration_ms"] >= 0
    assert calls[0]["created_at"] > calls[1]["created_at"]
    assert rest_of_it["next_cursor"] is None
    assert (refused["status"], refused["error"]) == ("failed", "There is nothing to do.")
    assert nonsense.status_code == 400
    assert len(left["calls"]) == 2
    assert unknown == {"calls": [], "next_cursor": None}


async def test_more_calls_by_hand_than_the_server_makes_at_a_time_are_refused(
    tmp_path: Path, workshop: Path
) -> None:
    async with bench(tmp_path, workshop) as http, AsyncExitStack() as calls:
        body, lines = {"stream": True}, list[AsyncIterator[str]]()
        for _ in range(MAX_AT_ONCE):
            answer = await calls.enter_async_context(
                http.stream("POST", "/api/tools/wait/runs", json=body)
            )
            # One that nobody holds any more closes its connection.
            lines.append(answer.aiter_lines())
            assert await anext(lines[-1])
        refused = await http.post("/api/tools/twice/runs", json={})
        await calls.aclose()
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "too_many_runs"

        async def made() -> bool | None:
            answer = await http.post("/api/tools/twice/runs", json={})
            return answer.status_code == 200 or None

        await poll(made, within_s=PATIENCE_S, first_pause_s=0.01, longest_pause_s=0.1)


async def test_a_burst_of_calls_by_hand_does_not_get_past_their_limit(
    tmp_path: Path, workshop: Path
) -> None:
    request = (
        b"POST /api/tools/wait/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nContent-Length: 15\r\n\r\n" + b'{"stream":true}'
    )
    async with bench(tmp_path, workshop) as http, AsyncExitStack() as calls:
        host, port = http.base_url.host, http.base_url.port
        streams = []
        for _ in range(MAX_AT_ONCE + 8):
            reader, writer = await asyncio.open_connection(host, port)
            calls.callback(writer.transport.abort)
            streams.append((reader, writer))
        # All at once: nothing is awaited between one and the next.
        for _, writer in streams:
            writer.write(request)
        async with asyncio.timeout(PATIENCE_S):
            heads = [await reader.readline() for reader, _ in streams]
    assert heads.count(b"HTTP/1.1 200 OK\r\n") == MAX_AT_ONCE
    assert heads.count(b"HTTP/1.1 503 Service Unavailable\r\n") == 8


async def test_an_access_token_guards_calls_by_hand(tmp_path: Path, workshop: Path) -> None:
    async with bench(tmp_path, workshop, access_token=TOKEN) as http:
        stranger = await http.post("/api/tools/twice/runs", json={})
        known = await http.post("/api/tools/twice/runs", json={}, headers=KNOWN)
    assert (stranger.status_code, known.status_code) == (401, 200)
