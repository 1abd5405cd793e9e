"""The markers with which a model cites passages: `【2:0†source】` is the first of the second search.

Hosted file search writes them so, and models were trained on that. Searches are counted along the
thread, so that a marker means the same passage in every later run.
"""

import re
from collections.abc import Iterable

from backend.domain.items import FileSearchCall, FileSearchResult, Item

_MARKER = re.compile(r"【(\d+):(\d+)†")


def marker(search: int, place: int) -> str:
    return f"【{search}:{place}†source】"


def cited(text: str, items: Iterable[Item]) -> FileSearchResult | None:
    """Returns the passage that a marker cites on the path of `items`, or None if there is none."""
    match = _MARKER.match(text)
    if match is None:
        return None
    searches = [item for item in items if isinstance(item, FileSearchCall)]
    search, place = int(match[1]) - 1, int(match[2])
    if not 0 <= search < len(searches) or place >= len(searches[search].results):
        return None
    return searches[search].results[place]
