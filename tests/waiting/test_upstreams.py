"""Each upstream goes on with a run that waited while its server was killed."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from backend.domain.items import AssistantMessage
from backend.websocket.messages import Ack, Snapshot
from tests.ports import free_port
from tests.rest import rest
from tests.running import Running
from tests.runs.mortal import mortal_server
from tests.runs.survival import save_assistant
from tests.runs.worlds import ANSWER, TOOLS, WORLDS
from tests.upstreams.assistants.objects import assistant_object
from tests.upstreams.assistants.runs import Call, Expire, Round, Say
from tests.upstreams.assistants.server import assistants_server
from tests.upstreams.driving import KEY
from tests.waiting.asking import decided, resolve, until, until_parked, waiting


@asynccontextmanager
async def expiring_assistants() -> AsyncIterator[tuple[dict[str, str], str]]:
    """A remote run that has expired before anybody answers."""
    first = (Call("look", place="Oslo"), Call("book", place="Lima"), Expire())
    async with assistants_server([[first], [(Say(ANSWER),)]], key=KEY) as server:
        tools = [{"type": "function", "function": {"name": n, "parameters": {}}} for n in TOOLS]
        server.assistants["asst_1"] = assistant_object("asst_1", tools=tools)
        yield (
            {
                "UPSTREAM": "assistants",
                "OPENAI_API_KEY": KEY,
                "OPENAI_BASE_URL": server.base_url,
                "ASSISTANT_ID": "asst_1",
                "UPSTREAM_STALL_TIMEOUT_S": "5",
            },
            "Look at Oslo and book in Lima.",
        )


ALL = {name: world for name, world in WORLDS.items() if name != "demo"}
ALL["assistants-expired"] = expiring_assistants


@pytest.mark.parametrize("world", ALL)
async def test_a_killed_server_is_answered_by_the_next_one(tmp_path: Path, world: str) -> None:
    port = free_port()
    async with ALL[world]() as (settings, text):
        async with mortal_server(tmp_path, settings, port) as first:
            await first.started()
            if "ASSISTANT_ID" in settings and settings["UPSTREAM"] != "assistants":
                save_assistant(tmp_path)
            async with rest(first.url) as http:
                body = {"approval": "ask"}
                (await http.put("/api/functions/book/approval", json=body)).raise_for_status()
            async with Running(first.url).socket() as socket:
                await socket.say(text)
                await until_parked(socket)
                [call] = waiting(socket)
                await first.end(signal.SIGKILL)
        thread_id = str(socket.transcript.present_thread.id)
        async with mortal_server(tmp_path, settings, port) as second:
            await second.started()
            running = Running(second.url)
            async with running.socket(cookie=socket.cookie, thread_id=thread_id) as again:
                await again.until(Snapshot)
                assert again.transcript.items == socket.transcript.items
                assert isinstance(await resolve(again, call), Ack)
                await again.until_idle()
            await second.end(signal.SIGTERM)
    [run] = again.transcript.runs.values()
    assert run.status == "completed", run
    assert (tmp_path / "calls.txt").read_text().count("book Lima") == 1
    last = again.transcript.items[-1]
    assert isinstance(last, AssistantMessage)
    assert "Lima" in last.text
    assert decided(again, call).decision == "allow"


@pytest.mark.parametrize("ends", ["stop", "edit"])
async def test_a_stop_of_what_waits_stops_the_run_at_the_upstream(
    tmp_path: Path, ends: str
) -> None:
    rounds: list[Round] = [(Call("book_asking", place="Lima"),), (Say("Hello."),)]
    async with assistants_server([rounds, [(Say("Hello."),)]], key=KEY) as remote:
        tools = [{"type": "function", "function": {"name": "book_asking", "parameters": {}}}]
        remote.assistants["asst_1"] = assistant_object("asst_1", tools=tools)
        settings = {
            "UPSTREAM": "assistants",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": remote.base_url,
            "ASSISTANT_ID": "asst_1",
        }
        async with mortal_server(tmp_path, settings, free_port()) as server:
            await server.started()
            async with Running(server.url).socket() as socket:
                await socket.say("Book.")
                run = await until_parked(socket)
                [thread] = remote.threads.values()
                [player] = thread.players
                assert player.run["status"] == "requires_action"
                if ends == "stop":
                    await socket.send(type="run.cancel", id="stop", run_id=run.id)
                else:
                    first = socket.transcript.items[0].id
                    await socket.send(type="message.edit", id="e", item_id=first, text="Hello")
                await socket.until_run_ends()
            await server.end(signal.SIGTERM)
        assert player.run["status"] == "cancelled"


async def test_a_demo_question_is_asked_and_answered(tmp_path: Path) -> None:
    port = free_port()
    settings = {"UPSTREAM": "demo", "DEMO_DELTAS_PER_S": "0"}
    async with mortal_server(tmp_path, settings, port) as server:
        await server.started()
        async with Running(server.url).socket() as socket:
            await socket.say("Ask me something")
            await until_parked(socket)
            [question] = waiting(socket)
            answer = {"where": "Lima", "how": "by ship"}
            assert isinstance(
                await resolve(socket, question, decision="answer", arguments=answer), Ack
            )
            await socket.until_idle()
            last = socket.transcript.items[-1]
            assert isinstance(last, AssistantMessage)
            assert '- where: `"Lima"`' in last.text
            await socket.say("Save a note: milk; bread", id="notes")
            await until(socket, lambda: len(waiting(socket)) == 2)
            await until_parked(socket)
            assert isinstance(await resolve(socket, *waiting(socket)), Ack)
            await socket.until_idle()
            assert [item.status for item in socket.transcript.items[-3:]] == ["completed"] * 3
        await server.end(signal.SIGTERM)
