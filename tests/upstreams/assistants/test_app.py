"""The whole app over a server of the Assistants API: socket, runs, tools, store and threads there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.events import ItemDone
from backend.domain.items import AssistantMessage, FunctionCall, Run
from backend.websocket.messages import Ack, Snapshot
from tests.functions_readme import examples, offered
from tests.rest import rest
from tests.running import Running, ScriptSocket
from tests.serving import serve
from tests.upstreams.assistants.objects import assistant_object
from tests.upstreams.assistants.runs import Call, End, Expire, Round, Say, Wait
from tests.upstreams.assistants.server import AssistantsServer, assistants_server
from tests.upstreams.driving import KEY

WEATHER: list[Round] = [
    (Call("get_weather", location="Oslo", dates=[]),),
    (Say("It is cold in Oslo."),),
]


def with_weather(server: AssistantsServer) -> None:
    weather = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}
    server.assistants["asst_1"] = assistant_object("asst_1", name="Ada", tools=[weather])


@dataclass
class Chat:
    """The app with its real choice of upstreams, and the server behind it."""

    app: Running
    http: httpx2.AsyncClient
    server: AssistantsServer

    async def use(self, upstream: str) -> None:
        body = {"upstream": upstream, "base_url": self.server.base_url}
        (await self.http.put("/api/setup/upstream", json=body)).raise_for_status()


@asynccontextmanager
async def chat(folder: Path, *script: list[Round], **changes: Any) -> AsyncIterator[Chat]:
    async with assistants_server(script, key=KEY) as server:
        with_weather(server)
        env = folder / ".env"
        env.write_text(
            f"UPSTREAM=assistants\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
            "ASSISTANT_ID=asst_1\n"
        )
        values = {"weather_source": "sample", "demo_deltas_per_s": 0.0} | changes
        app = create_app(
            Configuration(env, data_dir=folder / "data", code_interpreter="off", **values)
        )
        async with serve(app) as url, rest(url) as http:
            yield Chat(Running(url), http, server)


async def ask(socket: ScriptSocket, text: str) -> Run:
    """Send a message, and wait for the end of its run."""
    command_id = f"cmd {text}"
    await socket.say(text, id=command_id)
    while (ack := await socket.until(Ack)).id != command_id:
        """The answer to an earlier command, which may come after what it did."""
    return await socket.until_ended(ack)


async def test_a_second_message_adds_only_itself_and_a_switch_in_between_replays(
    tmp_path: Path,
) -> None:
    async with chat(tmp_path, WEATHER) as here, here.app.socket() as socket:
        run = await ask(socket, "How is Oslo?")
        assert (run.status, run.upstream, run.error) == ("completed", "assistants", None)
        _, call, answer = socket.transcript.items
        assert isinstance(call, FunctionCall)
        assert isinstance(answer, AssistantMessage)
        assert json.loads(call.arguments) == {"location": "Oslo", "dates": []}
        assert call.status == "completed"
        assert answer.text == "It is cold in Oslo."

        here.server.requests.clear()
        assert (await ask(socket, "Thanks!")).status == "completed"
        first = here.server.threads["thread_1"]
        assert [place for place in here.server.asked if place.startswith("POST")] == [
            "POST /threads/thread_1/messages",
            "POST /threads/thread_1/runs",
        ]
        assert first.texts == [
            ("user", "How is Oslo?"),
            ("assistant", "It is cold in Oslo."),
            ("user", "Thanks!"),
            ("assistant", "You said: Thanks!"),
        ]

        await here.use("demo")
        assert (await ask(socket, "hello")).upstream == "demo"
        await here.use("assistants")
        assert (await ask(socket, "Still there?")).status == "completed"
        assert len(first.texts) == 4
        second = here.server.threads["thread_2"].texts
        assert [text for role, text in second if role == "user"] == [
            "How is Oslo?",
            "Thanks!",
            "hello",
            "Still there?",
        ]
        assert second[1][1].startswith("(The assistant called: get_weather(")
        assert second[1][1].endswith("It is cold in Oslo.")


async def test_a_chat_has_a_model_for_its_runs_and_one_that_is_gone_is_replaced(
    tmp_path: Path,
) -> None:
    async with chat(tmp_path) as here, here.app.socket() as socket:
        here.server.lacks = {"gpt-gone"}
        own = here.server.assistants["asst_1"]["model"]
        assert (await ask(socket, "one")).model == own
        path = f"/api/threads/{socket.transcript.thread.id}"  # type: ignore[union-attr]
        async with socket.rest() as http:
            (await http.patch(path, json={"model": "gpt-5"})).raise_for_status()
            assert (await ask(socket, "two")).model == "gpt-5"
            (await http.patch(path, json={"model": "gpt-gone"})).raise_for_status()
        run = await ask(socket, "three")
        assert (run.status, run.model, run.error) == ("completed", own, None)
        assert "gpt-gone, is not there" in run.notes[0]
        assert (await ask(socket, "four")).notes == ()
        sent = [
            body.get("model") for place, body in here.server.requests if place.endswith("/runs")
        ]
        # What the first thread holds by then is not known, so another one goes on.
        assert sent == [None, "gpt-5", "gpt-gone", None, None]
        said = [text for role, text in here.server.threads["thread_2"].texts if role == "user"]
        assert said == ["one", "two", "three", "four"]


async def test_a_server_that_answers_with_plain_text_in_messages_takes_a_second_one(
    tmp_path: Path,
) -> None:
    async with chat(tmp_path) as here, here.app.socket() as socket:
        here.server.content_is_text = True
        await ask(socket, "Hello.")
        run = await ask(socket, "Thanks!")
        assert (run.status, run.error) == ("completed", None)
        assert list(here.server.threads) == ["thread_1"]


async def test_a_key_is_checked_at_the_api_that_auto_finds_where_no_models_are_listed(
    tmp_path: Path,
) -> None:
    async with chat(tmp_path) as here:
        here.server.lists_models = False
        await here.use("auto")
        taken = await here.http.put("/api/setup/api-key", json={"api_key": KEY})
        assert taken.status_code == 200, taken.text
        refused = await here.http.put("/api/setup/api-key", json={"api_key": "sk-another-key"})
        assert refused.json()["error"]["code"] == "upstream_auth"


async def test_outputs_reach_the_model_as_the_tool_gave_them(tmp_path: Path) -> None:
    async with chat(tmp_path, WEATHER) as here, here.app.socket() as socket:
        await ask(socket, "How is Oslo?")
        (sent,) = [body for place, body in here.server.requests if place.endswith("outputs")]
        (output,) = sent["tool_outputs"]
        call = next(item for item in socket.transcript.items if isinstance(item, FunctionCall))
        assert json.loads(output["output"]) == call.output


async def test_a_tools_picture_is_named_to_a_model_that_cannot_be_shown_it(tmp_path: Path) -> None:
    drawing: list[Round] = [(Call("draw_bars", heights=[1]),), (Say("A bar."),)]
    with offered(tmp_path / "more", draw_bars=examples()["draw_bars.py"]):
        async with chat(tmp_path, drawing) as here, here.app.socket() as socket:
            function = {"name": "draw_bars", "parameters": {}}
            tools = [{"type": "function", "function": function}]
            here.server.assistants["asst_1"] = assistant_object("asst_1", name="Ada", tools=tools)
            assert (await ask(socket, "Draw a bar.")).status == "completed"
            (sent,) = [body for place, body in here.server.requests if place.endswith("outputs")]
            assert "[Shown to the user: bars.png (" in sent["tool_outputs"][0]["output"]


async def test_a_run_that_expired_during_its_tools_goes_on_and_so_does_the_chat(
    tmp_path: Path,
) -> None:
    expiring: list[Round] = [(Call("get_weather", location="Oslo", dates=[]), Expire())]
    async with chat(tmp_path, expiring, [(Say("Cold."),)]) as here, here.app.socket() as socket:
        assert (await ask(socket, "How is Oslo?")).status == "completed"
        assert (await ask(socket, "Thanks!")).status == "completed"
        assert list(here.server.threads) == ["thread_1", "thread_2"]
        assert here.server.threads["thread_2"].texts[-2:] == [
            ("user", "Thanks!"),
            ("assistant", "You said: Thanks!"),
        ]


async def test_stopping_stops_the_remote_run_and_the_next_message_goes_through(
    tmp_path: Path,
) -> None:
    thinking: list[Round] = [(Say("Let me think."), Wait(), Say("Never said."))]
    async with chat(tmp_path, thinking) as here, here.app.socket() as socket:
        await socket.say("Think.")
        ack = await socket.until(Ack)
        while not any(isinstance(item, AssistantMessage) for item in socket.transcript.items):
            await socket.next()
        await socket.until(ItemDone)
        await socket.send(type="run.cancel", id="stop", run_id=ack.run_id)
        assert (await socket.until_ended(ack)).status == "cancelled"
        await here.server.until_asked("POST /threads/thread_1/runs/run_1/cancel")
        assert (await ask(socket, "And now?")).status == "completed"
        assert here.server.threads["thread_2"].texts[:3] == [
            ("user", "Think."),
            ("assistant", "Let me think."),
            ("user", "And now?"),
        ]


async def test_a_branch_is_a_remote_thread_of_its_own_with_the_history_before_it(
    tmp_path: Path,
) -> None:
    async with chat(tmp_path, WEATHER) as here, here.app.socket() as socket:
        await ask(socket, "How is Oslo?")
        await ask(socket, "Thanks!")
        question, _, cold, thanks, _ = socket.transcript.items
        remote = here.server.threads
        # Another second message.
        await socket.send(type="message.edit", id="e1", item_id=thanks.id, text="And Lima?")
        await socket.until_ended(await socket.until(Ack))
        assert [role for role, _ in remote["thread_2"].texts] == ["user", "assistant"] * 2
        assert remote["thread_2"].texts[2] == ("user", "And Lima?")
        # The branch goes on in its remote thread.
        await ask(socket, "Good.")
        assert remote["thread_2"].texts[-2] == ("user", "Good.")
        # The first message once more, and another one in its place.
        run_id = next(reversed(socket.transcript.runs))
        await socket.send(type="run.retry", id="r", run_id=run_id)
        await socket.until_ended(await socket.until(Ack))
        assert [text for role, text in remote["thread_3"].texts if role == "user"] == [
            "How is Oslo?", "And Lima?", "Good.",
        ]  # fmt: skip
        await socket.send(type="message.edit", id="e2", item_id=question.id, text="Hello")
        await socket.until_ended(await socket.until(Ack))
        assert remote["thread_4"].texts == [("user", "Hello"), ("assistant", "You said: Hello")]
        # Back on the first branch, nothing that was said elsewhere is known.
        await socket.send(type="thread.switch", id="s", head_id=cold.id)
        await socket.until(Snapshot)
        await ask(socket, "Still cold?")
        said = [text for role, text in remote["thread_5"].texts if role == "user"]
        assert said[0] == "How is Oslo?"
        assert said[-1] == "Still cold?"
        assert "Hello" not in said


async def test_a_retry_tells_a_new_remote_thread_what_the_tools_said(tmp_path: Path) -> None:
    failing: list[Round] = [
        (Call("get_weather", location="Oslo", dates=[]),),
        (Say("It is"), End("failed", {"last_error": {"code": "server_error", "message": "x"}})),
    ]
    async with chat(tmp_path, failing, [(Say("Cold."),)]) as here, here.app.socket() as socket:
        assert (await ask(socket, "How is Oslo?")).status == "failed"
        kept = socket.transcript.items[:2]
        run_id = next(reversed(socket.transcript.runs))
        await socket.send(type="run.retry", id="r", run_id=run_id)
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
        assert socket.transcript.items[:2] == kept
        assert [getattr(item, "text", "") for item in socket.transcript.items[2:]] == ["Cold."]
        told = here.server.threads["thread_2"].texts
        assert told[0] == ("user", "How is Oslo?")
        assert told[1][1].startswith("(The assistant called: get_weather(")
        assert len([place for place in here.server.asked if place.endswith("outputs")]) == 1


async def test_the_first_message_edited_after_a_failure_begins_a_new_remote_thread(
    tmp_path: Path,
) -> None:
    failing: list[Round] = [(End("failed", {"last_error": {"code": "server_error"}}),)]
    async with chat(tmp_path, failing) as here, here.app.socket() as socket:
        assert (await ask(socket, "Helo")).status == "failed"
        first = socket.transcript.items[0]
        await socket.send(type="message.edit", id="e", item_id=first.id, text="Hello")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
        assert here.server.threads["thread_2"].texts[0] == ("user", "Hello")
