"""What a model calls the tools of servers: names that every upstream takes, each once.

A name stays the same as long as its server and tool do, whatever others are called.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from typing import Final

MAX_CHARS: Final = 64
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_-]")
_PLAIN_SERVER: Final = re.compile(r"(?!.*__)[A-Za-z0-9_-]*[A-Za-z0-9-]")
"""With such a one `server__tool` can be read in one way only."""
_SEPARATOR: Final = "__"


def tool_names(
    tools: Iterable[tuple[str, str]], taken: Collection[str]
) -> dict[tuple[str, str], str]:
    """Returns the names of tools, each given as server and tool. None of them is in `taken`."""
    names: dict[tuple[str, str], str] = {}
    used = set(taken)
    # First those that are their own plain name, which no other may take from them.
    for tool in sorted(set(tools), key=lambda tool: (not _is_plain(*tool), tool)):
        name = _SEPARATOR.join(tool)
        if not _is_plain(*tool) or name in used:
            name = _marked(*tool)
        if name not in used:
            used.add(name)
            names[tool] = name
    return names


def _is_plain(server: str, tool: str) -> bool:
    name = server + _SEPARATOR + tool
    fits = len(name) <= MAX_CHARS and _UNFIT.search(name) is None
    return fits and bool(tool) and _PLAIN_SERVER.fullmatch(server) is not None


def _marked(server: str, tool: str) -> str:
    """Returns a name that says whose it is by a hash at its end."""
    mark = hashlib.sha256(f"{server}/{tool}".encode(errors="replace")).hexdigest()[:8]
    words = _UNFIT.sub("_", server)[:24] + _SEPARATOR + _UNFIT.sub("_", tool)
    return f"{words[: MAX_CHARS - len(mark) - 1]}_{mark}"
