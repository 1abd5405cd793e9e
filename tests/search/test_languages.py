"""Words of every language are found by words."""

from pathlib import Path

from backend.domain.word_forms import asked_forms, word_forms
from tests.search_eval.shelf import shelf

NOTES = {
    "zh.txt": "会议将于三月五日在大阪举行，请各位准时参加。",
    "ja.txt": "大浴場は朝五時から深夜零時まで利用できます。",
    "ko.txt": "회의는 부산에서 열립니다.",
    "th.txt": "ห้องประชุมอยู่ที่ชั้นสาม",
    "ar.txt": "تُقرأ القِصَصُ للأطفال كل سبت في المكتبة.",
    "de.txt": "Bohrmaschinen dürfen in der Straße nur werktags und mit Genehmigung benutzt werden.",
    "at.txt": "Bauplan fuer die Strassen und Wege",
    "en.txt": "The information desk opens at noon.",
}


FOUND = {
    "大阪": "zh.txt",
    "什么时候举行会议？": "zh.txt",
    "浴": "ja.txt",
    "深夜でも利用": "ja.txt",
    "회의": "ko.txt",
    "부산": "ko.txt",
    "ประชุม": "th.txt",
    "مكتبة": "ar.txt",
    "قصص": "ar.txt",
    "الاطفال": "ar.txt",
    "Maschine": "de.txt",
    "Straßen": "at.txt",
    "duerfen": "de.txt",
    "Bohr": "de.txt",
    "STRASSE": "de.txt",
    "ｉｎｆｏｒｍａｔｉｏｎ": "en.txt",
}


async def test_a_word_is_found_in_the_language_it_is_of(tmp_path: Path, database_url: str) -> None:
    async with shelf(tmp_path, database_url) as index:
        for note, text in NOTES.items():
            (tmp_path / note).write_text(text, encoding="utf-8")
            await index.put(tmp_path / note)
        found = {query: (await index.find(query))[0].file_id for query in FOUND}
    assert found == FOUND


async def test_english_passages_have_no_other_forms() -> None:
    assert list(word_forms(NOTES["en.txt"])) == []


async def test_no_query_is_syntax(tmp_path: Path, database_url: str) -> None:
    queries = ("茶", '"', "浴 *", "forms: x", "ا", "ß", "\ud800", "۱۲")
    async with shelf(tmp_path, database_url) as index:
        (tmp_path / "zh.txt").write_text("一壶龙井茶一百元", encoding="utf-8")
        await index.put(tmp_path / "zh.txt")
        for query in queries:
            await index.find(query)
    assert all('"' not in form for query in queries for form in asked_forms(query))
