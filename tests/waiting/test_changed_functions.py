"""Calls that wait while the files of their functions change under them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import FunctionCall
from backend.websocket.messages import Ack, Error, Snapshot
from tests.functions_readme import offered
from tests.running import ScriptSocket, running
from tests.scripted import ScriptedUpstream
from tests.waiting.asking import call_in, decided, parked, resolve, told, waiting

BEFORE = """
from backend.tools.function import function

@function(approval="ask")
def shout(text: str) -> str:
    \"\"\"Shout.\"\"\"
    return text.upper()
"""
AFTER = {
    "gone": {},
    "changed": {
        "shout": BEFORE.replace("text: str", "words: list[str]").replace(
            "text.upper()", '" ".join(words).upper()'
        )
    },
}
REASONS = {"gone": "There is no function 'shout'. There are: ", "changed": "invalid_arguments"}


@asynccontextmanager
async def waiting_call(
    tmp_path: Path, upstream: ScriptedUpstream, now: str, **settings: Any
) -> AsyncIterator[tuple[ScriptSocket, FunctionCall]]:
    """A call of `shout` that waits on a server whose function is not what it was."""
    with offered(tmp_path / "before", shout=BEFORE):
        async with running(tmp_path, upstream, **settings) as server, server.socket() as socket:
            [call] = await parked(upstream, socket, ("shout", '{"text": "hello"}'))
    thread_id = str(socket.transcript.present_thread.id)
    with offered(tmp_path / "after", **AFTER[now]):
        async with running(tmp_path, upstream, **settings) as server:
            value = socket.cookie.partition("=")[2]
            cookie = f"session_{server.url.rpartition(':')[2]}={value}"
            async with server.socket(cookie=cookie, thread_id=thread_id) as again:
                await again.until(Snapshot)
                yield again, call


@pytest.mark.parametrize("now", AFTER)
async def test_what_can_no_longer_be_called_is_denied(
    tmp_path: Path, upstream: ScriptedUpstream, now: str
) -> None:
    async with waiting_call(tmp_path, upstream, now) as (socket, call):
        assert isinstance(await resolve(socket, call, decision="deny"), Ack)
        await socket.until_idle()
    assert call_in(socket, call).status == "denied"


@pytest.mark.parametrize("now", AFTER)
async def test_what_can_no_longer_be_called_is_allowed_and_the_model_is_told_why_it_failed(
    tmp_path: Path, upstream: ScriptedUpstream, now: str
) -> None:
    async with waiting_call(tmp_path, upstream, now) as (socket, call):
        refused = await resolve(socket, call, arguments={"text": 7})
        assert isinstance(refused, Error)
        assert refused.code == "invalid_arguments"
        assert "There are: none" not in refused.message
        assert [item.id for item in waiting(socket)] == [call.id]
        assert isinstance(await resolve(socket, call), Ack)
        await socket.until_idle()
    assert call_in(socket, call).status == "failed"
    [output] = told(upstream)
    assert REASONS[now] in output
    assert "There are: none" not in output
    [run] = socket.transcript.runs.values()
    assert run.status == "completed"


@pytest.mark.parametrize("now", AFTER)
async def test_what_can_no_longer_be_called_expires(
    tmp_path: Path, upstream: ScriptedUpstream, now: str
) -> None:
    async with waiting_call(tmp_path, upstream, now, action_timeout_s=2) as (socket, call):
        await socket.until_idle()
    assert call_in(socket, call).status == "denied"
    assert decided(socket, call).decision == "expire"


async def test_arguments_are_changed_to_what_the_function_takes_now(
    tmp_path: Path, upstream: ScriptedUpstream
) -> None:
    async with waiting_call(tmp_path, upstream, "changed") as (socket, call):
        changed = {"words": ["good", "morning"]}
        assert isinstance(await resolve(socket, call, arguments=changed), Ack)
        await socket.until_idle()
    assert call_in(socket, call).output == "GOOD MORNING"
