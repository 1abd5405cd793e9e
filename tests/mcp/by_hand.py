"""Servers written by hand, which may do what the SDK would not: JSON-RPC on standard input and output."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

Message = dict[str, Any]
Handler = Callable[[Message], Message | None]
"""Gets a request or notification. Returns the result, None where it has seen to the answer itself."""


def send(**message: Any) -> None:
    write(json.dumps({"jsonrpc": "2.0", **message}))


def write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def greeting(name: str, version: str, **capabilities: Any) -> Handler:
    return lambda _: {
        "protocolVersion": version,
        "capabilities": capabilities,
        "serverInfo": {"name": name, "version": "1"},
    }


def serve(handlers: Mapping[str, Handler], unknown: str = "Method not found") -> None:
    """Runs until the input ends."""
    for line in sys.stdin:
        message = json.loads(line)
        method = message.get("method")
        if (handler := handlers.get(method)) is not None:
            result = handler(message)
            if result is not None:
                send(id=message["id"], result=result)
        elif "id" in message and method is not None:
            send(id=message["id"], error={"code": -32601, "message": unknown})
