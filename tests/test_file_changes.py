import asyncio
from contextlib import aclosing
from pathlib import Path

from backend.file_changes import file_changes
from tests.patience import PATIENCE_S


async def test_who_reads_at_the_first_set_misses_no_change(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    async with (
        aclosing(file_changes(tmp_path, watch_filter=lambda _, path: path == str(file))) as changes,
        asyncio.timeout(PATIENCE_S),
    ):
        file.write_text("changed before anybody watches")
        await anext(changes)
        file.write_text("changed again")
        (tmp_path / "other").touch()
        [(_, path)] = await anext(changes)
    assert path == str(file)
