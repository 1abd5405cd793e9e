import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from backend.domain.annotations import UrlCitation
from backend.domain.events import RunRated
from backend.domain.ids import new_item_id
from backend.domain.items import AssistantMessage
from backend.upstreams.events import Annotated, ItemFinished, ItemStarted, TextDelta
from backend.websocket.messages import (
    CLIENT_MESSAGE,
    SERVER_MESSAGE,
    ClientMessage,
    ServerMessage,
    Snapshot,
    protocol_schema,
)
from tests.rest import rest
from tests.running import ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message, said
from tests.waiting.asking import MILK, parked, resolve


def members(union: Any) -> set[str]:
    models: tuple[type[BaseModel], ...] = get_args(get_args(union)[0])
    return {str(model.model_fields["type"].default) for model in models}


async def send_every_command(socket: ScriptSocket, upstream: ScriptedUpstream) -> set[str]:
    """Every member of `ClientMessage`, on a thread that has had a message already."""
    await socket.send(type="ping", id="p")
    await socket.say("go", id="m")
    await socket.until_run_ends()
    run_id = next(reversed(socket.transcript.runs))
    await socket.send(type="run.cancel", id="c", run_id=run_id)
    await socket.send(type="run.cancel", id="d", run_id="run_unknown")
    while {"ack", "error"} - {frame.type for frame in socket.received[-2:]}:
        await socket.next()
    await socket.send(type="run.retry", id="r", run_id=run_id)
    await socket.until_run_ends()
    question, answer, *_ = socket.transcript.items
    await socket.send(type="message.edit", id="e", item_id=question.id, text="gone")
    await socket.until_run_ends()
    await socket.send(type="thread.switch", id="s", head_id=answer.id)
    await socket.until(Snapshot)
    assert socket.transcript.items[:2] == (question, answer)
    [asked] = await parked(upstream, socket, MILK)
    await resolve(socket, asked)
    await socket.until_run_ends()
    await rate(socket)
    return {
        *("ping", "message.send", "run.cancel", "run.retry", "message.edit", "thread.switch"),
        "action.resolve",
    }


async def rate(socket: ScriptSocket) -> None:
    """Tell what the reader thinks of the last answer, which a script does by REST."""
    thread = socket.transcript.thread
    assert thread is not None
    run_id = next(reversed(socket.transcript.runs))
    async with socket.rest() as http:
        path = f"/api/threads/{thread.id}/runs/{run_id}/feedback"
        (await http.put(path, json={"rating": "up"})).raise_for_status()
    await socket.until(RunRated)


async def test_every_member_of_both_unions_travels_and_no_other(tmp_path: Path) -> None:
    item = AssistantMessage(id=new_item_id(), created_at=1)
    cited = item.model_copy(update={"content": said("cited"), "status": "completed"})
    upstream = ScriptedUpstream()
    upstream.script([*message("first"), COMPLETED])
    upstream.script(
        calls(("get_weather", '{"location": "Oslo", "dates": []}')),
        [
            ItemStarted(item),
            TextDelta(item.id, "text", "cited"),
            Annotated(item.id, UrlCitation(start=0, end=5, url="https://example.com")),
            ItemFinished(cited),
            COMPLETED,
        ],
    )
    upstream.script([*message("again"), COMPLETED])
    upstream.script([*message("edited"), COMPLETED])
    async with running(tmp_path, upstream) as server, server.socket() as socket:
        await socket.say("hello", id="first")
        await socket.until_idle()
        sent = await send_every_command(socket, upstream)
    assert sent == members(ClientMessage)
    assert {frame.type for frame in socket.received} == members(ServerMessage)


async def test_the_served_schema_describes_both_unions(tmp_path: Path) -> None:
    async with running(tmp_path, ScriptedUpstream()) as server, rest() as http:
        served = (await http.get(f"{server.url}/api/protocol.json")).json()
    assert served == protocol_schema()
    for name, union in (("ClientMessage", ClientMessage), ("ServerMessage", ServerMessage)):
        assert set(served[name]["discriminator"]["mapping"]) == members(union)


@pytest.mark.parametrize("adapter", [CLIENT_MESSAGE, SERVER_MESSAGE])
@pytest.mark.parametrize("frame", [{"type": "no.such"}, {"id": "x"}, [], 1, "ping"])
def test_what_is_no_member_is_refused(adapter: Any, frame: Any) -> None:
    with pytest.raises(ValidationError):
        adapter.validate_json(json.dumps(frame))
