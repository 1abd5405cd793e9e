"""Vectors of passages as bytes, and how near they are to each other.

Stored at unit length as 32-bit floats, so that a dot product is the cosine. Compared one by one, in
plain Python: `make bench-search` says what that costs.
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
    """The nearest first, with their cosines. Vectors of another length are passed over."""
    query = array("f", asked)
    scored = (
        (sum(map(mul, query, array("f", vector))), key)
        for key, vector in known
        if len(vector) == len(asked)
    )
    return heapq.nlargest(limit, scored, key=lambda pair: pair[0])
