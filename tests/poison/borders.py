"""Every way a visitor's text has into the server."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from typing import Any
from urllib.parse import quote

from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.websocket.endpoint import UNKNOWN_THREAD
from backend.websocket.messages import Ack, Error, Pong
from tests.patience import PATIENCE_S
from tests.poison.server import ANSWERS, PLAY
from tests.running import ScriptSocket
from tests.search.visitor import Visitor

CLOSED_FOR = (1007, 1008, 1009, UNKNOWN_THREAD)
"""Invalid text, too many invalid frames, too long a frame, no such thread."""
_HANDSHAKE = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


class Poisoner:
    """Sends one text through everything, in threads and files of its own."""

    def __init__(self, visitor: Visitor, text: str) -> None:
        self._visitor = visitor
        self._text = text
        self._commands = 0
        self.threads: list[str] = []

    def borders(self) -> Iterator[Coroutine[Any, Any, None]]:
        """One after the other."""
        yield self.frames()
        yield self.messages()
        yield self.answers()
        yield self.documents()
        yield self.routes()
        yield self.setup()
        yield self.headers()

    async def frames(self) -> None:
        """Whole frames, and every field of every command."""
        text, encoded = self._text, self._text.encode("utf-8", "surrogatepass")
        fields: list[dict[str, Any]] = [
            {"type": text, "id": "c"},
            {"type": "ping", "id": text},
            {"type": "message.send", "id": text[:60], "text": "Hi", "timezone": text[:60]},
            {"type": "message.send", "id": "c", "text": "Hi", "file_ids": [text]},
            {"type": "message.edit", "id": "c", "item_id": text, "text": text},
            {"type": "run.retry", "id": "c", "run_id": text, "timezone": text[:60]},
            {"type": "run.cancel", "id": "c", "run_id": text},
            {"type": "thread.switch", "id": "c", "head_id": text},
            {"type": "ping", "id": "c", text: text},
        ]
        escaped = [json.dumps(frame).encode() for frame in fields]
        plain = [_json_bytes(frame) for frame in fields]
        for frame in (encoded, *escaped, *plain):
            async with self._visitor.socket() as socket:
                await _survives(socket, frame)

    async def messages(self) -> None:
        """As a first message, which names the thread, and as a changed one."""
        async with self._visitor.socket() as socket:
            if await self._say(socket, text=self._text):
                said = socket.transcript.items[0].id
                await self._say(socket, type="message.edit", item_id=said, text=self._text)

    async def answers(self) -> None:
        """From the upstream and from functions."""
        async with self._visitor.socket() as socket:
            for kind in ANSWERS:
                assert await self._say(socket, text=PLAY + kind), kind
            assert socket.transcript.thread is not None
            thread = socket.transcript.thread.id
        async with self._visitor.socket(thread_id=thread) as again:
            await again.send(type="ping", id="p")
            await again.until(Pong)
            assert again.transcript.items == socket.transcript.items
        await self._portable(thread)

    async def _say(self, socket: ScriptSocket, **fields: Any) -> bool:
        """Whether the message was taken; its run has ended then."""
        self._commands += 1
        command = f"cmd_{self._commands}"
        try:
            await socket.send(**{"type": "message.send", "id": command} | fields)
            while not isinstance(received := await socket.next(), Ack | Error):
                pass
            if isinstance(received, Error):
                assert received.id == command, received
                assert received.code == "invalid_request", received
                return False
            await socket.until_ended(received)
        except ConnectionClosed as closed:
            _closed_for_a_reason(closed)
            return False
        if received.thread_id is not None:
            self.threads.append(received.thread_id)
        return True

    async def _portable(self, thread: str) -> None:
        """Out as files, and in again with the text as every word of it."""
        await self._answers("GET", f"/api/threads/{thread}/export?format=markdown")
        exported = await self._answers("GET", f"/api/threads/{thread}/export?format=json")
        assert exported.status_code == 200
        again = await self._answers("POST", "/api/threads", json=exported.json())
        assert again.status_code == 201
        kept = ("type", "id", "parent_id", "thread_id", "run_id", "status", "head_id", "format")
        for changed in _with_text(exported.json(), self._text, kept):
            await self._answers("POST", "/api/threads", content=json.dumps(changed))

    async def documents(self) -> None:
        """As names of files and as what is in them."""
        encoded = self._text.encode("utf-8", "surrogatepass")
        name = encoded.replace(b'"', b"%22").replace(b"\r", b"").replace(b"\n", b"")
        body = b"".join(
            b'--edge\r\nContent-Disposition: form-data; name="file"; filename="%b%b"\r\n\r\n%b\r\n'
            % (name[:4_000], suffix, encoded)
            for suffix in (b".txt", b".csv", b".html", b".md", b".pdf", b".docx", b"")
        )
        headers = {"Content-Type": "multipart/form-data; boundary=edge"}
        path = "/api/files?purpose=attachment"
        body += b"--edge--\r\n"
        answer = await self._answers("POST", path, content=body, headers=headers)
        files = answer.json().get("files", ())
        for file in files:
            indexed = await self._visitor.indexed(file["id"])
            for more in ("", "/text", "/content"):
                await self._answers("GET", f"/api/files/{file['id']}{more}")
            if indexed["status"] == "completed":
                async with self._visitor.socket() as socket:
                    assert await self._say(socket, text="Read this.", file_ids=[file["id"]])
        await self._answers("GET", "/api/files?purpose=attachment")

    async def routes(self) -> None:
        """As titles, queries, cursors and parts of paths."""
        thread = self.threads[0]
        content = json.dumps({"title": self._text})
        await self._answers("PATCH", f"/api/threads/{thread}", content=content)
        text = quote(self._text[:3_000].encode("utf-8", "surrogatepass"), safe="")
        for path in (
            f"/api/threads?query={text}",
            f"/api/threads?cursor={text}",
            f"/api/threads?{text}={text}&limit={text}",
            f"/api/threads/{thread}/items?cursor={text}",
            f"/api/threads/{text}/items",
            f"/api/files?purpose={text}",
            f"/api/files?purpose=attachment&cursor={text}",
            f"/api/files/{text}/content",
            f"/chat/{text}",
            f"/{text}",
        ):
            await self._answers("GET", path)
        try:
            async with self._visitor.socket(thread_id=self._text, after=self._text) as socket:
                await _survives(socket, b"{}")
        except InvalidStatus as refused:
            _refused_with(refused, 414)

    async def setup(self) -> None:
        for path, body in (
            ("assistant", {"name": self._text, "model": "m", "instructions": self._text}),
            ("assistant", {"name": "Ada", "model": self._text, "tools": [self._text]}),
            ("assistant", {"name": "Ada", "model": self._text}),
            ("upstream", {"upstream": self._text}),
            ("upstream", {"upstream": "responses", "base_url": self._text}),
            ("upstream", {"upstream": "responses", "base_url": f"http://127.0.0.1:9/{self._text}"}),
            ("upstream", {"upstream": "responses", "base_url": f"http://{self._text}"}),
            ("api-key", {"api_key": self._text, "verify": False}),
        ):
            await self._answers("PUT", f"/api/setup/{path}", content=json.dumps(body))
            await self._answers("GET", "/api/setup")

    async def headers(self) -> None:
        """As cookies and other headers of requests and handshakes."""
        encoded = self._text[:20_000].encode("utf-8", "surrogatepass")
        names = (b"Cookie", b"Origin", b"Host", b"Authorization", b"Content-Type", b"X-" + encoded)
        for name in names:
            for request in (b"GET /api/threads", b"PUT /api/setup/assistant", b"GET /ws"):
                await self._raw(request, name + b": " + encoded)

    async def _raw(self, request: bytes, header: bytes) -> None:
        """Whatever is answered, it is an answer, and no failure."""
        address = self._visitor.server.url.removeprefix("http://")
        reader, writer = await asyncio.open_connection(*address.split(":"))
        lines = [request + b" HTTP/1.1", header, *_HANDSHAKE]
        if not header.startswith(b"Host"):
            lines.append(f"Host: {address}".encode())
        writer.write(b"\r\n".join([*lines, b"\r\n"]))
        try:
            async with asyncio.timeout(PATIENCE_S):
                head = await reader.read(64)
        except ConnectionResetError:
            return  # There was more for the server to read when it closed.
        finally:
            writer.transport.abort()
        assert head.startswith((b"HTTP/1.1 1", b"HTTP/1.1 2", b"HTTP/1.1 4")), head

    async def _answers(self, method: str, path: str, **body: Any) -> Any:
        """Any answer but the server's own failure."""
        headers = {"Content-Type": "application/json"} if "content" in body else {}
        body["headers"] = headers | body.get("headers", {})
        answer = await self._visitor.http.request(method, path, **body)
        assert answer.status_code < 500, (method, path[:200], answer.text[:1_000])
        return answer


