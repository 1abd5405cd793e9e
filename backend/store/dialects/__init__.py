"""What differs from database to database, one module for each.

`backend.store` otherwise speaks SQL that all of them understand.
"""

from sqlalchemy.engine import make_url

from backend.store.dialects.base import Dialect
from backend.store.dialects.postgresql import Postgresql
from backend.store.dialects.sqlite import Sqlite

__all__ = ["Dialect", "dialect_of", "is_shared"]


def is_shared(url: str) -> bool:
    """Whether several processes may use the database of a URL at a time."""
    return dialect_of(url).is_shared


def dialect_of(url: str) -> Dialect:
    """Returns the dialect of a database URL."""
    return Sqlite() if make_url(url).get_backend_name() == "sqlite" else Postgresql()
