"""What is long does not make others wait: threads, messages and documents near their limits.

Counted is the processor time that the server's event loop spends at a time, which says what others
wait for on a machine with nothing else to do.
"""

import asyncio
import gc
import json
import time
from collections.abc import Coroutine, Mapping
from pathlib import Path

import httpx2

from backend.waiting import poll
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.running import running
from tests.scripted import ScriptedUpstream
from tests.test_killed_import import exported

LONGEST_S = 0.5
"""On an idle machine it is half of that at most; beside other work the same steps take longer."""
LOOK_EVERY_S = 0.01


async def test_nobody_waits_for_a_long_thread(tmp_path: Path) -> None:
    async def visit(url: str) -> None:
        async with rest(url) as http:
            await http.get("/api/threads")
            added = await http.post("/api/threads", json=exported())
            assert added.status_code == 201
            await look_at(http, added.json()["id"])

    async with running(tmp_path, ScriptedUpstream()) as server:
        await unnoticed(visit(server.url))


async def test_nobody_waits_for_long_messages(tmp_path: Path) -> None:
    thread = exported()
    said = {"type": "user_message", "parent_id": None, "created_at": 1.0, "id": "a"}
    answer = said | {"type": "assistant_message", "run_id": "r", "status": "completed"}
    parts = [{"type": "text", "text": "é"}] * 15_000
    items = [
        said | {"text": "été " * 500_000 + "\0"},
        *(
            answer | {"id": f"b{at}", "parent_id": f"b{at - 1}" if at else "a", "content": parts}
            for at in range(5)
        ),
    ]
    body = {**thread, "items": items, "thread": {**_thread(thread), "head_id": "b4"}}
    content = json.dumps(body).encode()

    async def visit(url: str) -> None:
        async with rest(url) as http:
            await http.get("/api/threads")
            headers = {"Content-Type": "application/json"}
            added = await http.post("/api/threads", content=content, headers=headers)
            assert added.status_code == 201, added.text
            await look_at(http, added.json()["id"])

    async with running(tmp_path, ScriptedUpstream()) as server:
        await unnoticed(visit(server.url))


async def test_nobody_waits_for_a_long_document(tmp_path: Path) -> None:
    lines = "# A heading of its own\nThe harbour opens at seven, and closes at nine.\n" * 20_000

    async def visit(url: str) -> None:
        async with rest(url) as http:
            answer = await http.post(
                "/api/files?purpose=knowledge", files={"file": ("headings.md", lines.encode())}
            )
            [file] = answer.json()["files"]

            async def settled() -> str | None:
                status: str = (await http.get(f"/api/files/{file['id']}")).json()["status"]
                return None if status == "in_progress" else status

            status = await poll(
                settled, within_s=PATIENCE_S, first_pause_s=0.1, longest_pause_s=0.1
            )
            assert status == "completed"
            text = await http.get(f"/api/files/{file['id']}/text")
            assert len(text.json()["parts"]) == 20_000

    async with running(tmp_path, ScriptedUpstream()) as server:
        await unnoticed(visit(server.url))


async def look_at(http: httpx2.AsyncClient, thread_id: str) -> None:
    path = f"/api/threads/{thread_id}"
    for address in (
        f"{path}/export?format=json",
        f"{path}/items?limit=1000",
        f"{path}/export?format=markdown",
        "/api/threads?query=e",
    ):
        answer = await http.get(address)
        assert answer.status_code == 200, answer.text[:200]


async def unnoticed(visit: Coroutine[None, None, None]) -> None:
    """The visit, made from another thread, while the server, in this one, answers others.

    This thread's processor time does not depend on what else the machine does.
    """
    # What the tests before have left is not to be looked through meanwhile.
    gc.collect()
    gc.freeze()
    try:
        visiting = asyncio.create_task(asyncio.to_thread(asyncio.run, visit))
        longest_s = 0.0
        while not visiting.done():
            before_s = time.thread_time()
            await asyncio.wait((visiting,), timeout=LOOK_EVERY_S)
            longest_s = max(longest_s, time.thread_time() - before_s)
        await visiting
    finally:
        gc.unfreeze()
    assert longest_s < LONGEST_S


def _thread(exported: Mapping[str, object]) -> Mapping[str, object]:
    thread = exported["thread"]
    assert isinstance(thread, dict)
    return thread
