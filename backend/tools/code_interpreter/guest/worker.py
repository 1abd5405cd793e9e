"""The process in the sandbox: receives cells on one pipe, answers on another, prints on a third."""

import contextlib
import ctypes
import json
import os
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from . import cell, display, figures, frames, seccomp
from .folder import changed, put, stamps
from .frames import Header

_CLOSE_RANGE = 436
"""Number of the system call on every architecture, since Linux 5.9."""
_MAX_FD = 2**32 - 1


@dataclass(frozen=True)
class Pipes:
    """The control pipes, apart from the standard streams that cells use."""

    commands: BinaryIO
    answers: BinaryIO


def main(answers_fd: int, folder: str, limits: dict[str, int], max_file_bytes: int) -> None:
    """Confine this process, then run cells until the server closes the pipe."""
    working_folder = Path(folder)
    sys.path.append(folder)
    pipes = _take_pipes(answers_fd)
    figures.preload()
    display.install()
    _limit(limits)
    seccomp.install()
    interruptible = cell.Interruptible()
    variables = cell.new_variables()
    _send(pipes, Header("ready", 0))
    while (received := _receive(pipes.commands)) is not None:
        header, payload = received
        sys.stdout = sys.stderr = printed = _printing()
        if header.kind == "file":
            _put(working_folder, header.name, payload)
            continue
        before = stamps(working_folder)
        error = cell.run(payload.decode(), header.number, variables, interruptible)
        with contextlib.suppress(Exception):
            printed.flush()
        sys.stdout = sys.stderr = printed = _printing()
        _save_figures(working_folder)
        paths = changed(before, stamps(working_folder))
        if len(paths) > frames.MAX_FILES:
            print(f"Only the last {frames.MAX_FILES} of {len(paths)} new files are kept.")
        for path in paths[-frames.MAX_FILES :]:
            _send_file(pipes, path, max_file_bytes)
        printed.flush()
        _send(pipes, Header("done", 0, number=header.number, error=error))


def _take_pipes(answers_fd: int) -> Pipes:
    _close(3, answers_fd - 1)
    _close(answers_fd + 1, _MAX_FD)
    commands = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(answers_fd), "wb")
    # Its number tells how many files the server has open.
    os.close(answers_fd)
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(1, 2)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    return Pipes(commands, answers)


def _close(first: int, last: int) -> None:
    """Close the descriptors from the first to the last.

    With uvloop, a process inherits what the server itself has inherited, such as sockets.
    """
    # Python's own way may take minutes where the number of open files is not limited.
    if ctypes.CDLL(None).syscall(_CLOSE_RANGE, first, ctypes.c_uint(last), 0):
        os.closerange(first, min(last + 1, os.sysconf("SC_OPEN_MAX")))


def _printing() -> TextIO:
    """Returns a new standard output, since a cell may have closed the last one."""
    return open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _limit(limits: dict[str, int]) -> None:
    os.nice(10)
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, name), (value, value))


def _save_figures(folder: Path) -> None:
    try:
        figures.save_open(folder)
    except Exception as error:
        print(f"A figure could not be drawn. {type(error).__name__}: {error}")


def _receive(commands: BinaryIO) -> tuple[Header, bytes] | None:
    prefix = commands.read(frames.PREFIX.size)
    if len(prefix) < frames.PREFIX.size:
        return None
    length, size = frames.lengths(prefix)
    return frames.decode(commands.read(length), size), commands.read(size)


def _put(folder: Path, name: str, content: bytes) -> None:
    try:
        put(folder, name, content)
    except OSError as error:
        print(f"{name} could not be put into the folder: {error.strerror}.")


def _send(pipes: Pipes, header: Header, payload: bytes = b"") -> None:
    pipes.answers.write(frames.encode(header) + payload)
    pipes.answers.flush()


def _send_file(pipes: Pipes, path: Path, max_bytes: int) -> None:
    try:
        size = path.lstat().st_size
        if size > max_bytes:
            print(f"{path.name} is not kept: its {size:,} bytes are more than {max_bytes:,}.")
            return
        content = path.read_bytes()
    except OSError as error:
        print(f"{path.name} cannot be read: {error.strerror}.")
        return
    _send(pipes, Header("file", len(content), name=path.name), content)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
