"""Any text through every border, while nine others chat: none of them notices."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import text as sql

from backend.domain.items import ITEM, AssistantMessage, UserMessage
from backend.tools import functions, toolbox
from backend.upstreams.responses import create_upstream
from backend.websocket.messages import Ack
from tests.patience import PATIENCE_S
from tests.poison.borders import Poisoner
from tests.poison.server import FUNCTIONS, respond
from tests.poison.texts import HUGE, ODDITIES, current, poison
from tests.rest import rest
from tests.running import Running, ScriptSocket, running
from tests.search.visitor import visiting
from tests.stored import stored
from tests.upstreams.driving import KEY
from tests.upstreams.driving import settings as upstream_settings
from tests.upstreams.loopback import upstream_server

EXAMPLES = int(os.environ.get("POISON_EXAMPLES", "0"))
"""More than `make test` has time for."""
NEIGHBORS = 9


@dataclass
class Neighbor:
    socket: ScriptSocket
    said: int = 0

    async def chat(self) -> None:
        """Say something and be answered."""
        self.said += 1
        await self.socket.say(f"Hello number {self.said}.", id=f"cmd_{self.said}")
        run = await self.socket.until_ended(await self.socket.until(Ack))
        assert run.status == "completed", run

    def check(self, rows: dict[str, str]) -> None:
        """All that was said and answered is seen, as it is stored."""
        items = self.socket.transcript.items
        assert [
            item.text for item in items if isinstance(item, UserMessage | AssistantMessage)
        ] == [
            text
            for number in range(1, self.said + 1)
            for text in (f"Hello number {number}.", f"You said: Hello number {number}.")
        ]
        for item in items:
            assert ITEM.validate_json(rows[item.id]) == item


@asynccontextmanager
async def poisoned_server(folder: Path) -> AsyncIterator[Running]:
    """A server of which nobody but the poisoner may see what the upstream says to it."""
    (folder / ".env").write_text(f"UPSTREAM=responses\nOPENAI_API_KEY={KEY}\n")
    async with upstream_server(respond) as upstream:
        adapter = create_upstream(
            upstream_settings(
                openai_base_url=upstream.base_url,
                upstream_connect_timeout_s=PATIENCE_S,
                upstream_stall_timeout_s=PATIENCE_S,
            )
        )
        async with running(folder, adapter) as server:
            async with rest(server.url) as http:
                tools = [f"function:{name}" for name in FUNCTIONS]
                assistant = {"name": "Ada", "model": "m", "tools": tools}
                (await http.put("/api/setup/assistant", json=assistant)).raise_for_status()
            yield server


async def send_through_every_border(*texts: str) -> None:
    """While the neighbors chat; then look at what they and the server made of it."""
    with TemporaryDirectory() as folder, Errors() as errors:
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(poisoned_server(Path(folder)))
            neighbors = [
                Neighbor(await stack.enter_async_context(server.socket())) for _ in range(NEIGHBORS)
            ]
            for text in texts:
                current[0] = text
                visitor = await stack.enter_async_context(visiting(server))
                for border in Poisoner(visitor, text).borders():
                    async with asyncio.TaskGroup() as group:
                        group.create_task(border)
                        for neighbor in neighbors:
                            group.create_task(neighbor.chat())
            async with rest(server.url) as http:
                ready = await http.get("/readyz")
                assert ready.status_code == 200, ready.text
        with stored(Path(folder)) as connection:
            found = connection.execute(sql("SELECT id, body FROM items")).all()
            rows = {row.id: row.body for row in found}
        for neighbor in neighbors:
            neighbor.check(rows)
    assert not errors.logged, "\n".join(errors.logged)


class Errors(logging.Handler):
    """What the server logs as its own faults; a function may fail."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.logged: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != toolbox.__name__:
            self.logged.append(self.format(record))

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)


@pytest.fixture(autouse=True, scope="module")
def _harmful_functions() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        more = str(Path(__file__).parent / "functions")
        patch.setattr(functions, "__path__", [*functions.__path__, more])
        yield


def test_the_oddities_of_unicode_are_noticed_by_nobody() -> None:
    asyncio.run(send_through_every_border("".join(ODDITIES)))


@given(poison)
@settings(
    max_examples=1 + EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
def test_no_text_at_any_border_is_noticed_by_others(text: str) -> None:
    asyncio.run(send_through_every_border(text))


if EXAMPLES:

    @pytest.mark.parametrize("text", HUGE, ids=lambda text: repr(text[:2]))
    def test_megabytes_at_every_border_are_noticed_by_nobody(text: str) -> None:
        asyncio.run(send_through_every_border(text))
