"""`python -m tests.attacker KIND PORT CONNECTIONS`: sends what nobody should, on many sockets."""

import asyncio
import base64
import os
import sys
from collections.abc import Mapping

REQUEST = b"GET /api/setup HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = (
    b"POST /api/threads HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
)
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n"
)

KINDS: Mapping[str, tuple[bytes, bytes]] = {
    "endless header line": (REQUEST + b"X: ", b"x" * 65_536),
    "endless headers": (REQUEST, b"X: y\r\n" * 10_000),
    "endless trailers": (CHUNKED, b"X: y\r\n" * 10_000),
    "pipelined requests": (b"", (REQUEST + b"\r\n") * 5_000),
    "fragments": (HANDSHAKE, b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 40_000),
    "invalid frames": (HANDSHAKE, b"\x81\x81\0\0\0\0x" * 40_000),
    "pings": (HANDSHAKE, b"\x89\x80\0\0\0\0" * 40_000),
}
"""What a connection begins with, and what it then sends without end."""


async def connection(kind: str, port: int) -> None:
    beginning, endless = KINDS[kind]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if beginning is HANDSHAKE:
            writer.write(HANDSHAKE % base64.b64encode(os.urandom(16)))
            await reader.readuntil(b"\r\n\r\n")
        else:
            writer.write(beginning)
        while True:
            writer.write(endless)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.transport.abort()


async def main(kind: str, port: int, connections: int) -> None:
    """Until the server has closed all of them, or standard input ends. Prints a line first."""
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(told), sys.stdin
    )
    print("attacking", flush=True)
    attacks = [asyncio.create_task(connection(kind, port)) for _ in range(connections)]
    end = asyncio.create_task(told.read())
    await asyncio.wait((asyncio.gather(*attacks), end), return_when=asyncio.FIRST_COMPLETED)
    for attack in attacks:
        if attack.done():
            attack.result()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
