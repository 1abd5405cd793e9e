"""The processes of sandboxes end with the server, however it ends."""

import signal
from pathlib import Path

import psutil
import pytest

from backend.cli.client import ChatClient
from tests.process import backend
from tests.tools.code_interpreter.interpreter import settled

END_TIMEOUT_S = 15.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_no_process_outlives_the_server(tmp_path: Path, number: signal.Signals) -> None:
    """One with a thread's variables, and the spare one."""
    settings = {"CODE_INTERPRETER": "auto", "UPSTREAM": "demo"}
    async with backend(tmp_path, "--port", "0", settings=settings) as server:
        await server.started()
        assert (await settled(server.url)).state == "ready"
        async with ChatClient(server.url) as chat:
            run = await chat.ask("what is 2**100")
            assert run.status == "completed"
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert len(children) >= 2
        await server.end(number)
    _, alive = psutil.wait_procs(children, timeout=END_TIMEOUT_S)
    assert alive == []
