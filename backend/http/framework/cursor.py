"""The cursor of a list that comes in pages: the place of a page's last entry, in URL-safe text."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from backend.domain.errors import InvalidRequest
from backend.domain.text import clean_json

Place = TypeVar("Place")


class CursorFormat(Generic[Place]):
    """Cursors of one kind of list. `Place` is a named tuple of what the list is sorted by."""

    def __init__(self, place: type[Place]) -> None:
        self._json = TypeAdapter(place)

    def write(self, place: Place) -> str:
        return urlsafe_b64encode(self._json.dump_json(place)).decode().rstrip("=")

    def read(self, cursor: str) -> Place:
        """Raises `InvalidRequest`."""
        try:
            text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            return self._json.validate_json(clean_json(text), strict=True)
        except ValueError:
            raise InvalidRequest(
                "The cursor is not valid. Leave it out to begin at the first page.", field="cursor"
            ) from None
