"""The code interpreter through the whole app: a scripted model calls it, the sandbox is real."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.items import CodeInterpreterCall, CodeLogs
from backend.domain.parts import FilePart, ImagePart
from backend.setup.models import CodeInterpreterState, SetupState
from tests.paths import SHARED
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

LIMITS: dict[str, Any] = {
    "code_interpreter": "auto",
    # Reached by no test that is not about them, however busy the machine.
    "code_interpreter_timeout_s": PATIENCE_S,
    "code_interpreter_cpu_s": PATIENCE_S,
    "code_interpreter_memory_mb": 1024,
    "code_interpreter_disk_mb": 32,
    "code_interpreter_sessions": 2,
}


@dataclass(frozen=True)
class Told:
    """A call: its output for the model, and its item."""

    output: str
    item: CodeInterpreterCall

    @property
    def logs(self) -> str:
        return "".join(each.logs for each in self.item.outputs if isinstance(each, CodeLogs))

    @property
    def images(self) -> list[ImagePart]:
        return [each for each in self.item.outputs if isinstance(each, ImagePart)]

    @property
    def files(self) -> list[FilePart]:
        return [each for each in self.item.outputs if isinstance(each, FilePart)]


class Chat:
    """A thread on which a model runs code."""

    def __init__(self, socket: ScriptSocket, upstream: ScriptedUpstream) -> None:
        self.socket = socket
        self.upstream = upstream

    async def begin(self, *codes: str, **message_fields: Any) -> None:
        """Send a message that the model answers with a call for each of the codes, in one round."""
        arguments = [("code_interpreter", json.dumps({"code": code})) for code in codes]
        self.upstream.script(calls(*arguments), [*message("Done."), COMPLETED])
        await self.socket.say("Go on.", id=secrets.token_hex(8), **message_fields)

    async def run(self, code: str, **message_fields: Any) -> Told:
        [told] = await self.run_all(code, **message_fields)
        return told

    async def run_all(self, *codes: str, **message_fields: Any) -> list[Told]:
        await self.begin(*codes, **message_fields)
        await self.socket.until_run_ends()
        outputs = self.upstream.sessions[-1].outputs[1]
        assert outputs is not None
        items = [
            item
            for item in self.socket.transcript.items
            if isinstance(item, CodeInterpreterCall) and item.run_id == self._run_id
        ]
        pairs = zip(outputs, items, strict=True)
        return [Told(output.output, item) for output, item in pairs]

    @property
    def _run_id(self) -> str:
        return list(self.socket.transcript.runs)[-1]


@dataclass
class Interpreter:
    server: Running
    upstream: ScriptedUpstream

    @asynccontextmanager
    async def chat(self, **query: str) -> AsyncIterator[Chat]:
        async with self.server.socket(**query) as socket:
            yield Chat(socket, self.upstream)


@asynccontextmanager
async def interpreter(tmp_path: Path, **settings: Any) -> AsyncIterator[Interpreter]:
    """Yields the app with its code interpreter ready. Fails if there is no sandbox."""
    upstream = ScriptedUpstream()
    async with running(tmp_path, upstream, **(LIMITS | settings)) as server:
        state = await settled(server.url)
        assert state.state == "ready", f"{state.detail} (`make sandbox` tells more)"
        yield Interpreter(server, upstream)


async def settled(url: str) -> CodeInterpreterState:
    """Returns the state of the code interpreter once its preparation has ended."""
    async with asyncio.timeout(PATIENCE_S), rest(url) as http:
        while True:
            answer = await http.get("/api/setup")
            state = SetupState.model_validate_json(answer.content).code_interpreter
            if state.state != "preparing":
                return state
            await asyncio.sleep(0.05)


async def run(ready: Interpreter, *codes: str) -> list[Told]:
    """Run cells in a thread of their own."""
    async with ready.chat() as chat:
        return [await chat.run(code) for code in codes]


def case(name: str, *otherwise: str) -> list[str]:
    """The cells of a shared case, or the project's own where the cases are missing."""
    paths = sorted((SHARED / "cases" / name).glob("cell*.py"))
    return [path.read_text("utf-8") for path in paths] or list(otherwise)
