from contextlib import aclosing
from pathlib import Path

import pytest
import xlsxwriter

from backend.domain.documents import Part
from backend.domain.errors import UnreadableDocument
from backend.search.extraction import BATCH_BYTES, Batch, extract
from backend.search.readers.pieces import PIECE_CHARS
from tests.search.reading import bomb, document, read
from tests.search_eval.corpus import make_pdf


async def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    make_pdf(["Cats.", "", "Dogs."], tmp_path / "pets.pdf")
    assert await read(tmp_path / "pets.pdf") == (
        Part("Cats.", "page 1"),
        Part("Dogs.", "page 3"),
    )


async def test_a_word_document_is_read_by_its_headings_tables_included(tmp_path: Path) -> None:
    path = document(tmp_path / "guide.docx", "Before", "# Refunds", "Within 14 days.")
    assert await read(path) == (
        Part("Before"),
        Part("Refunds\nWithin 14 days.", "section “Refunds”", context="Refunds"),
    )


async def test_words_hyphenated_at_the_end_of_a_line_are_whole(tmp_path: Path) -> None:
    make_pdf(["They rely on mutual coop-\neration of all."], tmp_path / "page.pdf")
    (part,) = await read(tmp_path / "page.pdf")
    assert part.text == "They rely on mutual cooperation of all."


async def test_rows_of_a_sheet_are_numbered_as_they_are_in_it(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "prices.xlsx")) as book:
        sheet = book.add_worksheet("Prices")
        sheet.write_row(2, 0, ["Item", "Price"])
        sheet.write_row(3, 0, ["Lamp", 12])
    (part,) = await read(tmp_path / "prices.xlsx")
    assert part.text.split("\n") == ["", "", "Item | Price", "Lamp | 12"]
    assert (part.place, part.first) == ("sheet Prices", 1)


async def test_html_is_read_without_what_nobody_sees(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<title>T</title><script>x()</script><h1>Top</h1><p>Hi <b>there</b>, <i>you</i></p>"
        "<style>p{}</style><ul><li>één</ul><!-- no -->",
        encoding="utf-8",
    )
    (part,) = await read(path)
    assert part.text == "Top\nHi there, you\néén"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (
            "<table><tr>\n<th><p>Ship</p></th>\n<th><p>Fee</p></th></tr>"
            "<tr><td><p><b>Barge</b></p></td><td><p>120</p><p>euro</p></td></tr></table>",
            "Ship | Fee\nBarge | 120 euro",
        ),
        (
            "<table><tr><td><h1>News</h1><p>One.</p><p>Two.</p></td><td>b</td></tr></table>",
            "News\nOne.\nTwo.\n| b",
        ),
        (
            "<p>So <math>\n<semantics>\n<mrow><mi>E</mi>\n<mo>=</mo>\n<mi>m</mi></mrow>"
            '<annotation encoding="application/x-tex">E = m^2</annotation></semantics></math>.',
            "So E = m^2.",
        ),
        ("<p>So <math>\n<mi>E</mi>\n<mo>=</mo>\n<mi>m</mi></math>.", "So E=m."),
    ],
)
async def test_tables_and_formulas_of_html_are_read_in_lines(
    tmp_path: Path, page: str, text: str
) -> None:
    (tmp_path / "page.html").write_text(page)
    (part,) = await read(tmp_path / "page.html")
    assert part.text == text


async def test_markdown_knows_its_headings_but_none_in_code(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("# One\n```\n# not one\n```\n## Two\nmore\n# Three\n", encoding="utf-8")
    parts = await read(path)
    assert [(part.first, part.context) for part in parts] == [
        (1, "One"),
        (5, "One > Two"),
        (7, "Three"),
    ]


async def test_a_long_text_comes_in_blocks_that_number_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("".join(f"line {number}\n" for number in range(1, 60_001)), encoding="utf-8")
    parts = await read(path)
    assert len(parts) > 1
    assert "".join(part.text for part in parts) == path.read_text(encoding="utf-8")
    assert all(part.text.startswith(f"line {part.first}\n") for part in parts)


async def test_a_long_text_is_never_whole_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("All of it has to be read.\n" * 200_000)
    sizes = []
    async with aclosing(extract(path, "text")) as found:
        async for each in found:
            assert isinstance(each, Batch)
            texts = [part.text for part in each.parts] + [passage.text for passage in each.passages]
            sizes.append(sum(map(len, texts)))
    assert sum(sizes) > path.stat().st_size
    assert max(sizes) < BATCH_BYTES + 2 * PIECE_CHARS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_text_is_read_in_the_encodings_it_comes_in(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Grüße aus Åre", encoding=encoding)
    (part,) = await read(path)
    assert part.text == "Grüße aus Åre"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("corrupt.pdf", b"%PDF-1.7\n" + bytes(range(256)), "damaged or no PDF"),
        ("text.pdf", b"no PDF at all", "damaged or no PDF"),
        ("corrupt.docx", b"PK\3\4" + bytes(1000), "damaged or not what its name says"),
        ("corrupt.xlsx", b"PK\3\4" + bytes(1000), "damaged or not what its name says"),
        ("old.docx", b"\xd0\xcf\x11\xe0" + bytes(1000), "encrypted or in a format of before 2007"),
        ("binary.txt", b"\0\1\2", "holds no text"),
        ("blank.md", b" \n\n ", "holds no text"),
    ],
)
async def test_what_cannot_be_read_fails_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableDocument, match=reason):
        await read(tmp_path / name)


async def test_an_encrypted_pdf_and_a_scan_fail_with_the_reason(tmp_path: Path) -> None:
    make_pdf(["Secret."], tmp_path / "locked.pdf", password="pw")
    with pytest.raises(UnreadableDocument, match="without a password"):
        await read(tmp_path / "locked.pdf")
    make_pdf([""], tmp_path / "scan.pdf")
    with pytest.raises(UnreadableDocument, match="OCR"):
        await read(tmp_path / "scan.pdf")


async def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.docx", 300 << 20)
    assert path.stat().st_size < 2 << 20
    with pytest.raises(UnreadableDocument, match=r"unpacks to \d+ MB"):
        await read(path)


@pytest.mark.parametrize("said_bytes", [None, 1000])
async def test_a_bomb_below_the_limit_or_lying_about_it_meets_the_limit_of_memory(
    tmp_path: Path, said_bytes: int | None
) -> None:
    path = bomb(tmp_path / "bomb.docx", 120 << 20, said_bytes=said_bytes)
    with pytest.raises(UnreadableDocument, match=r"MB of memory|damaged"):
        await read(path)


async def test_entities_of_xml_are_not_blown_up(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    path = tmp_path / "laughs.html"
    path.write_text(
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><p>before &l9; after', encoding="utf-8"
    )
    (part,) = await read(path)
    assert len(part.text) < 10_000


async def test_a_reader_sees_nothing_of_the_servers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    monkeypatch.setattr("backend.search.extraction.sys.executable", _spy(tmp_path))
    with pytest.raises(UnreadableDocument):
        await read(Path(__file__))
    assert "sk-planted" not in (tmp_path / "seen").read_text()


def _spy(folder: Path) -> str:
    script = folder / "python"
    script.write_text(f"#!/bin/sh\n/usr/bin/env > {folder}/seen\n")
    script.chmod(0o700)
    return str(script)
