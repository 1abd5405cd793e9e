"""Code gets none of the files that the server has open, not even those that programs inherit."""

import os
from pathlib import Path

import uvloop

from tests.tools.code_interpreter.interpreter import interpreter, run

OPEN = """
import os
print("open:")
for fd in range(4096):
    try:
        print(os.fstat(fd).st_ino)
    except OSError:
        pass
"""


def test_what_the_server_has_inherited_is_closed_in_the_sandbox(tmp_path: Path) -> None:
    """With uvloop, on which the server runs: asyncio's own loop closes it by itself."""
    inherited = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(inherited, True)

    async def opened() -> list[str]:
        async with interpreter(tmp_path) as ready:
            [told] = await run(ready, OPEN)
        return told.output.split("\n")

    try:
        seen = uvloop.run(opened())
        assert seen[0] == "open:"
        assert str(os.fstat(inherited).st_ino) not in seen
    finally:
        os.close(inherited)
