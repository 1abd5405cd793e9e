"""The working folder, and the files that a cell made or changed."""

import os
import stat
from collections.abc import Iterator
from itertools import count
from pathlib import Path

Stamp = tuple[int, int, int]
"""Inode, size and time of the last change."""

MAX_LISTED = 10_000


def stamps(folder: Path) -> dict[Path, Stamp]:
    """Returns the stamps of all regular files that are not hidden, without symbolic links."""
    found: dict[Path, Stamp] = {}
    for path in _files(folder):
        if len(found) >= MAX_LISTED:
            break
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            found[path] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def changed(before: dict[Path, Stamp], after: dict[Path, Stamp]) -> list[Path]:
    """Returns new and changed files, by time of change."""
    paths = [path for path, stamp in after.items() if before.get(path) != stamp]
    return sorted(paths, key=lambda path: after[path][2])


def unused(folder: Path, stem: str) -> Path:
    """Returns the path of a new picture, such as `figure-1.png`."""
    paths = (folder / f"{stem}-{number}.png" for number in count(1))
    return next(path for path in paths if not path.exists())


def put(folder: Path, name: str, content: bytes) -> None:
    """Write a file of the thread, replacing another of its name."""
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_bytes(content)


def _files(folder: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        yield from (Path(directory, name) for name in names if not name.startswith("."))
