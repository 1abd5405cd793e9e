from pathlib import Path

from backend.domain.items import AssistantMessage
from backend.websocket.messages import Ack
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, message, partial_message


async def test_an_answer_without_end_is_stopped_and_what_came_is_kept(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*partial_message(*["x" * 100] * 50), COMPLETED])
    upstream.script([*message("short"), COMPLETED])
    async with (
        running(tmp_path, upstream, max_answer_chars=1_000) as server,
        server.socket() as socket,
    ):
        await socket.say("Tell me everything.")
        run = await socket.until_ended(await socket.until(Ack))
        assert run.status == "failed"
        assert run.error is not None
        assert run.error.code == "answer_too_long"
        assert "MAX_ANSWER_CHARS" in run.error.message
        answer = socket.transcript.items[-1]
        assert isinstance(answer, AssistantMessage)
        assert len(answer.text) == 1_000
        await socket.say("Now in short.", id="cmd_2")
        assert (await socket.until_ended(await socket.until(Ack))).status == "completed"
