"""Processes that are forked from one that has imported the server, since that takes longest."""

import multiprocessing

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
