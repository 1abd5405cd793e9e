import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from backend.domain.errors import UnreadableDocument
from tests.search_eval.embeddings_server import embeddings_server
from tests.search_eval.shelf import shelf

NOTES = {
    "cats.txt": "Cats sleep for most of the day.",
    "tyres.txt": "An automobile needs new tyres every six years.",
    "bees.txt": "Bees dance to tell where flowers are.",
}


def written(folder: Path, notes: dict[str, str]) -> list[Path]:
    for name, text in notes.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in notes]


def by_concept(texts: Sequence[str]) -> list[list[float]]:
    """An embedding that knows cars and automobiles to be the same."""
    concepts = (("cat",), ("car", "automobile"), ("bee",))
    return [
        [float(any(word in text.lower() for word in words)) for words in concepts] for text in texts
    ]


async def test_words_are_found_by_their_stems_without_accents_and_in_the_files_name(
    tmp_path: Path,
    database_url: str,
) -> None:
    notes = {"a.txt": "The café refunded him.", "price-list.txt": "Twelve euros."}
    async with shelf(tmp_path, database_url) as documents:
        for path in written(tmp_path, notes):
            await documents.put(path)
        for query, name in (("refunds", "a.txt"), ("CAFE", "a.txt"), ("prices", "price-list.txt")):
            assert [found.file_id for found in await documents.find(query)] == [name]


@pytest.mark.parametrize("query", ['" OR *', "NEAR(a b)", "text:cats -sleep", "?!", "", "【", "\0"])
async def test_a_query_is_words_and_never_syntax(
    tmp_path: Path, database_url: str, query: str
) -> None:
    async with shelf(tmp_path, database_url) as documents:
        for path in written(tmp_path, NOTES):
            await documents.put(path)
        found = await documents.find(query)
        assert all(passage.score <= 1 for passage in found)


async def test_a_word_that_hardly_any_passage_lacks_is_found_where_no_other_is_asked_for(
    tmp_path: Path,
    database_url: str,
) -> None:
    lines = [f"The harbour of {number}. ".ljust(990, ".") for number in range(1100)]
    lines[700] = "The harbour with its lighthouse. ".ljust(990, ".")
    notes = {"ports.txt": "\n".join(lines), "cats.txt": NOTES["cats.txt"]}
    async with shelf(tmp_path, database_url) as documents:
        for path in written(tmp_path, notes):
            await documents.put(path)
        first, *_ = await documents.find("the lighthouse in the harbour")
        assert "lighthouse" in first.text
        assert len(await documents.find("the harbour")) == 10


async def test_only_the_files_that_are_named_are_searched(
    tmp_path: Path, database_url: str
) -> None:
    async with shelf(tmp_path, database_url) as documents:
        ids = [await documents.put(path) for path in written(tmp_path, NOTES)]
        assert await documents.index.find("cats bees", ids[1:2], 5) == ()
        assert len(await documents.index.find("cats bees", ids, 5)) == 2


async def test_a_document_taken_in_twice_is_there_once_and_deleted_it_is_gone(
    tmp_path: Path,
    database_url: str,
) -> None:
    async with shelf(tmp_path, database_url) as documents:
        (path,) = written(tmp_path, {"cats.txt": NOTES["cats.txt"]})
        file_id = await documents.put(path)
        file = await documents.rows.get(file_id)
        assert file is not None
        await documents.index.index(file)
        assert len(await documents.find("cats")) == 1
        await documents.rows.delete([file_id])
        assert await documents.find("cats") == ()


@pytest.mark.sqlite
async def test_after_its_row_a_file_leaves_the_index_too(tmp_path: Path) -> None:
    async with shelf(tmp_path) as documents:
        for path in written(tmp_path, NOTES):
            await documents.put(path)
        await documents.rows.delete(["cats.txt"])
        assert {entry.file_id for entry in await documents.all()} == {"tyres.txt", "bees.txt"}
        await documents.texts.forget()
    with sqlite3.connect(tmp_path / "x.db") as database:
        words = "SELECT count(*) FROM passage_words WHERE passage_words MATCH ?"
        assert database.execute(words, ("cats",)).fetchone() == (0,)
        assert database.execute(words, ("bees",)).fetchone() == (1,)
        database.execute(
            "INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)"
        )


async def test_with_embeddings_passages_are_found_by_meaning_too(
    tmp_path: Path, database_url: str
) -> None:
    written(tmp_path, NOTES)
    async with (
        embeddings_server(by_concept) as base_url,
        shelf(
            tmp_path, database_url, openai_base_url=base_url, embeddings_model="concepts"
        ) as documents,
    ):
        for name in NOTES:
            await documents.put(tmp_path / name)
        found = await documents.find("My car?")
    assert found[0].file_id == "tyres.txt"
    async with shelf(tmp_path, database_url) as documents:
        assert await documents.find("My car?") == ()


async def test_passages_get_vectors_when_a_model_is_named_later(
    tmp_path: Path, database_url: str
) -> None:
    async with shelf(tmp_path, database_url) as documents:
        for path in written(tmp_path, NOTES):
            await documents.put(path)
    async with (
        embeddings_server(by_concept) as base_url,
        shelf(
            tmp_path, database_url, openai_base_url=base_url, embeddings_model="concepts"
        ) as documents,
    ):
        await documents.index.embed()
        assert (await documents.find("car"))[0].file_id == "tyres.txt"


async def test_without_an_answer_from_the_model_words_alone_are_searched(
    tmp_path: Path, database_url: str
) -> None:
    async with shelf(
        tmp_path,
        database_url,
        openai_base_url="http://127.0.0.1:9/v1",
        embeddings_model="nobody",
    ) as documents:
        for path in written(tmp_path, NOTES):
            await documents.put(path)
        assert [found.file_id for found in await documents.find("cats")] == ["cats.txt"]


async def test_a_file_whose_bytes_are_gone_fails_with_the_reason(
    tmp_path: Path, database_url: str
) -> None:
    async with shelf(tmp_path, database_url) as documents:
        (path,) = written(tmp_path, {"cats.txt": "Cats"})
        file_id = await documents.put(path)
        file = await documents.rows.get(file_id)
        assert file is not None
        path.unlink()
        with pytest.raises(UnreadableDocument, match="could not be read"):
            await documents.index.index(file)
