"""Vectors of passages as bytes, and the search for the nearest of them.

Vectors are stored at unit length as 32-bit floats, so that their dot product is the cosine. They are
compared one by one in plain Python; `make bench-search` measures the cost.
"""

import heapq
import math
from array import array
from collections.abc import Iterable, Sequence
from operator import mul
from typing import TypeVar

Key = TypeVar("Key")


def packed(vector: Sequence[float]) -> bytes:
    length = math.sqrt(sum(map(mul, vector, vector))) or 1.0
    return array("f", (value / length for value in vector)).tobytes()


def nearest(
    asked: bytes, known: Iterable[tuple[Key, bytes]], limit: int
) -> list[tuple[float, Key]]:
    """Returns the cosines and keys of the nearest vectors, nearest first.

    Vectors of another length are skipped.
    """
    query = array("f", asked)
    scored = (
        (sum(map(mul, query, array("f", vector))), key)
        for key, vector in known
        if len(vector) == len(asked)
    )
    return heapq.nlargest(limit, scored, key=lambda pair: pair[0])
