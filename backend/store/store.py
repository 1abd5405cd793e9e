"""The store: reading by noun, and one way of writing."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.exc import IntegrityError

from backend.domain.errors import RunActive
from backend.store import schema
from backend.store.assistants import AssistantRows
from backend.store.attempts import AttemptRows
from backend.store.batch import Batch, Command, StoredCommand
from backend.store.calls import CallRows
from backend.store.changes import Changes
from backend.store.commands import CommandRows
from backend.store.database import Database
from backend.store.feedback import FeedbackRows
from backend.store.fence import Tenures
from backend.store.policies import PolicyRows
from backend.store.remote_threads import RemoteThreadRows
from backend.store.schema import one_active_run
from backend.store.shared_texts import SharedTexts
from backend.store.shares import ShareRows
from backend.store.start_screens import StartScreenRows
from backend.store.threads import ThreadRows
from backend.store.upserts import Upserts
from backend.store.usage import UsageRows
from backend.store.writes import write


class Store:
    """Raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.fence = database.fence
        self._upsert = Upserts(database.dialect)
        self.threads = ThreadRows(database, self._upsert)
        self.commands = CommandRows(database)
        self.remote_threads = RemoteThreadRows(database, self._upsert)
        self.assistants = AssistantRows(database, self._upsert)
        self.start_screens = StartScreenRows(database, self._upsert)
        self.policies = PolicyRows(database, self._upsert)
        self.calls = CallRows(database)
        self.usage = UsageRows(database)
        self.feedback = FeedbackRows(database)
        self.shares = ShareRows(database)
        self.settings = SharedTexts(database, self._upsert, schema.settings)
        self.attempts = AttemptRows(database) if database.dialect.is_shared else None
        self.secrets = SharedTexts(database, self._upsert, schema.secrets)
        self.changes = Changes(database)
        self.changes.on(schema.tool_policies, self.policies.forget)
        self.changes.on(schema.assistants, self.assistants.forget)
        self.changes.on(schema.start_screens, self.start_screens.forget)

    async def open(self) -> None:
        """Migrate the schema."""
        await self._database.open()
        await self.changes.open()

    async def close(self) -> None:
        await self._database.close()

    async def check(self) -> None:
        """Raises `StoreUnavailable` where nothing can be stored now."""
        await self._database.check()

    async def write(
        self,
        batch: Batch,
        commands: Sequence[Command] = (),
        expected: Tenures | None = None,
    ) -> list[StoredCommand | None]:
        """Write everything in one transaction, as long as all of it is at home here as `expected`.

        Returns, for each command, None if it took effect. If its id was used before, it changes
        nothing and what it did then is returned. Raises `RunActive` and `NotHere`.
        """
        check = None
        if self.fence is not None and expected is not None:
            check = partial(self.fence.check, expected=expected)
        try:
            answers = await self._database.transaction(
                lambda connection: write(connection, self._upsert, batch, commands, check)
            )
            if self.fence is not None and expected is not None:
                self.fence.begun(expected)
            return answers
        except IntegrityError as error:
            if self._database.dialect.breaks(error, one_active_run):
                raise RunActive(None) from None
            raise
        finally:
            if batch.policies or any(command.batch.policies for command in commands):
                self.policies.forget()
