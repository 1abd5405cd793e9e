"""What readers think of answers: told to every tab, kept with the run, and exported for who runs the
server."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from backend.domain.events import ItemDelta, RunRated
from backend.domain.feedback import MAX_COMMENT
from backend.domain.usage import Usage
from backend.store.schema import deltas
from backend.upstreams.events import RunEnded
from backend.websocket.messages import Ack, Snapshot
from tests.http.answers import problem
from tests.reducer import browser_states
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, calls, message, partial_message
from tests.stored import stored

OSLO = '{"location": "Oslo", "dates": []}'
GOOD = {"rating": "up", "comment": " Just so. "}


def scripted(answers: int) -> ScriptedUpstream:
    upstream = ScriptedUpstream()
    for number in range(1, answers + 1):
        upstream.script([*message(f"Answer {number}."), COMPLETED])
    return upstream


async def asked(socket: ScriptSocket, text: str) -> str:
    """Returns the path of the feedback on the answer."""
    await socket.say(text, id=f"cmd {text}")
    run = await socket.until_ended(await socket.until(Ack))
    assert run.status == "completed"
    return f"/api/threads/{run.thread_id}/runs/{run.id}/feedback"


async def exported(server: Running) -> list[dict[str, Any]]:
    async with rest(server.url) as operator:
        answer = await operator.get("/api/feedback")
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        return [json.loads(line) for line in answer.text.splitlines()]


async def test_every_tab_hears_of_it_and_of_its_change_and_that_it_was_taken_back(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, scripted(1)) as server, server.socket() as socket:
        path = await asked(socket, "one")
        [run_id] = socket.transcript.runs
        thread_id = socket.transcript.runs[run_id].thread_id
        async with (
            socket.rest() as http,
            server.socket(cookie=socket.cookie, thread_id=thread_id) as other,
        ):
            await other.until(Snapshot)
            given = (await http.put(path, json=GOOD)).json()
            assert (given["rating"], given["comment"]) == ("up", "Just so.")
            for tab in (socket, other):
                told = (await tab.until(RunRated)).feedback
                assert told is not None
                assert told.model_dump() == given
                assert tab.transcript.runs[run_id].feedback == told

            await http.put(path, json={"rating": "down"})
            changed = (await other.until(RunRated)).feedback
            assert changed is not None
            assert (changed.rating, changed.comment) == ("down", "")

            assert (await http.delete(path)).status_code == 204
            assert (await other.until(RunRated)).feedback is None
            assert await exported(server) == []
            frames = [each.model_dump_json() for each in other.received]
        [state] = await browser_states([frames])
        assert [run["feedback"] for run in state["runs"]] == [None]


async def test_it_survives_a_restart_and_is_part_of_the_exported_thread(tmp_path: Path) -> None:
    async with running(tmp_path, scripted(1)) as server, server.socket() as socket:
        path = await asked(socket, "one")
        async with socket.rest() as http:
            given = (await http.put(path, json=GOOD)).json()
        cookie, [run] = socket.cookie, socket.transcript.runs.values()
    port = int(server.url.rpartition(":")[2])
    async with (
        running(tmp_path, scripted(0), serve_port=port) as server,
        server.socket(cookie=cookie, thread_id=run.thread_id) as socket,
        socket.rest() as http,
    ):
        [reopened] = (await socket.until(Snapshot)).runs
        assert reopened.feedback is not None
        assert reopened.feedback.model_dump() == given
        export = await http.get(f"/api/threads/{run.thread_id}/export?format=json")
        assert export.json()["runs"][0]["feedback"] == given
        headers = {"Content-Type": "application/json"}
        copy = await http.post("/api/threads", content=export.content, headers=headers)
        again = await http.get(f"/api/threads/{copy.json()['id']}/export?format=json")
        assert again.json()["runs"][0]["feedback"] == given


async def test_all_feedback_is_exported_with_what_it_is_about(tmp_path: Path) -> None:
    upstream = ScriptedUpstream(name="scripted")
    usage = Usage(input_tokens=3, output_tokens=4, total_tokens=7)
    upstream.script(
        calls(("get_weather", OSLO)),
        [*message("Cold, ", "in Oslo."), RunEnded("completed", usage=usage)],
    )
    upstream.script([*message("Yes."), COMPLETED])
    upstream.script([*message("No."), COMPLETED])
    async with running(tmp_path, upstream) as server:
        async with rest(server.url) as http:
            assistant = {"name": "Ada", "model": "m-1", "tools": ["function:get_weather"]}
            (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
        async with server.socket() as socket, server.socket() as stranger:
            first = await asked(socket, "How is Oslo?")
            second = await asked(socket, "Is it?")
            theirs = await asked(stranger, "Mine?")
            async with socket.rest() as http, stranger.rest() as elsewhere:
                (await http.put(second, json={"rating": "up"})).raise_for_status()
                (await elsewhere.put(theirs, json={"rating": "down"})).raise_for_status()
                (
                    await http.put(first, json={"rating": "down", "comment": "Colder."})
                ).raise_for_status()
                rated = await exported(server)
                assert [(each["question"], each["answer"]) for each in rated] == [
                    ("Is it?", "Yes."),
                    ("Mine?", "No."),
                    ("How is Oslo?", "Cold, in Oslo."),
                ]
                assert rated[0]["tool_calls"] == []
                about = rated[2]
                assert about["run"]["model"] == "m-1"
                assert about["run"]["assistant_name"] == "Ada"
                assert about["run"]["usage"]["total_tokens"] == 7
                assert about["run"]["feedback"]["comment"] == "Colder."
                [call] = about["tool_calls"]
                assert (call["name"], call["status"], call["error"]) == (
                    "get_weather",
                    "completed",
                    None,
                )
                assert json.loads(call["arguments"]) == json.loads(OSLO)
                assert call["duration_ms"] >= 0

                thread = first.partition("/runs/")[0]
                (await http.delete(thread)).raise_for_status()
                assert [each["question"] for each in await exported(server)] == ["Mine?"]


async def test_more_than_a_page_of_it_is_exported_once_each(tmp_path: Path) -> None:
    async with running(tmp_path, scripted(1)) as server, server.socket() as socket:
        path = await asked(socket, "one")
        async with socket.rest() as http:
            await http.put(path, json=GOOD)
            thread = path.partition("/runs/")[0]
            content = (await http.get(f"{thread}/export?format=json")).content
            headers = {"Content-Type": "application/json"}
            # All of them were rated at the same time.
            for _ in range(60):
                (
                    await http.post("/api/threads", content=content, headers=headers)
                ).raise_for_status()
        ids = [each["run"]["id"] for each in await exported(server)]
        assert len(ids) == len(set(ids)) == 61


async def test_an_answer_on_another_branch_is_rated_too(tmp_path: Path) -> None:
    async with running(tmp_path, scripted(2)) as server, server.socket() as socket:
        path = await asked(socket, "one")
        await socket.send(
            type="message.edit", id="e", item_id=socket.transcript.items[0].id, text="two"
        )
        await socket.until_run_ends()
        async with socket.rest() as http:
            (await http.put(path, json=GOOD)).raise_for_status()
            await socket.until(RunRated)
            assert [run.feedback for run in socket.transcript.runs.values()] == [None]
            [rated] = await exported(server)
            assert (rated["question"], rated["answer"]) == ("one", "Answer 1.")


async def test_rating_an_earlier_answer_loses_nothing_of_one_that_grows(tmp_path: Path) -> None:
    upstream = scripted(1)
    gate = Gate(0)
    upstream.script([*partial_message("Half ", "an answer"), gate])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        path = await asked(socket, "one")
        thread_id = path.split("/")[3]
        await socket.say("two", id="2")
        while not socket.transcript.items[-1].model_dump_json().count("an answer"):
            await socket.next()
        async with socket.rest() as http:
            # The text is in the journal by then.
            await http.get("/api/threads", params={"query": "answer"})
            (await http.put(path, json=GOOD)).raise_for_status()
            await socket.until(RunRated)
            assert socket.transcript.active_run is not None
        growing = [run for run in socket.transcript.runs.values() if run.feedback is None]
        assert [run.status for run in growing] == ["in_progress"]
        async with rest(server.url) as http:
            unfinished = path.replace(path.split("/")[5], growing[0].id)
            answer = await http.put(unfinished, json=GOOD, headers={"Cookie": socket.cookie})
            assert problem(answer, 404).code == "not_found"
        with stored(tmp_path) as rows:
            journal = rows.scalars(select(deltas.c.body).where(deltas.c.thread_id == thread_id))
            assert "an answer" in "".join(
                ItemDelta.model_validate_json(body).delta for body in journal
            )


async def test_what_is_no_rating_or_no_answer_of_ones_own_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path, scripted(1)) as server, server.socket() as socket:
        path = await asked(socket, "one")
        async with socket.rest() as http, rest(server.url) as stranger:
            assert problem(await http.put(path, json={"rating": "five"}), 400).field == "rating"
            long = {"rating": "up", "comment": "x" * (MAX_COMMENT + 1)}
            assert problem(await http.put(path, json=long), 400).field == "comment"
            for method, body in (("PUT", GOOD), ("DELETE", None)):
                missing = f"{path.partition('/runs/')[0]}/runs/run_1/feedback"
                assert (await http.request(method, missing, json=body)).status_code == 404
                assert (await stranger.request(method, path, json=body)).status_code == 404
        assert await exported(server) == []
