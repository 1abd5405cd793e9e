"""Processes that are forked from one that has imported the server, since that takes longest."""

import multiprocessing
import os
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from multiprocessing.popen_forkserver import Popen
from multiprocessing.process import BaseProcess
from threading import RLock

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "backend.app",
        "backend.upstreams.assistants",
        "backend.upstreams.chat_completions",
        "backend.upstreams.demo",
        "backend.upstreams.responses",
        "tests.process",
        "tests.runs.mortal_server",
    ]
)

# Starting one asks all others whether they have ended, and of two threads that ask only one is
# told the exit code: the other gets 255.
_ONE_AT_A_TIME = RLock()


class ForkedProcess(ForkServerProcess):
    """May be started, asked and awaited from several threads."""

    def start(self) -> None:
        with _ONE_AT_A_TIME:
            super().start()

    def close(self) -> None:
        with _ONE_AT_A_TIME:
            super().close()

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Popen:
        return _Popen(process_obj)


class _Popen(Popen):
    def poll(self, flag: int = os.WNOHANG) -> int | None:
        if flag != os.WNOHANG and self.returncode is None:
            wait([self.sentinel])
        with _ONE_AT_A_TIME:
            return super().poll(os.WNOHANG)
