"""What becomes of the text of a file that is deleted: through the whole server."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from backend.upstreams.demo import DemoUpstream
from backend.waiting import poll
from tests.patience import PATIENCE_S
from tests.running import running
from tests.search.visitor import visiting

QUESTION = "When does the quay of Nordhafen open?"
ENDLESS = """
    CREATE TRIGGER endless AFTER DELETE ON passages BEGIN
      INSERT INTO passages (file_id, context, text) VALUES (old.file_id, old.context, old.text);
    END"""
"""With it, the text of a deleted file is never removed to its end."""


@pytest.mark.sqlite
async def test_a_deleted_file_is_gone_at_once_and_its_text_by_and_by(tmp_path: Path) -> None:
    names = ("kept.txt", "deleted.txt", "attached.txt")
    for name, town in zip(names, ("Osthafen", "Nordhafen", "Nordhafen"), strict=True):
        (tmp_path / name).write_text(f"The quay of {town} opens at seven.\n" * 400)

    def change(statement: str) -> None:
        with closing(sqlite3.connect(tmp_path / "data" / "runstream.db")) as database, database:
            database.execute(statement)

    def passages() -> dict[str, int]:
        """The id of the newest passage of each file."""
        with closing(sqlite3.connect(tmp_path / "data" / "runstream.db")) as database:
            return dict(database.execute("SELECT file_id, max(id) FROM passages GROUP BY file_id"))

    async def until(happened: Callable[[], bool]) -> None:
        async def asked() -> bool | None:
            return happened() or None

        await poll(asked, within_s=PATIENCE_S, first_pause_s=0.01, longest_pause_s=0.1)

    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        kept, deleted = await visitor.upload(
            *(tmp_path / n for n in names[:2]), purpose="knowledge"
        )
        (attached,) = await visitor.upload(tmp_path / names[2])
        for file in (kept, deleted, attached):
            await visitor.indexed(file["id"])
        _, (search,) = await visitor.ask(QUESTION, attached["id"])
        assert {found.file_id for found in search.results} <= {deleted["id"], attached["id"]}
        change(ENDLESS)
        assert (await visitor.http.delete(f"/api/files/{deleted['id']}")).status_code == 204
        listed = (await visitor.http.get("/api/files", params={"purpose": "knowledge"})).json()
        assert [file["id"] for file in listed["files"]] == [kept["id"]]
        for path in ("", "/content", "/text"):
            answer = await visitor.http.get(f"/api/files/{deleted['id']}{path}")
            assert answer.status_code == 404
        # Somebody else's message does not wait for the removal, which goes on before and after it.
        async with visiting(server) as other:
            _, (search,) = await other.ask(QUESTION)
        assert {found.file_id for found in search.results} == {kept["id"]}
        newest = passages()[deleted["id"]]
        await until(lambda: passages()[deleted["id"]] > newest)

    change("UPDATE threads SET deleted_at = 1")
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        # The start has deleted the threads for good, and did not wait for the text either.
        assert (await visitor.http.get(f"/api/files/{attached['id']}")).status_code == 404
        assert attached["id"] in passages()

    change("DROP TRIGGER endless")
    async with running(tmp_path, DemoUpstream(0)):
        await until(lambda: set(passages()) == {kept["id"]})
    change("INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)")
