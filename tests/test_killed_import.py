"""A server that is killed during an import has all of the thread afterwards, or nothing."""

import asyncio
import json
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

import httpx2

from backend.waiting import poll
from tests.patience import PATIENCE_S
from tests.process import backend
from tests.rest import rest

ITEMS = 20_000


def exported() -> Mapping[str, object]:
    items = [
        {
            "type": "user_message",
            "id": f"item_{number}",
            "parent_id": f"item_{number - 1}" if number else None,
            "created_at": 1.0,
            "text": "Hello",
        }
        for number in range(ITEMS)
    ]
    thread = {
        "id": "thread_1",
        "title": "Long",
        "head_id": items[-1]["id"],
        "created_at": 1.0,
        "updated_at": 1.0,
    }
    return {"format": "runstream-thread", "version": 2, "thread": thread, "items": items}


async def test_a_server_killed_in_an_import_shows_nothing_of_the_thread(tmp_path: Path) -> None:
    async with backend(tmp_path) as server:
        await server.started()
        async with rest(server.url) as http:
            await http.get("/api/threads")
            cookies = dict(http.cookies)
            sending = asyncio.create_task(http.post("/api/threads", json=exported(), timeout=None))
            await poll(
                lambda: some_items(tmp_path),
                within_s=PATIENCE_S,
                first_pause_s=0.01,
                longest_pause_s=0.01,
            )
            await server.end(signal.SIGKILL)
            with suppress(httpx2.HTTPError):
                await sending
    assert await some_items(tmp_path) is not None
    async with backend(tmp_path) as server:
        await server.started()
        async with rest(server.url) as http:
            http.cookies.update(cookies)
            assert (await http.get("/api/threads")).json()["threads"] == []
            answer = await http.post("/api/threads", json=exported(), timeout=None)
            assert answer.status_code == 201, answer.text
            [thread] = (await http.get("/api/threads")).json()["threads"]
            export = await http.get(f"/api/threads/{thread['id']}/export?format=json")
            assert len(json.loads(export.text)["items"]) == ITEMS


async def some_items(folder: Path) -> int | None:
    """How many items are stored, once there are some but not yet all."""
    with suppress(sqlite3.OperationalError):
        with closing(sqlite3.connect(f"file:{folder}/data/runstream.db?mode=ro", uri=True)) as file:
            (found,) = file.execute("SELECT count(*) FROM items").fetchone()
        assert found < ITEMS
        return found or None
    return None