async def _survives(socket: ScriptSocket, frame: bytes) -> None:
    """The socket answers a ping after this frame, or is closed for a reason."""
    try:
        await socket.ws.send(frame, text=True)
        await socket.send(type="ping", id="after")
        while (await socket.until(Pong)).id != "after":
            pass
    except ConnectionClosed as closed:
        _closed_for_a_reason(closed)


def _closed_for_a_reason(closed: ConnectionClosed) -> None:
    assert closed.rcvd is not None
    assert closed.rcvd.code in CLOSED_FOR, closed


def _refused_with(refused: InvalidStatus, status: int) -> None:
    assert refused.response.status_code == status


def _json_bytes(value: object) -> bytes:
    """JSON without escapes, so that halves of pairs are invalid UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _with_text(value: Any, text: str, kept: tuple[str, ...]) -> list[Any]:
    """The value with the text in place of all strings, and with names and ids, too."""

    def changed(value: Any, name: str, kept: tuple[str, ...]) -> Any:
        match value:
            case dict():
                return {each: changed(value[each], each, kept) for each in value}
            case list():
                return [changed(each, name, kept) for each in value]
            case str() if name not in kept:
                return text
            case _:
                return value

    return [changed(value, "", kept), changed(value, "", ("type", "format", "status"))]
