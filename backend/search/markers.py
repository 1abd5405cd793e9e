"""The marks with which a model cites passages: `【2:0†source】`, the first one of the second search.

It is how hosted file search has it, and what models were trained on. Searches are counted along
the thread, so a mark means the same in every later run.
"""

import re
from collections.abc import Iterable

from backend.domain.items import FileSearchCall, FileSearchResult, Item

_MARKER = re.compile(r"【(\d+):(\d+)†")


def marker(search: int, place: int) -> str:
    return f"【{search}:{place}†source】"


def cited(mark: str, items: Iterable[Item]) -> FileSearchResult | None:
    """The passage that a mark means on the path of these items, None where there is none."""
    match = _MARKER.match(mark)
    if match is None:
        return None
    searches = [item for item in items if isinstance(item, FileSearchCall)]
    search, place = int(match[1]) - 1, int(match[2])
    if not 0 <= search < len(searches) or place >= len(searches[search].results):
        return None
    return searches[search].results[place]
