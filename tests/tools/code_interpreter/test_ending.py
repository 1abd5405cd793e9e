"""The processes of sandboxes end with the server, however it ends."""

import signal
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from backend.cli.client import ChatClient
from backend.domain.events import ItemDelta
from tests.patience import PATIENCE_S
from tests.process import PROGRAM, backend
from tests.tools.code_interpreter.interpreter import settled


async def test_a_server_that_is_killed_during_a_cell_leaves_no_file_behind(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    settings = {"CODE_INTERPRETER": "auto", "UPSTREAM": "demo", "TMPDIR": str(temporary)}
    code = "open('made.txt', 'w').write('x')\nimport time\nprint('begun')\ntime.sleep(60)"
    async with backend(tmp_path, "--port", "0", settings=settings, command=PROGRAM) as server:
        await server.started()
        assert (await settled(server.url)).state == "ready"
        async with (
            ChatClient(server.url) as chat,
            aclosing(chat.send(f"```python\n{code}\n```")) as frames,
        ):
            async for message in frames:
                if isinstance(message, ItemDelta) and message.field == "logs":
                    break
            await server.end(signal.SIGKILL)
    assert list(temporary.iterdir()) == []
    folders = {path.name for path in tmp_path.iterdir()}
    assert folders <= {"temporary", "data", ".env"}, folders


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_no_process_outlives_the_server(tmp_path: Path, number: signal.Signals) -> None:
    """Neither the one with a thread's variables, nor the spare one."""
    settings = {"CODE_INTERPRETER": "auto", "UPSTREAM": "demo"}
    async with backend(tmp_path, "--port", "0", settings=settings) as server:
        await server.started()
        assert (await settled(server.url)).state == "ready"
        async with ChatClient(server.url) as chat:
            run = await chat.ask("what is 2**100")
            assert run.status == "completed"
        children = psutil.Process(server.pid).children(recursive=True)
        assert len(children) >= 2
        await server.end(number)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert alive == []
