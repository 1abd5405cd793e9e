"""What a database has to be able to do, beyond the SQL that all understand."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Executable, Index, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

Upsert = sqlite.Insert | postgresql.Insert


class Ranked(NamedTuple):
    passage_id: int
    score: float
    """Higher is better; comparable within one search only."""


class Weights(NamedTuple):
    """How much a word counts where it stands, beside one in the text of a passage."""

    context: float
    forms: float


class Common(NamedTuple):
    """When a word is in so many passages that it tells none from another."""

    share: float
    """In more of the passages than that."""
    few: int
    """But not among so few passages."""


class Dialect(Protocol):
    row_id: str
    """The column by which the database itself tells rows apart."""
    deleted_at_once: int
    """So many passages can be deleted while others wait."""
    is_shared: bool
    """Whether several processes may use one database at a time."""

    def engine_options(self, busy_timeout_s: float) -> dict[str, Any]:
        """Returns what `create_engine` needs. Who waits for another's lock waits that long."""

    def reading(self) -> Mapping[str, Any]:
        """Returns the execution options of a connection that only reads."""

    def prepare(self, engine: Engine) -> None:
        """Have every new connection of an engine behave as we need it."""

    def lock_schema(self, connection: Connection) -> None:
        """Wait until nobody else migrates, and keep others waiting until the transaction ends."""

    def problem(self, error: DBAPIError) -> str | None:
        """Returns why nothing can be stored now, in a sentence; None where what was sent is at fault."""

    def breaks(self, error: DBAPIError, index: Index) -> bool:
        """Returns whether a row was refused since there is one that this unique index calls the same."""

    def upsert(self, table: Table) -> Upsert:
        """Returns an insert that can say `on_conflict_do_update`."""

    def add_passages(self) -> Executable:
        """Returns the statement that adds rows of `passages`, each given to `with_words` before."""

    def upsert_texts(self) -> Executable:
        """Returns the statement that adds rows of `texts`, each given to `with_words` before, or
        changes those of the same source whose text is another."""

    def with_words(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns a row of `passages` or `texts` with all that finds it by its words."""

    def has_words(self, words: Sequence[str]) -> ColumnElement[bool]:
        """Returns the condition that in a row of `texts` words begin with all of these."""

    async def best_passages(
        self,
        connection: AsyncConnection,
        words: Mapping[str, bool],
        file_ids: Iterable[str],
        weights: Weights,
        common: Common,
        limit: int,
    ) -> list[Ranked]:
        """Returns the best passages of these files that have any of the words, by BM25.

        A word that maps to True stands for all that begin with it. Words that are common count
        only if the others find nothing.
        """
