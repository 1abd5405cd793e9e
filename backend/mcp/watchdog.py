"""Ends the programs of a server that was killed, and could not do it itself.

That is a process of its own, one for all programs. It is told of each group of processes as it
begins and ends; its input ends when the server is gone, however that went. A signal at the death of
a parent (`PR_SET_PDEATHSIG`) would come when the thread ends that has forked, would not reach the
children of a program, and is Linux's alone.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

GRACE_S: Final = 2.0
"""How long programs have to end after SIGTERM."""
_PAUSE_S: Final = 0.05


class Watchdog:
    """`start` it before each program, which then leads a group that is to be watched."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._groups = set[int]()
        self._changing = threading.Lock()
        self._is_closed = False

    def start(self) -> None:
        """Does nothing if it runs. Blocks: meant for a thread. Raises `OSError`."""
        with self._changing:
            if self._is_closed or (self._process is not None and self._process.poll() is None):
                return
            self._close_input()
            self._process = subprocess.Popen(  # noqa: S603 - nobody else has a say in it
                # Apart from all that a server imports, it is small and starts at once.
                [sys.executable, "-I", "-S", str(Path(__file__).resolve())],
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Ctrl-C in the terminal is not for it.
                start_new_session=True,
            )
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)
            for group in self._groups:
                self._tell(f"+{group}\n")

    def watch(self, group: int) -> None:
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """End it, once all programs have ended. Blocks: meant for a thread."""
        with self._changing:
            self._is_closed = True
            self._close_input()
            if self._process is not None:
                self._process.wait()

    def _close_input(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError, ValueError):
                os.write(self._process.stdin.fileno(), line.encode())


def main(lines: Iterable[str]) -> None:
    groups = set[int]()
    for line in lines:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    end(groups)


def end(groups: Iterable[int]) -> None:
    left = {group for group in groups if _signal(group, signal.SIGTERM)}
    deadline = time.monotonic() + GRACE_S
    while left and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)
        left = {group for group in left if _signal(group, 0)}
    for group in left:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Returns whether there is such a group."""
    try:
        os.killpg(group, number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main(sys.stdin)
