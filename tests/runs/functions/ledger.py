"""Two functions that write down each call, for a server that is killed in the middle of them."""

import asyncio
from pathlib import Path

from backend.tools.function import ToolContext, function

LEDGER = Path("calls.txt")
"""In the working directory: one line per call that began."""


@function(repeatable=True)
async def look(place: str) -> str:
    """Look at a place."""
    await _write_down("look", place)
    return f"{place} is quiet"


@function
async def book(place: str) -> str:
    """Book a table at a place."""
    await _write_down("book", place)
    return f"{place} is booked"


@function
async def book_asking(place: str, context: ToolContext) -> str:
    """Book a table at a place, if somebody says yes."""
    context.confirm(f"Book {place}?")
    await _write_down("book", place)
    return f"{place} is booked"


async def _write_down(name: str, place: str) -> None:
    with LEDGER.open("a") as ledger:
        ledger.write(f"{name} {place}\n")
    for _ in range(3):
        await asyncio.sleep(0)
