"""The document index of this server: stores the passages of documents and finds them again."""

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from pathlib import Path, PurePath
from typing import NamedTuple

from msgspec.structs import replace

from backend.domain.documents import document_kind
from backend.domain.errors import AppError, StoreUnavailable, UnreadableDocument
from backend.domain.file import FilePlace, StoredFile
from backend.domain.file_types import is_searchable
from backend.domain.ids import FileId, OwnerId
from backend.domain.passages import Passage
from backend.domain.word_forms import word_forms
from backend.search.embeddings import BATCH, Embeddings
from backend.search.extraction import Batch, extract
from backend.search.readers.ending import Note
from backend.search.vectors import nearest
from backend.store.document_texts import DocumentTexts
from backend.store.passages import PassageId, Passages, SearchableFile

log = logging.getLogger(__name__)

CANDIDATES = 50
"""Number of passages that each ranking contributes."""

RANK_CONSTANT = 60
"""The constant k of reciprocal rank fusion, as its authors chose it.

https://doi.org/10.1145/1571941.1572114
"""


FORGET_INTERVAL_S = 3600.0
"""How often texts are looked for whose file went with its thread, or unsent."""


class Found(NamedTuple):
    file_id: FileId
    score: float
    """In (0, 1], relative to the best passage of the search, whose score is 1."""
    text: str
    location: str | None


class DocumentIndex:
    """A `FileIndex`. `lend` lends a path with the bytes of a file."""

    place: FilePlace = "here"
    base_url: str | None = None

    def __init__(
        self,
        store: Passages,
        texts: DocumentTexts,
        embeddings: Embeddings,
        lend: Callable[[FileId], AbstractAsyncContextManager[Path]],
    ) -> None:
        self._store = store
        self._texts = texts
        self._embeddings = embeddings
        self._lend = lend
        self._reading = asyncio.Lock()
        self._gone = asyncio.Event()

    async def index(self, file: StoredFile) -> str | None:
        """Read a document and index it, one at a time. Returns a note if it may be misread.

        Raises `UnreadableDocument` and `StoreUnavailable`.
        """
        async with self._reading:
            try:
                note = await self._take_in(file)
            except UnreadableDocument:
                await self._texts.remove(file.id, file.taken_by)
                raise
            if await self._embed(file.id):
                await self.embed()
            return note

    async def _take_in(self, file: StoredFile) -> str | None:
        """Store the text as it is read. Returns what there is to note."""
        text = await self._texts.begin(file.id, file.taken_by)
        note = None
        try:
            async with (
                self._lend(file.id) as path,
                aclosing(extract(path, document_kind(file.name))) as found,
            ):
                async for each in found:
                    match each:
                        case Note():
                            note = each.text
                        case Batch(parts, passages):
                            await text.add(parts, _named(passages, file.name))
        except OSError as error:
            raise UnreadableDocument(f"It could not be read: {error.strerror or error}.") from None
        return note

    async def remove(self, file: StoredFile) -> None:
        """Have the text of a file that is gone deleted soon: nobody finds it any more."""
        self._gone.set()

    async def forget_for_ever(self) -> None:
        """Delete the texts of files that are gone, also those that an earlier process left."""
        while True:
            self._gone.clear()
            try:
                await self._texts.forget()
            except StoreUnavailable as error:
                log.warning("The texts of deleted files are kept for now: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(FORGET_INTERVAL_S):
                    await self._gone.wait()

    async def embed(self) -> None:
        """Compute the vectors that passages lack, such as those of a model that is new.

        One process at a time does that. A failure is only logged, since passages without vectors are
        still found by their words.
        """
        if self._embeddings.model is None:
            return
        try:
            async with self._store.embedding() as is_ours:
                if is_ours:
                    await self._embed(None)
        except StoreUnavailable as error:
            log.warning("Passages get no vectors for now: %s", error)

    async def _embed(self, file_id: FileId | None) -> bool:
        """Returns whether all passages of the file have vectors now; None stands for those of all
        files that nobody has indexed now."""
        while model := self._embeddings.model:
            try:
                waiting = await self._store.without_vector(model, BATCH, file_id)
                if not waiting:
                    return True
                texts = [_embedded(entry.passage) for entry in waiting]
                vectors = await self._embeddings.of(texts)
                ids = (entry.id for entry in waiting)
                await self._store.save_vectors(model, dict(zip(ids, vectors, strict=True)))
            except AppError as error:
                log.warning("No embeddings; files are searched by their words alone: %s", error)
                return False
        return True

    async def find(self, query: str, file_ids: Sequence[FileId], limit: int) -> tuple[Found, ...]:
        """Returns the best passages of these files, best first. Raises `StoreUnavailable`."""
        rankings = [await self._by_words(query, file_ids)]
        if self._embeddings.model:
            rankings.append(await self._by_meaning(query, file_ids))
        scores = rankings[0] if len(rankings) == 1 else _fused(rankings)
        best = sorted(scores, key=lambda key: -scores[key])[:limit]
        known = await self._store.get(best)
        return tuple(
            Found(
                known[key].file_id,
                round(scores[key] / scores[best[0]], 3),
                known[key].passage.text,
                known[key].passage.location,
            )
            for key in best
            if key in known
        )

    async def files(self, attached: Sequence[FileId], owner: OwnerId) -> list[SearchableFile]:
        """Returns the owner's documents among `attached`, and the knowledge that is indexed here.

        They may have any status. Raises `StoreUnavailable`.
        """
        found = await self._store.files(attached, owner)
        return [file for file in found if is_searchable(file.name, file.media_type)]

    async def close(self) -> None:
        await self._embeddings.close()

    async def _by_words(self, query: str, file_ids: Sequence[FileId]) -> dict[PassageId, float]:
        return dict(await self._store.by_words(query, file_ids, CANDIDATES))

    async def _by_meaning(self, query: str, file_ids: Sequence[FileId]) -> dict[PassageId, float]:
        model = self._embeddings.model
        assert model is not None
        known = await self._store.vectors(model, file_ids)
        if not known:
            return {}
        try:
            (asked,) = await self._embeddings.of([query])
        except AppError as error:
            log.warning("No embedding of the query; searching by its words alone: %s", error)
            return {}
        ranked = await asyncio.to_thread(nearest, asked, known, CANDIDATES)
        return {key: cosine for cosine, key in ranked}


def _named(passages: Iterable[Passage], name: str) -> list[Passage]:
    """The passages, which are about what their file is called, too."""
    about = " ".join(re.findall(r"[^\W_]+", PurePath(name).stem))
    forms = " ".join(word_forms(about))
    return [
        replace(
            passage,
            context=f"{about}: {passage.context}",
            forms=" ".join(filter(None, (forms, passage.forms))),
        )
        for passage in passages
    ]


def _embedded(passage: Passage) -> str:
    return f"{passage.context}\n{passage.text}"


def _fused(rankings: Iterable[dict[PassageId, float]]) -> dict[PassageId, float]:
    """Merge rankings by reciprocal rank fusion: high in several is better than high in one."""
    scores: defaultdict[PassageId, float] = defaultdict(float)
    for ranking in rankings:
        for rank, key in enumerate(sorted(ranking, key=lambda key: -ranking[key]), start=1):
            scores[key] += 1 / (RANK_CONSTANT + rank)
    return dict(scores)
