from sqlalchemy import text

from backend.domain.ids import CommandId, OwnerId
from backend.live.purge import KEEP_COMMANDS_S, purge
from backend.store.batch import Batch, Command, StoredCommand
from backend.store.database import Database
from backend.store.listing import Listing
from backend.store.store import Store

OWNER = OwnerId("owner_1")
DONE = StoredCommand(None, None, None)


async def test_commands_are_kept_for_a_month(database_url: str) -> None:
    database = Database(database_url)
    store = Store(database)
    await store.open()
    names = [CommandId(name) for name in ("old", "young")]
    await store.write(Batch(), [Command((OWNER, name), DONE, Batch()) for name in names])
    older = text("UPDATE commands SET created_at = created_at - :age WHERE id = :id")
    for name, days in zip(names, (1, -1), strict=True):
        age_s = KEEP_COMMANDS_S + days * 24 * 60 * 60
        await database.execute(older, {"age": age_s, "id": name})
    await purge(Listing(database), store)
    assert await store.commands.find(OWNER, names[0]) is None
    assert await store.commands.find(OWNER, names[1]) == DONE
    await store.close()
