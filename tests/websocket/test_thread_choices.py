"""The model and the instructions of a thread, which go before and after those of its assistant."""

from pathlib import Path

from backend.cli.client import ChatClient
from backend.domain.errors import UpstreamNotFound, UpstreamUnreachable
from backend.domain.events import MAX_INSTRUCTIONS, Thread
from backend.openai_client.reasons import MODEL_MISSING_CODE
from backend.upstreams.demo import DemoUpstream
from backend.upstreams.prompt.instructions import instructions
from backend.websocket.messages import Error
from tests.http.answers import problem
from tests.running import ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, message
from tests.websocket.test_assistants import OTTO, made, scripted


def thread_of(socket: ScriptSocket) -> Thread:
    assert socket.transcript.thread is not None
    return socket.transcript.thread


def gone() -> UpstreamNotFound:
    return UpstreamNotFound("There is no such model.", code=MODEL_MISSING_CODE)


async def test_they_are_kept_with_the_thread_and_count_for_each_run(tmp_path: Path) -> None:
    upstream = scripted(4)
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        otto = await made(server, OTTO)
        wishes = {"assistant_id": otto, "model": " m-9 ", "instructions": "Be brief."}
        await socket.say("one", id="1", **wishes)
        assert (await socket.until_run_ends()).run.model == "m-9"
        await socket.say("two", id="2")
        run = (await socket.until_run_ends()).run
        assert (run.model, thread_of(socket).model) == ("m-9", "m-9")

        async with socket.rest() as http:
            path = f"/api/threads/{run.thread_id}"
            read = (await http.get(path)).json()
            assert (read["model"], read["instructions"]) == ("m-9", "Be brief.")
            markdown = (await http.get(f"{path}/export")).text
            assert "## Instructions\n\nBe brief.\n\n## User" in markdown
            exported = (await http.get(f"{path}/export?format=json")).content
            headers = {"Content-Type": "application/json"}
            copy = await http.post("/api/threads", content=exported, headers=headers)
            copied = (await http.get(f"/api/threads/{copy.json()['id']}")).json()
            assert (copied["model"], copied["instructions"]) == ("m-9", "Be brief.")
            listed = (await http.get("/api/threads")).json()["threads"]
            assert {each["model"] for each in listed} == {"m-9"}

            changed = await http.patch(path, json={"model": "", "instructions": "In rhymes."})
            assert (changed.json()["model"], changed.json()["instructions"]) == (None, "In rhymes.")
            long = await http.patch(path, json={"instructions": "x" * (MAX_INSTRUCTIONS + 1)})
            assert problem(long, 400).field == "instructions"
        await socket.say("three", id="3", instructions="x" * (MAX_INSTRUCTIONS + 1))
        assert "instructions" in (await socket.until(Error)).message
        await socket.say("three", id="3")
        assert (await socket.until_run_ends()).run.model == "m-1"
        assert thread_of(socket).instructions == "In rhymes."
    asked = [session.request for session in upstream.sessions]
    assert [each.assistant.model for each in asked] == ["m-9", "m-9", "m-1"]
    assert [each.model for each in asked] == ["m-9", "m-9", None]
    assert instructions(asked[0]).startswith("Be kind.\n\nBe brief.\n\nFor the user it is now")
    assert instructions(asked[2]).startswith("Be kind.\n\nIn rhymes.\n\n")

    async with (
        running(tmp_path, upstream, serve_port=int(server.url.rpartition(":")[2])) as server,
        server.socket(cookie=socket.cookie, thread_id=run.thread_id) as socket,
    ):
        await socket.say("four", id="4", instructions="")
        await socket.until_run_ends()
        assert thread_of(socket).instructions == ""
    assert instructions(upstream.sessions[-1].request).startswith("Be kind.\n\nFor the user")


async def test_where_the_model_is_gone_the_assistants_own_answers_and_the_run_says_so(
    tmp_path: Path,
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([gone()])
    upstream.script([*message("here I am"), COMPLETED])
    upstream.script([*message("and again"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        otto = await made(server, OTTO)
        await socket.say("one", id="1", assistant_id=otto, model="m-9")
        run = (await socket.until_run_ends()).run
        assert (run.status, run.model, thread_of(socket).model) == ("completed", "m-1", None)
        [note] = run.notes
        assert "m-9, is not there. The assistant’s own, m-1, answers" in note
        await socket.say("two", id="2")
        assert (await socket.until_run_ends()).run.notes == ()
    asked = [session.request.assistant.model for session in upstream.sessions]
    assert asked == ["m-9", "m-1", "m-1"]


async def test_a_run_fails_where_no_model_is_there_or_the_server_is_not(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([gone()])
    upstream.script([gone()])
    upstream.script([UpstreamUnreachable("Nobody is there.")])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        otto = await made(server, OTTO)
        await socket.say("one", id="1", assistant_id=otto, model="m-9")
        run = (await socket.until_run_ends()).run
        assert run.error is not None
        assert run.error.code == MODEL_MISSING_CODE
        await socket.say("two", id="2", model="m-9")
        assert (await socket.until_run_ends()).run.status == "failed"
        assert thread_of(socket).model == "m-9", "it may be there"


async def test_a_script_chooses_them_and_the_demo_says_what_it_has_no_use_for(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, DemoUpstream(0)) as server, ChatClient(server.url) as chat:
        run = await chat.ask("What can you do?", model="gpt-5", instructions="In rhymes.")
        assert (run.status, run.model) == ("completed", "demo")
        assert [note.split(":")[0] for note in run.notes] == [
            "The model that was chosen for this chat, gpt-5, is not there. The assistant’s own, demo, "
            "answers from now on.",
            "The demo has no use for this chat’s instructions",
        ]
