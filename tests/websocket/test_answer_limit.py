"""However an upstream says more than it may, it is stopped, and what came before is kept."""

import json
import time
from pathlib import Path

import pytest

from backend.domain.annotations import UrlCitation
from backend.domain.ids import new_item_id
from backend.domain.items import AssistantMessage, McpCall
from backend.domain.parts import ImagePart
from backend.upstreams.events import Annotated, ItemChanged, ItemFinished, ItemStarted
from backend.websocket.messages import Ack
from tests.running import running
from tests.scripted import COMPLETED, Round, ScriptedUpstream, calls, message, partial_message, said

LIMIT = 2_000
BEGUN = AssistantMessage(id=new_item_id(), created_at=time.time())
CALL = McpCall(id=new_item_id(), created_at=time.time(), name="lookup")


def source(number: int) -> Annotated:
    citation = UrlCitation(start=0, end=1, url=f"https://example.com/{number}", title="x" * 100)
    return Annotated(BEGUN.id, citation)


def empty() -> Round:
    return message("")


async def test_a_picture_counts_as_little_as_any_file(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    picture = ImagePart(url=f"data:image/png;base64,{'iVBO' * LIMIT}")
    drawn = BEGUN.model_copy(update={"content": (picture,), "status": "completed"})
    upstream.script([ItemStarted(BEGUN), ItemFinished(drawn), COMPLETED])
    async with (
        running(tmp_path, upstream, max_answer_chars=LIMIT) as server,
        server.socket() as socket,
    ):
        await socket.say("Draw everything.")
        run = await socket.until_ended(await socket.until(Ack))
    assert run.status == "completed"


ANSWERS: dict[str, Round] = {
    "many pieces": partial_message(*["x" * 100] * 50),
    "one whole item": [
        ItemStarted(BEGUN),
        ItemFinished(
            BEGUN.model_copy(update={"content": said("x" * 3_000), "status": "completed"})
        ),
    ],
    "an item that grows": [
        ItemStarted(CALL),
        *(ItemChanged(CALL.model_copy(update={"output": "x" * n})) for n in range(500, 5_000, 500)),
    ],
    "arguments": calls(("get_weather", json.dumps({"location": "x" * 3_000}))),
    "the name of a function": calls(("x" * 3_000, "{}")),
    "sources": [ItemStarted(BEGUN), *map(source, range(50))],
    "empty items": [step for _ in range(50) for step in empty()],
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_an_answer_without_end_is_stopped_and_what_came_is_kept(
    tmp_path: Path, kind: str
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("So far"), *ANSWERS[kind], COMPLETED])
    upstream.script([*message("short"), COMPLETED])
    async with (
        running(tmp_path, upstream, max_answer_chars=LIMIT) as server,
        server.socket() as socket,
    ):
        await socket.say("Tell me everything.")
        run = await socket.until_ended(await socket.until(Ack))
        assert run.status == "failed"
        assert run.error is not None
        assert run.error.code == "answer_too_long"
        assert "MAX_ANSWER_CHARS" in run.error.message
        kept = socket.transcript.items[1]
        assert isinstance(kept, AssistantMessage)
        assert kept.text == "So far"
        assert sum(len(item.model_dump_json()) for item in socket.transcript.items) < 5 * LIMIT
        await socket.say("Now in short.", id="cmd_2")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
