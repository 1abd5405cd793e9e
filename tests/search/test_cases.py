"""Files that were once read wrong, through the whole server, where they lie beside this checkout.

The other tests of this folder have inputs of the same kinds.
"""

from pathlib import Path

import pytest

from backend.upstreams.demo import DemoUpstream
from tests.paths import SHARED
from tests.running import running
from tests.search.test_limits import ALLOWANCE_BYTES, FACTOR
from tests.search.visitor import visiting

CASES = SHARED / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="The cases are not here.")


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (
            "20-docx-tracked/terms.docx",
            ["The deposit is 450 crowns and is due at handover.", "Pets need written consent"],
        ),
        (
            "21-docx-content-controls/form.docx",
            [
                *("Visitor: Ilse Brandt", "Badge number 4711", "Arrival on 12 March 2027 at the"),
                *("Confidential draft 7 of Nordhafen", "Contact: extension 5521"),
            ],
        ),
        ("24-encodings/memo-sjis.txt", ["会議は三月五日に大阪で開きます。"]),
        ("24-encodings/price-gbk.csv", ["品名,价格", "茶壶,128", "瓷碗,36"]),
        ("25-one-bad-byte/log.txt", ["Prüfung der Geräte in Münster", "sensor says \ufffd ok"]),
        ("27-html-charsets/gb2312.html", ["第一段文字。", "朱镕基与喆。", "第三段在后面。"]),
        ("27-html-charsets/none-1252.html", ["Café Müller", "second paragraph ž"]),
        ("27-html-charsets/pre.html", ["line one\nline two\n  indented\n", "a\nb", "one\ntwo"]),
        ("28-pptx/harvest.pptx", ["Fruit by weight", "Plums | 12.5", "Tonnes 2026", "Barn 4"]),
        ("84-pdf/mixed.pdf", ["hyphenated at a line end", "and cooperation."]),
        ("85-html-h1/setext.md", ["word0 word1"]),
        ("93-docx-heading/heading.docx", ["Long heading. Long heading."]),
    ],
)
async def test_a_case_is_read_right_and_costs_a_factor_of_its_text(
    tmp_path: Path, case: str, words: list[str]
) -> None:
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(CASES / case, purpose="knowledge")
        assert (await visitor.indexed(file["id"]))["status"] == "completed"
        answer = await visitor.http.get(f"/api/files/{file['id']}/text")
        _, (search,) = await visitor.ask(f"Where does it say “{words[0]}”?")
    text = "\n".join(part["text"] for part in answer.json()["parts"])
    for each in words:
        assert each in text
    assert "secret" not in text
    assert not any(each < " " and each not in "\t\n" for each in text)
    assert search.results[0].file_id == file["id"]
    assert all(len(result.location or "") < 200 for result in search.results)
    size = sum(path.stat().st_size for path in tmp_path.rglob("runstream.db*"))
    assert size < ALLOWANCE_BYTES + FACTOR * len(text.encode())


@pytest.mark.parametrize("name", ["one-line.csv", "wide.csv"])
async def test_the_case_83_csv_wide_grows_the_database_by_a_factor_of_its_text(
    tmp_path: Path, name: str
) -> None:
    """Its folder says how to make them."""
    if name == "one-line.csv":
        text = ",".join(str(number % 977) for number in range(400_000))
    else:
        row = ",".join(str(number % 977) for number in range(4000))
        text = "\n".join([",".join(f"column {number}" for number in range(4000)), *[row] * 60])
    (tmp_path / name).write_text(text)
    async with running(tmp_path, DemoUpstream(0)) as server, visiting(server) as visitor:
        (file,) = await visitor.upload(tmp_path / name, purpose="knowledge")
        [indexed] = await visitor.indexed_unnoticed(file["id"])
    assert indexed["status"] == "completed"
    size = sum(path.stat().st_size for path in tmp_path.rglob("runstream.db*"))
    assert size < ALLOWANCE_BYTES + FACTOR * len(text)
