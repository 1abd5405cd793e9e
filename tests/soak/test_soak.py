import random
import subprocess
import sys
from pathlib import Path

import pytest

from backend.domain.events import Thread
from backend.domain.ids import ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import Run, UserMessage
from backend.store.batch import Batch
from backend.store.database import Database
from backend.store.store import Store
from backend.websocket.messages import Ack
from tests.paths import ROOT
from tests.patience import PATIENCE_S
from tests.soak.ledger import Ledger
from tests.soak.tab import Tab, Visitor
from tests.soak.verdict import check

SHORT = [
    "--seconds",
    "4",
    "--kills",
    "1",
    "--sockets",
    "15",
    "--threads",
    "5",
    "--session-s",
    "1",
    "--deltas-per-s",
    "300",
]


@pytest.mark.thorough
def test_a_short_soak_with_a_killed_server_loses_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", *SHORT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if "  " in line]
    counts = {name.strip(): int(count.replace(",", "")) for name, count in rows}
    assert counts["kills"] == 1
    for name in (
        "cuts",
        "replays",
        "snapshots",
        "acks",
        "items compared",
        "runs parked",
        "runs woken",
    ):
        assert counts[name] > 0, done.stdout


async def test_a_soak_reports_what_was_lost_and_what_was_done_twice(tmp_path: Path) -> None:
    thread = Thread(
        id=ThreadId("thread_1"), title="T", head_id=ItemId("a"), created_at=1, updated_at=1
    )
    run = Run(id=RunId("run_1"), thread_id=thread.id, upstream="demo", created_at=1)
    ledger = Ledger()
    twice = ledger.enter("message.send", text="twice")
    lost = ledger.enter("message.send", text="lost")
    ledger.acknowledged(Ack(id=lost["id"], thread_id=thread.id))
    items = [
        UserMessage(id=ItemId(name), created_at=1, text=str(twice["text"])) for name in ("a", "b")
    ]
    url = f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}"
    store = Store(Database(url))
    await store.open()
    await store.write(
        Batch(
            threads={thread.id: (OwnerId("owner_1"), thread, 1)},
            items={item.id: (thread.id, item) for item in items},
            runs={run.id: run},
        )
    )
    await store.close()
    visitor = Visitor(thread_id=thread.id)
    visitor.tabs.append(Tab(lambda: 0, visitor, ledger, random.Random(1), session_s=1))
    await check(url, [visitor], ledger)
    for problem in (
        "Tab 0 of thread_1 shows None",
        "'lost",
        "'twice",
        "run_1",
        "ended well",
        "No run was woken",
    ):
        assert any(problem in told for told in ledger.problems), ledger.problems
