"""What a file may cost: in the database, in a search, and for whoever else asks the server."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from backend.domain.items import FileSearchCall
from backend.upstreams.demo import DemoUpstream
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls
from tests.search.reading import document
from tests.search.visitor import visiting

ALLOWANCE_BYTES = 4 << 20
FACTOR = 12
"""How many times the bytes of a document's text the database may grow by."""


def one_line_csv(path: Path) -> int:
    return path.write_text(",".join(str(number % 977) for number in range(200_000)))


def wide_csv(path: Path) -> int:
    rows = [",".join(f"measurement {column}" for column in range(4000))]
    rows += [",".join(str(row * column % 97) for column in range(4000)) for row in range(40)]
    return path.write_text("\n".join(rows))


def page_in_a_heading(path: Path) -> int:
    paragraphs = "".join(f"<div>Sentence {number} of the page. </div>" for number in range(8000))
    return path.write_text(f"<h1>Everything {paragraphs}</h1>")


def long_headings(path: Path) -> int:
    heading = "A heading that goes on and on " * 1000
    return path.write_text(f"# {heading}\n" + "".join(f"## {n} {heading}\n{n}\n" for n in range(9)))


def tiny_sections(path: Path) -> int:
    return path.write_text(f"# {'long ' * 100}\n" + "## a\n" * 9_000)


def chinese(path: Path) -> int:
    letters = (chr(0x4E00 + number * number % 3001) for number in range(100_000))
    path.write_text("".join(letters), encoding="utf-8")
    return path.stat().st_size


def german_compounds(path: Path) -> int:
    halves = [f"{a}{e}{b}{e}{c}" for a in "bdfgk" for b in "lmnrs" for c in "tvwz" for e in "aeiou"]
    words = (first + second for first in halves[::3] for second in halves[::3])
    return path.write_text(" und der ".join(words))


def long_word_heading(path: Path) -> int:
    document(path, "# " + "Terms and conditions " * 3000, *["A clause of its own."] * 3000)
    return 63_000 + 20 * 3000


def wide_sheet(path: Path) -> int:
    size = 0
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Wide")
        for row in range(40):
            cells = [f"{'column' if row == 0 else row} {column}" for column in range(3000)]
            sheet.write_row(row, 0, cells)
            size += len(" | ".join(cells))
    return size


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("one-line.csv", one_line_csv),
        ("wide.csv", wide_csv),
        ("page.html", page_in_a_heading),
        ("headings.md", long_headings),
        ("sections.md", tiny_sections),
        ("chinese.txt", chinese),
        ("german.txt", german_compounds),
        ("terms.docx", long_word_heading),
        ("wide.xlsx", wide_sheet),
    ],
)
async def test_the_database_grows_by_a_factor_of_the_text_and_the_server_answers_throughout(
    tmp_path: Path, name: str, make: Callable[[Path], int]
) -> None:
    text_bytes = make(tmp_path / name)
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(tmp_path / name, purpose="knowledge")
        [indexed] = await visitor.indexed_unnoticed(file["id"])
        assert indexed["status"] == "completed"
        _, (search,) = await visitor.ask(
            "What does the page say of 500, terms, columns, a long 一丁 balat?"
        )
    assert search.results
    assert all(len(result.location or "") < 200 for result in search.results)
    size = sum(path.stat().st_size for path in tmp_path.rglob("runstream.db*"))
    assert size < ALLOWANCE_BYTES + FACTOR * text_bytes


async def test_more_headings_than_text_are_refused_and_nothing_of_them_is_kept(
    tmp_path: Path,
) -> None:
    (tmp_path / "headings.md").write_text("# a\n" * 20_000)
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(tmp_path / "headings.md", purpose="knowledge")
        failed = await visitor.indexed(file["id"])
        assert (await visitor.http.get(f"/api/files/{file['id']}/text")).status_code == 404
    assert failed["status"] == "failed"
    assert "headings or pages with hardly any text" in failed["error"]


async def test_a_search_tells_the_model_no_more_than_the_setting_allows(tmp_path: Path) -> None:
    upstream = ScriptedUpstream()
    upstream.script(calls(("file_search", json.dumps({"query": "refund"}))), [COMPLETED])
    texts = [tmp_path / f"{number}.txt" for number in range(4)]
    for number, path in enumerate(texts):
        path.write_text(f"A refund of {number} euros is paid. " * 30)
    broken = [tmp_path / f"{'broken ' * 20}{number}.pdf" for number in range(8)]
    for path in broken:
        path.write_bytes(b"%PDF-1.7 nothing else")
    settings: dict[str, Any] = {"file_search_chars": 2500}
    async with running(tmp_path, upstream, **settings) as server, visiting(server) as visitor:
        for path in (*texts, *broken):
            (file,) = await visitor.upload(path, purpose="knowledge")
            await visitor.indexed(file["id"])
        async with visitor.socket() as socket:
            await socket.say("Refunds?")
            await socket.until_run_ends()
            (search,) = (i for i in socket.transcript.items if isinstance(i, FileSearchCall))
    (session,) = upstream.sessions
    assert session.outputs[1] is not None
    (told,) = session.outputs[1]
    assert 1000 < len(told.output) <= 2500
    assert "more files are not searched" in told.output
    assert 0 < len(search.results) == told.output.count("†source】 ")
