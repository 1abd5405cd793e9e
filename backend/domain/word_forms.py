"""Other forms under which the words of a text are found, beside their stems.

Words of languages that are written without spaces are found by pairs of letters. Arabic words are
found without vowel marks, articles and endings, German ones also by what they are made of and
without their umlauts.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_UNSPACED: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"  # Japanese, Chinese
    r"\uac00-\ud7af\U00020000-\U0003ffff"  # Korean, whose words carry particles; rare Chinese
)
_RUNS: Final = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<arabic>[\u0610-\u061a\u0620-\u06ff]+)"
    r"|(?P<latin>[^\W\d_\u0370-\uffff]+)"
)
_LATIN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})
_UMLAUT: Final = re.compile("[äöüßåæø]")
_JOINING: Final = frozenset(
    {
        *(
            "der",
            "das",
            "und",
            "ist",
            "nicht",
            "mit",
            "für",
            "auf",
            "ein",
            "eine",
            "einen",
            "dem",
            "von",
            "zu",
            "bei",
            "nach",
        ),
        *("het", "een", "van", "niet", "voor", "zijn", "aan"),
        *("och", "att", "det", "som", "är", "på", "av", "inte", "og", "til", "ikke", "er"),
    }
)
"""Words that German, Dutch, Swedish, Danish and Norwegian cannot do without, and English has not."""
_JOINING_SHARE: Final = 0.04
_LONG: Final = 10
"""A word of that many letters may be made of several."""
_PIECE: Final = 5
_SHORTEST_PIECE: Final = 4
_MARK: Final = "\u02bc"
"""A letter with which no word begins, so that no piece is taken for a word."""

_ARABIC: Final = str.maketrans("أإآٱىة", "اااايه", "ـ")
_ARTICLES: Final = ("وال", "بال", "كال", "فال", "ال", "لل", "و")
_ENDINGS: Final = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")


def word_forms(text: str) -> Iterator[str]:
    """Yields the forms of a text's words, in its order."""
    return _forms(text, _LONG if _joins_words(text) else None)


def asked_forms(query: str) -> Iterator[str]:
    """Yields the forms that the words of a query may have: they may be pieces of longer ones."""
    return _forms(query, _SHORTEST_PIECE)


def is_beginning(form: str) -> bool:
    """Whether a form of a query also stands for those that begin with it."""
    if form.startswith(_MARK):
        return len(form) < len(_MARK) + _PIECE
    return len(form) == 1 and not form.isascii()


def _forms(text: str, long: int | None) -> Iterator[str]:
    is_wide = not unicodedata.is_normalized("NFKC", text)
    for run in _RUNS.finditer(unicodedata.normalize("NFKC", text).lower()):
        if run["unspaced"]:
            yield from _pairs(run[0])
        elif run["arabic"]:
            yield _arabic_stem(run[0])
        else:
            plain = run[0].translate(_LATIN)
            if plain != run[0] or is_wide:
                yield plain
            if long is not None and len(plain) >= long:
                for at in range(max(1, len(plain) - _PIECE + 1)):
                    yield _MARK + plain[at : at + _PIECE]


def _joins_words(text: str) -> bool:
    """Whether the text is German or of its relatives, which write compounds as one word."""
    words = text.lower().split()
    telling = sum(word in _JOINING or _UMLAUT.search(word) is not None for word in words)
    return telling > max(1, len(words) * _JOINING_SHARE)


def _pairs(run: str) -> Iterator[str]:
    letters = "".join(each for each in run if not unicodedata.category(each).startswith("M"))
    if len(letters) == 1:
        yield letters
    for at in range(len(letters) - 1):
        yield letters[at : at + 2]


def _arabic_stem(word: str) -> str:
    """As the stemmer Light10 has it: https://doi.org/10.1007/978-1-4020-6046-5_12"""
    letters = "".join(each for each in word if unicodedata.category(each) != "Mn")
    stem = letters.translate(_ARABIC)
    article = next((each for each in _ARTICLES if stem.startswith(each)), "")
    if len(stem) - len(article) >= (3 if article == "و" else 2):
        stem = stem.removeprefix(article)
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= 2:
            stem = stem.removesuffix(ending)
    return stem
