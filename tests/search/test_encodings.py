"""Text, HTML and CSV are read in the encodings they come in."""

from pathlib import Path

import pytest

from backend.domain.errors import UnreadableDocument
from tests.search.reading import read

GERMAN = "Grüße aus Åre: die Prüfung der Geräte ist bestanden.\n"
JAPANESE = "会議は三月五日に大阪で開きます。\n"
CHINESE = "品名,价格\n茶壶,128\n瓷碗,36\n"
TRADITIONAL = "會議將於三月五日在台北舉行。\n"
KOREAN = "회의는 3월 5일 부산에서 열립니다.\n"
RUSSIAN = "Заседание состоится пятого марта в Москве.\n"


async def text_of(path: Path) -> str:
    return "".join(part.text for part in await read(path))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *((encoding, GERMAN) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")),
        *((encoding, GERMAN) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")),
        *((encoding, JAPANESE) for encoding in ("cp932", "euc_jp", "iso2022_jp", "utf-16-le")),
        ("gb18030", CHINESE),
        ("big5", TRADITIONAL),
        *((encoding, KOREAN) for encoding in ("cp949", "iso2022_kr")),
        *((encoding, RUSSIAN) for encoding in ("cp1251", "koi8-r", "iso8859-5", "ibm866")),
    ],
)
async def test_text_says_its_encoding_by_its_bytes(
    tmp_path: Path, encoding: str, text: str
) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(text.encode(encoding))
    assert await text_of(path) == text


@pytest.mark.parametrize(
    ("label", "encoding", "text"),
    [
        ("gb2312", "gb18030", "朱镕基与喆"),
        ("gbk", "gbk", "联通"),
        ("iso-8859-1", "cp1252", "€ – “fine”"),
        ("latin1", "cp1252", "Café"),
        ("shift_jis", "cp932", "①髙"),
        ("x-sjis", "cp932", "会議"),
        ("euc-kr", "cp949", "똠방각하"),
        ("ks_c_5601-1987", "cp949", "회의"),
        ("big5", "big5hkscs", "會議"),
        ("koi8-r", "koi8-r", "Москва"),
        ("windows-1253", "cp1253", "Αθήνα"),
        ("utf-16", "utf-8", "žluť"),
        ("no-such-charset", "utf-8", "žluť"),
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="{}">',
        "<meta charset={}>",
        "<META http-equiv='Content-Type' content='text/html; charset={}'>",
        '<?xml version="1.0" encoding="{}"?>',
        "<!-- <meta charset=koi8-u> --><title>x</title><meta charset='{}'>",
    ],
)
async def test_a_page_is_read_in_the_charset_that_it_names(
    tmp_path: Path, head: str, label: str, encoding: str, text: str
) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(f"{head.format(label)}<body><p>1 {text} 2</p>".encode(encoding))
    assert await text_of(path) == f"1 {text} 2"


@pytest.mark.parametrize(
    "page",
    [
        "<p>How to set charset=iso-8859-1 é</p>",
        "<p title='<meta charset=koi8-r>'>How to set charset=iso-8859-1 é</p>",
        "<script>'<meta charset=koi8-r>'</script><p>How to set charset=iso-8859-1 é</p>",
    ],
)
async def test_the_word_charset_in_a_page_declares_nothing(tmp_path: Path, page: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    assert await text_of(path) == "How to set charset=iso-8859-1 é"


@pytest.mark.parametrize(
    ("name", "declaration", "encoding"),
    [
        ("data.xml", '<?xml version="1.0" encoding="iso-8859-2"?>', "iso8859-2"),
        ("style.css", '@charset "windows-1250";', "cp1250"),
        ("script.py", "#!/usr/bin/python\n# -*- coding: iso-8859-2 -*-", "iso8859-2"),
    ],
)
async def test_other_text_is_read_as_it_declares(
    tmp_path: Path, name: str, declaration: str, encoding: str
) -> None:
    text = f"{declaration}\n/* žluťoučký */\n"
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert await text_of(tmp_path / name) == text


async def test_bad_bytes_among_good_ones_are_replaced_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes("Prüfung in Münster\n".encode() * 3 + b"sensor \xff\n")
    assert await text_of(path) == "Prüfung in Münster\n" * 3 + "sensor \ufffd\n"


async def test_control_characters_are_no_text_and_tear_no_word_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    text = "one\0 t\x02wo\x1b[0m hyphen\u00adated\n" + "An ordinary line of the log.\n" * 9
    path.write_text(text, encoding="utf-8")
    assert (await text_of(path)).startswith("one two[0m hyphenated\n")


async def test_ascii_with_control_characters_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = tmp_path / "dump.txt"
    path.write_bytes(b"name\x0evalue\x0fkey\x0edata\x0fmore words of it " * 20)
    with pytest.raises(UnreadableDocument, match="holds no text"):
        await read(path)


async def test_a_page_in_a_charset_that_browsers_refuse_is_read_all_the_same(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mail.html"
    path.write_bytes(f'<meta charset="iso-2022-kr"><p>{KOREAN}'.encode("iso2022_kr"))
    assert await text_of(path) == KOREAN.strip()
