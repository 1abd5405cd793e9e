"""What the demo says about documents: the sentences that share most words with the question.

It knows of them what any model is told: the output of `file_search`, passages under their markers.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from backend.tools.function import FunctionSpec
from backend.upstreams.demo.answers import SIGNATURE, capabilities

MAX_QUOTES = 3
SHARE_OF_BEST = 0.6
"""Of the words in common with the best sentence, what another one needs to be told too."""
MAX_QUOTE_CHARS = 300
FEWEST_WORDS = 3
"""A heading, or half a thought, is told with the sentence after it."""

_PASSAGE = re.compile(r"^(【\d+:\d+†source】) (.+)\n", re.MULTILINE)
_SENTENCE = re.compile(r"\S.*?(?:[.!?]+(?=\s|\Z)|\n(?![a-z])|\Z)", re.DOTALL)
_WORD = re.compile(r"\w+")
_SHORT = 3
"""Words up to that length tell little."""


class _Quote(NamedTuple):
    score: float
    marker: str
    source: str
    text: str


def tell(query: str, output: str, functions: Sequence[FunctionSpec]) -> str:
    """An answer made of quotes, each with its source and its marker."""
    quotes = sorted(_best_quotes(query, output), key=lambda quote: -quote.score)
    if not quotes:
        return f"{output.strip()}\n\n{capabilities(functions)}"
    told = [quote for quote in quotes if quote.score >= SHARE_OF_BEST * quotes[0].score]
    lines = [f"> {quote.text}{quote.marker}\n>\n> — {quote.source}" for quote in told[:MAX_QUOTES]]
    return "\n\n".join(
        [
            "These sentences of your documents share most words with your question:",
            *lines,
            SIGNATURE,
        ]
    )


def _best_quotes(query: str, output: str) -> Iterator[_Quote]:
    """The best sentence of each passage."""
    asked = _stems(query)
    matches = list(_PASSAGE.finditer(output))
    ends = [match.start() for match in matches[1:]]
    for rank, (match, end) in enumerate(zip_longest(matches, ends)):
        passage = output[match.end() : end]
        best = max(
            _sentences(passage), key=lambda sentence: len(asked & _stems(sentence)), default=""
        )
        score = len(asked & _stems(best)) + 1 / (2 + rank)
        if best:
            # A heading in the document is none in the answer.
            yield _Quote(score, match[1], match[2], _cut(best.lstrip("# ")))


def _sentences(passage: str) -> Iterator[str]:
    begun = ""
    for found in _SENTENCE.finditer(passage):
        begun = " ".join([begun, *found[0].split()]).strip()
        if len(_WORD.findall(begun)) >= FEWEST_WORDS:
            yield begun
            begun = ""
    if begun:
        yield begun


def _stems(text: str) -> set[str]:
    """Long words without their last letters: `refunds` and `refunded` are alike."""
    words = (word.lower() for word in _WORD.findall(text))
    return {word[:5] for word in words if len(word) > _SHORT}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_QUOTE_CHARS else text[: MAX_QUOTE_CHARS - 1].rstrip() + "…"
