"""The process that reads one document: `python -m backend.search.readers KIND < FILE`.

Files come from strangers, and parsers have bugs: whatever one does to this process, the server
does not notice. It gives itself limits before it looks at the file, knows nothing of the server's
environment, and writes one JSON value per line: each part, then its passages, and how it ended.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO, cast

import msgspec

from backend.domain.documents import DocumentKind, Part
from backend.domain.passages import passages
from backend.search.readers.ending import Ending, Note, Unreadable
from backend.search.readers.limits import (
    MEMORY_BYTES,
    limit_this_process,
    memory_is_short,
)
from backend.search.readers.pieces import pieces

_PLAIN: frozenset[DocumentKind] = frozenset({"text", "markdown", "csv"})
"""Every other kind has a module of its name."""


def main(kind: DocumentKind, file: BinaryIO, out: BinaryIO) -> None:
    limit_this_process()
    encode = msgspec.json.Encoder().encode
    notes: list[str] = []

    def written() -> Iterator[Part]:
        for found in _found(kind, file):
            if isinstance(found, Note):
                notes.append(found.text)
                continue
            for part in pieces(found):
                out.write(encode(part) + b"\n")
                yield part

    try:
        for passage in passages(written()):
            out.write(encode(passage) + b"\n")
        ending = Ending(note=" ".join(dict.fromkeys(notes)) or None)
    except Unreadable as error:
        ending = Ending(str(error))
    except BrokenPipeError:
        return
    except Exception as error:
        ending = Ending(_blame(error))
    out.write(encode(ending) + b"\n")
    out.flush()


def _found(kind: DocumentKind, file: BinaryIO) -> Iterator[Part | Note]:
    # One module per kind, so that a text file does not wait for the libraries of the others.
    name = "plain" if kind in _PLAIN else kind
    module = import_module(f"backend.search.readers.{name}")
    found: Iterator[Part | Note] = module.read(file, kind)
    return found


def _blame(error: Exception) -> str:
    """Whatever a parser raises, it is the file that is to blame."""
    if isinstance(error, MemoryError) or memory_is_short():
        return f"Reading it takes more than {MEMORY_BYTES >> 20} MB of memory."
    return f"It is damaged or not what its name says ({type(error).__name__})."


if __name__ == "__main__":
    main(cast(DocumentKind, sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
