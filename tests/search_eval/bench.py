"""How fast documents are read and searched, and what harmful ones cost: `make bench-search`.

The text is Python's own manual of its language, as it comes with every CPython.
"""

import asyncio
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path
from pydoc_data.topics import topics

from backend.domain.errors import UnreadableDocument
from tests.search.reading import bomb, document
from tests.search_eval.corpus import make_pdf, questions
from tests.search_eval.embeddings_server import embeddings_server
from tests.search_eval.shelf import Shelf, file_url, shelf

PASSAGES = 10_000
DIMENSIONS = 384
SEED = 7


async def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(f"reading and indexing{'size':>12}{'seconds':>10}{'MB/s':>8}")
        async with shelf(folder, file_url(folder / "reading.db")) as opened:
            for path in _documents(folder):
                await _report_reading(opened, path)
        await _report_searching(folder, meaning=False)
        await _report_searching(folder, meaning=True)
        await _report_bomb(folder)


def _documents(folder: Path) -> list[Path]:
    words = " ".join(topics.values()).encode("ascii", "ignore").decode()
    text = folder / "text.txt"
    text.write_text(words * 8)
    pages = [words[at : at + 2500] for at in range(0, len(words), 2500)]
    make_pdf(pages, folder / "pages.pdf")
    paragraphs = [line for line in words.split("\n\n") if line.isprintable()]
    return [text, folder / "pages.pdf", document(folder / "word.docx", *paragraphs * 4)]


async def _report_reading(opened: Shelf, path: Path) -> None:
    started = time.perf_counter()
    await opened.put(path)
    seconds = time.perf_counter() - started
    megabytes = path.stat().st_size / 1e6
    print(f"{path.name:20}{megabytes:>9.2f} MB{seconds:>10.2f}{megabytes / seconds:>8.2f}")


async def _report_searching(folder: Path, *, meaning: bool) -> None:
    """Over passages of 100 documents whose sentences are in an order of their own."""
    dice = random.Random(SEED)
    sentences = " ".join(" ".join(topics.values()).split()).split(". ")
    name = "by words and vectors" if meaning else "by words"
    async with embeddings_server(lambda texts: [_vector(dice) for _ in texts]) as base_url:
        settings = {"openai_base_url": base_url, "embeddings_model": "noise"} if meaning else {}
        async with shelf(folder, file_url(folder / f"{meaning}.db"), **settings) as opened:
            passages = 0
            while passages < PASSAGES:
                path = folder / f"{meaning}{passages}.txt"
                path.write_text(". ".join(dice.sample(sentences, min(900, len(sentences)))))
                await opened.put(path)
                passages = len(await opened.all())
            times = []
            for question in questions():
                started = time.perf_counter()
                await opened.find(question.question, 8)
                times.append((time.perf_counter() - started) * 1000)
    print(
        f"searching {passages:,} passages {name}: median {statistics.median(times):.1f} ms, "
        f"slowest {max(times):.1f} ms"
    )


async def _report_bomb(folder: Path) -> None:
    path = bomb(folder / "bomb.docx", 200 << 20)
    async with shelf(folder, file_url(folder / "bomb.db")) as opened:
        try:
            await opened.put(path)
        except UnreadableDocument as error:
            print(f"a bomb of 200 MB in {path.stat().st_size / 1e6:.1f} MB of docx: {error}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of a reader {peak:.0f} MB, of this process {mine:.0f} MB")


def _vector(dice: random.Random) -> list[float]:
    return [dice.gauss(0, 1) for _ in range(DIMENSIONS)]


if __name__ == "__main__":
    asyncio.run(main())
