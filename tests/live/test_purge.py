import sqlite3
from contextlib import closing
from pathlib import Path

from backend.domain.ids import CommandId, OwnerId
from backend.live.purge import KEEP_COMMANDS_S, purge
from backend.store.batch import Batch, Command, StoredCommand
from backend.store.database import Database
from backend.store.listing import Listing
from backend.store.store import Store

OWNER = OwnerId("owner_1")
DONE = StoredCommand(None, None, None)


async def test_commands_are_kept_for_a_month(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}")
    store = Store(database)
    await store.open()
    names = [CommandId(name) for name in ("old", "young")]
    await store.write(Batch(), [Command((OWNER, name), DONE, Batch()) for name in names])
    with closing(sqlite3.connect(tmp_path / "chat.db")) as clock:
        for name, days in zip(names, (1, -1), strict=True):
            age_s = KEEP_COMMANDS_S + days * 24 * 60 * 60
            clock.execute(
                "UPDATE commands SET created_at = created_at - ? WHERE id = ?", (age_s, name)
            )
        clock.commit()
    await purge(Listing(database), store)
    assert await store.commands.find(OWNER, names[0]) is None
    assert await store.commands.find(OWNER, names[1]) == DONE
    await store.close()
