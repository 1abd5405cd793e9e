"""One chat over the WebSocket, its frames as JSON, so that nothing is taken on the client's word."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

Frame = dict[str, Any]
Item = dict[str, Any]

RUN_TIMEOUT_S = 90.0
TITLE_TIMEOUT_S = 30.0
ENDED = frozenset({"completed", "incomplete", "failed", "cancelled", "expired"})


class RunFailed(Exception):
    """What the visitor is told of a run that failed, or of a command that was refused."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code


@dataclass
class Answer:
    """What one run told: its items as they were announced, and as they ended."""

    run: Frame
    frames: list[Frame]
    question: Item
    items: list[Item] = field(default_factory=list)
    """All but the question, in the order in which they began."""

    def of_type(self, kind: str) -> list[Item]:
        return [item for item in self.items if item["type"] == kind]

    @property
    def text(self) -> str:
        """Of the last message."""
        content = self.of_type("assistant_message")[-1]["content"]
        return "\n\n".join(part["text"] for part in content if part["type"] == "text")

    def streamed(self, item_id: str) -> str:
        """The text of an item by its deltas alone."""
        return "".join(
            frame["delta"]
            for frame in self.frames
            if frame["type"] == "item.delta"
            and frame["item_id"] == item_id
            and frame["field"] == "text"
        )


class Conversation:
    """A thread and the socket that follows it."""

    def __init__(self, ws: ClientConnection) -> None:
        self._ws = ws
        self.thread_id = ""
        self.title = ""

    async def ask(self, text: str, **fields: Any) -> Answer:
        """Send a message and follow its run to its end, whatever that is."""
        return await self.command("message.send", text=text, **fields)

    async def command(
        self,
        kind: str,
        *,
        stop: Callable[[Frame], bool] = lambda frame: False,
        **fields: Any,
    ) -> Answer:
        """Follow the run that a command starts; cancel it at the first frame that says `stop`.

        Raises `RunFailed` where the command is refused.
        """
        command_id = _new_id()
        await self._ws.send(json.dumps({"type": kind, "id": command_id} | fields))
        frames: list[Frame] = []
        ack: Frame | None = None
        stopped = False
        async with asyncio.timeout(RUN_TIMEOUT_S):
            while True:
                frame = await self.next()
                frames.append(frame)
                if frame["type"] == "error":
                    raise RunFailed(frame["code"], frame["message"])
                if frame["type"] == "ack" and frame["id"] == command_id:
                    ack = frame
                    self.thread_id = frame["thread_id"]
                if ack is not None and not stopped and stop(frame):
                    stopped = True
                    cancel = {"type": "run.cancel", "id": _new_id(), "run_id": ack["run_id"]}
                    await self._ws.send(json.dumps(cancel))
                if ack is not None and (run := _ended_run(frames, ack["run_id"])):
                    return _answer(run, frames)

    async def title_after(self, first: str) -> str:
        """The title that the thread gets in place of its first words. Raises `TimeoutError`."""
        async with asyncio.timeout(TITLE_TIMEOUT_S):
            while self.title in ("", first):
                await self.next()
        return self.title

    async def next(self) -> Frame:
        frame: Frame = json.loads(await self._ws.recv())
        if frame["type"] in ("thread.updated", "snapshot"):
            self.title = frame["thread"]["title"]
        return frame


@asynccontextmanager
async def conversation(url: str, cookie: str) -> AsyncIterator[Conversation]:
    """A new thread of the visitor whose cookie that is."""
    async with connect(
        f"ws{url.removeprefix('http')}/ws",
        additional_headers={"Cookie": cookie},
        proxy=None,
        max_size=None,
    ) as ws:
        talk = Conversation(ws)
        hello = await talk.next()
        assert hello["type"] == "hello", hello
        yield talk


def _new_id() -> str:
    """The ids of a visitor's commands are never the same."""
    return f"cmd_{secrets.token_hex(8)}"


def _ended_run(frames: list[Frame], run_id: str) -> Frame | None:
    last = frames[-1]
    runs = last.get("runs", ()) if last["type"] == "snapshot" else (last.get("run") or {},)
    return next(
        (run for run in runs if run.get("id") == run_id and run["status"] in ENDED),
        None,
    )


def _answer(run: Frame, frames: list[Frame]) -> Answer:
    """Raises `AssertionError` where an item is announced or ended twice, or never ends."""
    order: list[str] = []
    ended: dict[str, Item] = {}
    began: dict[str, Item] = {}
    for frame in frames:
        if frame["type"] == "item.added":
            item = frame["item"]
            assert item["id"] not in began, f"{item['type']} was announced twice"
            began[item["id"]] = item
            order.append(item["id"])
        elif frame["type"] == "item.done":
            item = frame["item"]
            assert item["id"] not in ended, f"{item['type']} ended twice"
            ended[item["id"]] = item
    items = [ended.get(item_id, began[item_id]) for item_id in order]
    questions = [item for item in items if item["type"] == "user_message"]
    answered = [item for item in items if item["type"] != "user_message"]
    for item in answered:
        assert item["id"] in ended, f"{item['type']} never ended"
    return Answer(run, frames, questions[0] if questions else {}, answered)
