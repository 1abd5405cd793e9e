"""What opening a thread costs as it grows longer, and what each delta in it costs."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.domain.events import Thread
from backend.domain.ids import ItemId, RunId, ThreadId
from backend.domain.items import AssistantMessage, Run, UserMessage
from backend.domain.parts import TextPart
from backend.http.security.access import TOKEN_OWNER
from backend.store.batch import Batch
from backend.store.database import Database
from backend.store.store import Store
from tests.bench.client import Client
from tests.bench.processes import cpu_s
from tests.bench.result import table
from tests.bench.server import Server

TOKEN: Final = "bench-token"
RUNS: Final = 3
"""Runs on each thread. The first one warms up; the cheapest of the others counts."""
WORDS: Final = "Rain over the fjord, then sun. " * 8


@dataclass(frozen=True)
class Row:
    items: int
    open_ms: float
    """Time from the handshake to the snapshot of a thread that is not in memory yet."""
    snapshot_kb: float
    first_ms: float
    """Time from the message to the first delta, in which the history goes to the upstream."""
    cpu: float
    """CPU seconds per 10,000 deltas, from the first delta on."""


async def store_threads(database: Path, lengths: tuple[int, ...]) -> None:
    """Store a thread of each length."""
    store = Store(Database(f"sqlite+aiosqlite:///{database}"))
    await store.open()
    for length in lengths:
        await store.write(_thread(length))
    await store.close()


async def measure(server: Server, length: int, deltas: int) -> Row:
    opened = Client(deltas)
    start = time.monotonic()
    await opened.connect(server.port, thread_id=_id(length), token=TOKEN)
    open_ms = 1000 * (time.monotonic() - start)
    opened.close()
    costs = []
    for number in range(RUNS):
        client = Client(deltas)
        await client.connect(server.port, thread_id=_id(length), token=TOKEN)
        running = asyncio.create_task(client.run(f"bench_{length}_{number}"))
        await client.began
        used = cpu_s(server.pid)
        await running
        # Storing the last batch is part of the work.
        await asyncio.sleep(0.3)
        costs.append(((cpu_s(server.pid) - used) / deltas * 10_000, client.first_ms))
        client.close()
    cpu, first_ms = min(costs[1:])
    return Row(length, open_ms, opened.snapshot_bytes / 1024, first_ms, cpu)


_HEAD: Final = ("items", "open ms", "snapshot KB", "first ms", "CPU s/10k")


def text(rows: list[Row], deltas: int) -> str:
    cells = [
        (
            f"{row.items:,}",
            f"{row.open_ms:.1f}",
            f"{row.snapshot_kb:,.0f}",
            f"{row.first_ms:.1f}",
            f"{row.cpu:.2f}",
        )
        for row in rows
    ]
    return table(f"length of an open thread, {deltas:,} deltas a run", [_HEAD, *cells], left=-1)


def _id(length: int) -> ThreadId:
    return ThreadId(f"thread_{length}")


def _thread(length: int) -> Batch:
    """Returns alternating questions and answers of about 250 characters each."""
    batch = Batch()
    thread_id, head = _id(length), None
    for number in range(0, length, 2):
        run_id = RunId(f"run_{length}_{number}")
        question = UserMessage(
            id=ItemId(f"item_{length}_{number}"),
            parent_id=head,
            run_id=run_id,
            status="completed",
            created_at=number,
            text=WORDS,
        )
        answer = AssistantMessage(
            id=ItemId(f"item_{length}_{number + 1}"),
            parent_id=question.id,
            run_id=run_id,
            status="completed",
            created_at=number + 1,
            content=(TextPart(text=WORDS),),
        )
        batch.items |= {item.id: (thread_id, item) for item in (question, answer)}
        batch.runs[run_id] = Run(
            id=run_id,
            thread_id=thread_id,
            parent_id=question.id,
            status="completed",
            upstream="responses",
            created_at=number,
            finished_at=number + 1,
        )
        head = answer.id
    thread = Thread(id=thread_id, title="Rain", head_id=head, created_at=0, updated_at=length)
    batch.threads[thread_id] = (TOKEN_OWNER, thread, 10 * length)
    return batch
