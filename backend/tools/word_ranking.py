"""Ranks short texts by the words that they share with a query, in any language.

BM25F: https://www.staff.city.ac.uk/~sbrp622/papers/foundations_bm25_review.pdf, section 3.6. English
words count in each of their forms and, for less, where others stand that mean the same of a tool.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from backend.domain.word_forms import asked_forms, word_forms

MAX_WORDS: Final = 64
"""Of a query."""

_SATURATION: Final = 1.2
_SAME_MEANING: Final = 0.4
"""What a word of the same meaning counts."""

_WORD: Final = re.compile(r"[^\W_]+")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DOUBLED: Final = re.compile(r"(?<=\w\w)([bdgkmnprt])\1$")
_SHORTEST_STEM: Final = 3


@dataclass(frozen=True, slots=True)
class Text:
    """One of the texts of a document."""

    text: str
    weight: float
    """What a word of it weighs."""
    length: float
    """How much less a word weighs in a longer text: from 0, nothing, to 1."""


Document = Sequence[Text]
"""All have as many texts, in the same order."""


class WordRanking:
    """Holds the words of documents."""

    def __init__(self, documents: Iterable[Document]) -> None:
        read = [[(text, tuple(_told(text.text))) for text in each] for each in documents]
        self._count = len(read)
        lengths = [sum(len(words) for _, words in column) for column in zip(*read, strict=True)]
        means = [max(1.0, length / self._count) for length in lengths]
        self._weights: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for place, texts in enumerate(read):
            for (text, words), mean in zip(texts, means, strict=True):
                weight = text.weight / (1 - text.length + text.length * len(words) / mean)
                for word in words:
                    of_word = self._weights[word]
                    of_word[place] = of_word.get(place, 0.0) + weight

    def best(self, query: str, count: int) -> Sequence[int]:
        """Returns the places of documents that share a word with the query, the best first."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word, share in _asked(query).items():
            weights = self._weights.get(word, {})
            rarity = math.log(1 + (self._count - len(weights) + 0.5) / (len(weights) + 0.5))
            for place, weight in weights.items():
                scores[place] += share * rarity * weight / (weight + _SATURATION)
        return sorted(scores, key=lambda place: (-scores[place], place))[:count]


def _told(text: str) -> Iterator[str]:
    """Yields the words of a text, and what names such as `listPull_requests` are made of."""
    for word in _WORD.findall(_plain(text)):
        yield _stem(word.lower())
        parts = _HUMP.split(word)
        if len(parts) > 1:
            yield from (_stem(part.lower()) for part in parts)
    yield from word_forms(text)


def _asked(query: str) -> Mapping[str, float]:
    """Returns what is looked for, and what each counts."""
    stems = (_stem(word) for word in _WORD.findall(_plain(query).lower()))
    words = islice((stem for stem in stems if stem not in _IDLE), MAX_WORDS)
    asked = dict.fromkeys((*words, *islice(asked_forms(query), MAX_WORDS)), 1.0)
    for word in tuple(asked):
        for other in _MEANINGS.get(word, ()):
            asked.setdefault(other, _SAME_MEANING)
    return asked


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _stem(word: str) -> str:
    """Returns an English word without the endings of its forms, so that `merging` finds `merge`."""
    if not word.isascii():
        return word
    if len(word) > _SHORTEST_STEM and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM:
            word = _DOUBLED.sub(r"\1", stem)
            break
    if word.endswith("ie"):
        word = word[:-2] + "y"
    elif word.endswith("i") and len(word) > _SHORTEST_STEM:
        word = word[:-1] + "y"
    return word[:-1] if len(word) > _SHORTEST_STEM and word.endswith("e") else word


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(_stem, words.split()))


_IDLE: Final = _stems(
    "a an and any are as at be by can could did do does for from has have how i if in into is it its"
    " last me more my no not of off on one only or our out please so some than that the their them"
    " then there these they this those to up us was we were what when where which who whose why will"
    " with would you your"
)
"""Words of a query that tell no tool from another."""


def _meanings(*groups: str) -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for group in groups:
        stems = _stems(group)
        for stem in stems:
            found[stem] |= stems - {stem}
    return found


_MEANINGS: Final = _meanings(
    "create make add new write draw generate put insert start open",
    "delete remove erase drop cancel",
    "update edit change modify set rename move patch assign give",
    "get read show view look fetch retrieve see describe",
    "search find look query",
    "file document",
    "folder directory",
    "message chat mail email note comment",
    "event meeting appointment invitation",
    "picture image photo screenshot",
    "send post",
    "reply answer respond",
    "user person people member colleague",
    "task todo item",
    "stop end cancel kill terminate",
    "run execute start trigger",
    "log output",
    "page website site web url address",
    "row record entry",
)
"""What one says of the same thing where tools are asked for and where they are described."""
