"""Who has no MCP servers does not pay for them."""

import subprocess
import sys
from pathlib import Path

LOADED = """
import sys
import backend.app
print(sorted(name for name in ("mcp", "mcp_types", "jsonschema", "opentelemetry") if name in sys.modules))
"""

THREADS = """
import asyncio, sys, threading
from backend.mcp.connection import Connection
from backend.mcp.server_config import ServerConfig, StdioServer

class Watch:
    def find_spec(self, name, path, target=None):
        if name == "mcp":
            print("main" if threading.current_thread() is threading.main_thread() else "thread")

async def main():
    sys.meta_path.insert(0, Watch())
    connection = Connection(ServerConfig("one", StdioServer("no-such-program")))
    connection.start()
    await connection.started(60)
    await connection.close()

asyncio.run(main())
"""


def test_the_sdk_is_not_loaded_before_there_is_a_server() -> None:
    assert printed(LOADED) == "[]"


def test_the_sdk_is_loaded_beside_what_the_server_does() -> None:
    assert printed(THREADS) == "thread"


def printed(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
