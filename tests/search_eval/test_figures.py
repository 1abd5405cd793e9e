"""The evaluation keeps its word: passages are found as well as it was once measured."""

from pathlib import Path

from tests.search_eval.__main__ import answers, figures, ours, plain_bm25
from tests.search_eval.corpus import Corpus, make_documents, questions
from tests.search_eval.shelf import shelf


async def test_ours_finds_as_much_as_plain_bm25_does(tmp_path: Path) -> None:
    asked = questions()
    documents = make_documents(tmp_path)
    async with shelf(tmp_path) as opened:
        for path in documents:
            await opened.put(path)
        passages = await opened.all()
        known = [entry.passage.text for entry in passages]
        found = await figures(ours(opened), asked, known)
        plain = await figures(plain_bm25(passages), asked, known)
    assert len(asked) >= 60
    assert len({path.suffix for path in documents}) >= 9
    for question in asked:
        files = {entry.file_id for entry in passages if answers(entry.passage.text, question)}
        assert files == {question.file}
    assert found.recall >= 0.84
    assert found.recall >= plain.recall
    assert found.ndcg >= plain.ndcg


async def test_every_format_and_language_is_found_by_words(tmp_path: Path) -> None:
    corpora: tuple[Corpus, ...] = ("formats", "languages")
    for corpus in corpora:
        folder = tmp_path / corpus
        folder.mkdir()
        asked = questions(corpus)
        async with shelf(folder) as opened:
            for path in make_documents(folder, corpus):
                await opened.put(path)
            known = [entry.passage.text for entry in await opened.all()]
            found = await figures(ours(opened), asked, known)
        assert found.recall >= 0.95
        assert found.ndcg >= 0.9
