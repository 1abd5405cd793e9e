"""How threads come to their titles."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamBroken
from backend.domain.events import ThreadUpdated
from backend.domain.items import Item
from backend.runs.titles import first_sentence, first_words
from backend.upstreams.demo import create_upstream
from backend.upstreams.events import RunEnded
from backend.websocket.messages import Ack, Pong
from tests.rest import rest
from tests.running import ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, message


@dataclass
class Namer(ScriptedUpstream):
    """Names conversations once it is let to."""

    answer: str | Exception | None = None
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[tuple[Item, ...]] = field(default_factory=list)

    async def title(self, assistant: Assistant, history: tuple[Item, ...]) -> str | None:
        self.asked.append(history)
        await self.may_answer.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@asynccontextmanager
async def asked(
    tmp_path: Path, namer: Namer, *questions: str, ended: RunEnded = COMPLETED
) -> AsyncIterator[tuple[ScriptSocket, str]]:
    """A thread after these questions, and its address."""
    for _ in questions:
        namer.script([*message("ok"), ended])
    async with running(tmp_path, namer) as server, server.socket() as socket:
        for question in questions:
            await socket.say(question, id=question[:64])
            await socket.until_ended(await socket.until(Ack))
        assert socket.transcript.thread is not None
        yield socket, f"{server.url}/api/threads/{socket.transcript.thread.id}"


def title_of(socket: ScriptSocket) -> str:
    assert socket.transcript.thread is not None
    return socket.transcript.thread.title


async def settled(socket: ScriptSocket, id: str) -> None:
    """What was to come has come."""
    await socket.send(type="ping", id=id)
    while (await socket.until(Pong)).id != id:
        pass


async def test_the_first_words_stand_until_the_upstream_has_a_better_title(tmp_path: Path) -> None:
    namer = Namer(answer=' "Weather in Oslo." ')
    question = "What is the weather going to be like in Oslo on the day after tomorrow?"
    async with asked(tmp_path, namer, question) as (socket, _):
        assert title_of(socket) == "What is the weather going to be like in Oslo on the day…"
        namer.may_answer.set()
        updated = await socket.until(ThreadUpdated)
        assert updated.thread.title == "Weather in Oslo"
        assert updated.thread.head_id == socket.transcript.items[-1].id
        assert [item.type for item in namer.asked[0]] == ["user_message", "assistant_message"]


async def test_it_is_asked_for_once(tmp_path: Path) -> None:
    namer = Namer(answer=None)
    namer.may_answer.set()
    async with asked(tmp_path, namer, "one", "two", "three") as (socket, _):
        await settled(socket, "p")
        assert title_of(socket) == "one"
    assert len(namer.asked) == 1


async def test_an_answer_that_failed_makes_no_title(tmp_path: Path) -> None:
    namer = Namer(answer="A title")
    namer.may_answer.set()
    async with asked(tmp_path, namer, "one", ended=RunEnded("failed")) as (socket, _):
        await settled(socket, "p")
        assert title_of(socket) == "one"
    assert namer.asked == []


async def test_the_users_own_title_wins(tmp_path: Path) -> None:
    namer = Namer(answer="Not wanted")
    async with asked(tmp_path, namer, "one") as (socket, url):
        cookie = {"Cookie": socket.cookie}
        async with rest(headers=cookie) as http:
            (await http.patch(url, json={"title": "Mine"})).raise_for_status()
            namer.may_answer.set()
            await settled(socket, "p")
            assert (await http.get(url)).json()["title"] == "Mine"
    assert len(namer.asked) == 1


@pytest.mark.parametrize("answer", [None, "", UpstreamBroken("no")])
async def test_without_a_title_from_the_upstream_the_first_sentence_is_one(
    tmp_path: Path, answer: str | Exception | None
) -> None:
    namer = Namer(answer=answer)
    namer.may_answer.set()
    question = "Hello, please help me with this. I have a very long story to tell you about it."
    async with asked(tmp_path, namer, question) as (socket, _):
        while title_of(socket) != "Help me with this.":
            await socket.until(ThreadUpdated)


async def test_the_demo_names_what_it_understood(tmp_path: Path) -> None:
    demo = create_upstream(Settings(demo_deltas_per_s=0))
    async with running(tmp_path, demo) as server, server.socket() as socket:
        await socket.say("What's the weather in Oslo, Lima and Rome?")
        await socket.until_run_ends()
        updated = await socket.until(ThreadUpdated)
    assert updated.thread.title == "Weather in Oslo, Lima and Rome"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("one", "one"),
        ("  What's\n\nup?  ", "What's"),
        ("Hi!", "Hi!"),
        ("hi there, what is new?", "There, what is new?"),
        ("Good morning! please sort 3.5 and 2", "Sort 3.5 and 2"),
        ("Why? I ask.", "Why?"),
        ("x" * 70, "x" * 60 + "…"),
    ],
)
def test_the_first_sentence_without_its_greeting(text: str, title: str) -> None:
    assert first_sentence(text) == title


def test_first_words_end_with_a_whole_one() -> None:
    assert first_words("a " * 40) == ("a " * 30).strip() + "…"
