"""`python -m tests.bench.upstream`: a cheap server of all three APIs, in a process of its own.

It prints its port, and ends when its standard input does. `PUT /plan` sets the number and the pace
of deltas for the runs that follow.
"""

import asyncio
import itertools
import json
import random
import sys
from dataclasses import dataclass
from typing import Any

from tests.bench.processes import new_event_loop, until_stdin_ends
from tests.bench.stream import (
    AssistantsStream,
    ChatCompletionsStream,
    ResponsesStream,
    Stream,
)

_MODELS = {"object": "list", "data": [{"id": "bench-1", "object": "model", "owned_by": "bench"}]}


@dataclass
class Plan:
    deltas: int = 10
    per_second: float = 0
    """0 means back to back."""


class Upstream:
    def __init__(self) -> None:
        self._plan = Plan()
        self._numbers = itertools.count(1)
        self._jitter = random.Random(7)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b" ", 2)
                size = _content_length(head)
                body = json.loads(await reader.readexactly(size)) if size else {}
                await self._answer(writer, method.decode(), target.decode(), body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, writer: asyncio.StreamWriter, method: str, target: str, body: Any
    ) -> None:
        path = target.partition("?")[0].removeprefix("/v1").strip("/").split("/")
        number = next(self._numbers)
        match method, path:
            case "PUT", ["plan"]:
                self._plan = Plan(**body)
                answer: Any = {}
            case "POST", ["responses"] if body.get("stream"):
                await self._stream(writer, ResponsesStream(number))
                return
            case "POST", ["responses"]:
                # A request for a title. This model suggests none.
                answer = {"output": []}
            case "POST", ["chat", "completions"] if body.get("stream"):
                await self._stream(writer, ChatCompletionsStream(number))
                return
            case "POST", ["chat", "completions"]:
                # As above.
                answer = {"choices": []}
            case "POST", ["threads", _, "runs"]:
                await self._stream(writer, AssistantsStream(number))
                return
            case "GET", ["models"]:
                answer = _MODELS
            case "POST", ["threads"]:
                answer = {"id": f"thread_{number}", "object": "thread", "created_at": 1}
            case "POST", ["threads", thread_id, "messages"]:
                answer = {
                    "id": f"msg_user_{number}",
                    "object": "thread.message",
                    "created_at": 1,
                    "thread_id": thread_id,
                    "role": "user",
                    "content": [],
                    "attachments": [],
                    "metadata": {},
                }
            case _, ["assistants", *_]:
                answer = {
                    "id": "asst_bench",
                    "object": "assistant",
                    "created_at": 1,
                    "name": "Bench",
                    "description": None,
                    "model": "bench-1",
                    "instructions": "",
                    "tools": [],
                    "metadata": {},
                }
            case _:
                _write_json(writer, "404 Not Found", {"error": {"message": "Not found"}})
                return
        _write_json(writer, "200 OK", answer)

    async def _stream(self, writer: asyncio.StreamWriter, stream: Stream) -> None:
        plan = self._plan
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
            b"transfer-encoding: chunked\r\n\r\n" + _chunk(stream.begin())
        )
        clock = asyncio.get_running_loop().time
        interval_s = 1 / plan.per_second if plan.per_second else 0
        # Runs that start together do not send in step, as real models do not.
        due = clock() + self._jitter.random() * interval_s
        for _ in range(plan.deltas):
            writer.write(_chunk(stream.delta()))
            await writer.drain()
            # A pause of 0 lets the streams take turns.
            await asyncio.sleep(max(0, due - clock()) if interval_s else 0)
            due += interval_s
        writer.write(_chunk(stream.end()) + b"0\r\n\r\n")
        await writer.drain()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _write_json(writer: asyncio.StreamWriter, status: str, answer: Any) -> None:
    body = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    writer.write(head.encode() + b"\r\n\r\n" + body)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def main() -> None:
    server = await asyncio.start_server(Upstream().serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await until_stdin_ends()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())
    sys.exit(0)
