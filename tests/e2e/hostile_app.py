"""Apps that try what they must not, and who would notice if they could."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator

from backend.upstreams.demo import DemoUpstream
from tests.e2e.visitor import Visitor
from tests.functions_readme import offered
from tests.running import Running, running

PAGE = Path(__file__).with_name("hostile_app.html")

FUNCTION = '''
from pathlib import Path

from backend.tools.app import App
from backend.tools.function import function

@function
def hostile() -> App:
    """Show."""
    return App(Path(PAGE), title="Hostile")
'''

NOISE = r"/api/apps/|^console: CSP: |about:srcdoc|Framing '|^request: |^exception: Failed to fetch"
"""What Chromium says of all that it refuses. That nothing was sent, the witness tells."""


class Witness(asyncio.DatagramProtocol):
    """Somebody else's server, by TCP and UDP: whoever connects to it is written down."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.url = ""
        self.port = 0

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.seen.append("a datagram")

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen.append("a connection")
        self.seen.append((await reader.readline()).decode("latin-1"))
        writer.write(b"HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\n\r\n")
        writer.close()


@asynccontextmanager
async def witness() -> AsyncIterator[Witness]:
    it = Witness()
    server = await asyncio.start_server(it.connected, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    it.url = f"http://127.0.0.1:{it.port}"
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: it, local_addr=("127.0.0.1", it.port)
    )
    try:
        yield it
    finally:
        transport.close()
        server.close()


@asynccontextmanager
async def serving(tmp_path: Path) -> AsyncIterator[Running]:
    """A server with a function that shows the page that is in `app.html` at the moment."""
    text = FUNCTION.replace("PAGE", repr(str(tmp_path / "app.html")))
    with offered(tmp_path / "more", hostile=text):
        async with running(tmp_path, DemoUpstream(0)) as server:
            yield server


async def shows(visitor: Visitor, folder: Path, page: str, number: int = 1) -> Locator:
    """The visitor's chat shows this page as an app, in answer to so many messages."""
    visitor.forgive(NOISE, r"Permissions policy violation|sandboxed")
    (folder / "app.html").write_text(page)
    await visitor.ask("hostile")
    await visitor.until_answered(number)
    return visitor.page.get_by_role("dialog", name="App: Hostile").last


def script(text: str) -> str:
    return f"<!doctype html><meta charset=utf-8><p>Hello</p><script>{text}</script>"


GREETING = """
const post = (message, to = parent) => to.postMessage({ jsonrpc: "2.0", ...message }, "*");
const heard = [];
addEventListener("message", ({ data }) => heard.push(data));
post({ id: 1, method: "ui/initialize", params: { appInfo: { name: "h", version: "1" } } });
post({ method: "ui/notifications/initialized" });
"""
