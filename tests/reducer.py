"""The page's own reducer, run by Node on the frames that clients got."""

import asyncio
import json
import shutil
from collections.abc import Iterable, Sequence
from typing import Any

from backend.domain.items import ITEM, Item
from tests.paths import ROOT

_COMMAND = ROOT / "frontend" / "tests" / "reduce-cli.mjs"


async def browser_states(clients: Iterable[Sequence[str]]) -> list[dict[str, Any]]:
    """What the page makes of the frames of each client. One process for all of them."""
    node = shutil.which("node")
    assert node is not None
    process = await asyncio.create_subprocess_exec(
        node, _COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    lines = [f"[{','.join(frames)}]" for frames in clients]
    out, _ = await process.communicate("\n".join(lines).encode())
    return [json.loads(line) for line in out.splitlines()]


def items_of(state: dict[str, Any]) -> tuple[Item, ...]:
    return tuple(map(ITEM.validate_python, state["items"]))
