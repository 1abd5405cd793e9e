"""A server that tells its key wherever it can: `python -m tests.mcp.blabbing`. Without the SDK."""

import os
import sys
from typing import Any

from tests.mcp.by_hand import Message, greeting, send, serve

KEY = os.environ.get("API_KEY", "")
PAGE = "ui://blabbing/page.html"


def tool(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "title": f"Title {KEY}",
        "description": f"Description {KEY}",
        "inputSchema": {
            "type": "object",
            "properties": {"text": {"type": "string", "description": f"Say {KEY}", "default": KEY}},
        },
        "annotations": {"readOnlyHint": True},
        **more,
    }


TOOLS = [
    tool("do", _meta={"ui": {"resourceUri": PAGE}}),
    tool("fail"),
    tool("odd", inputSchema=KEY),
]


def called(request: Message) -> Message | None:
    logged = {"level": "warning", "logger": KEY, "data": f"Logged {KEY}"}
    send(method="notifications/message", params=logged)
    token = request["params"]["_meta"]["progressToken"]
    progress = {"progressToken": token, "progress": 0.5, "message": f"Progress {KEY}"}
    send(method="notifications/progress", params=progress)
    if request["params"]["name"] == "fail":
        send(id=request["id"], error={"code": -32000, "message": f"Error {KEY}"})
        return None
    content = [
        {"type": "text", "text": f"Text {KEY}"},
        {"type": "resource_link", "name": KEY, "uri": f"https://x.example/{KEY}"},
        {
            "type": "resource",
            "resource": {"uri": f"file:///{KEY}.bin", "blob": "AAAA", "mimeType": "x/y"},
        },
    ]
    return {"content": content, "structuredContent": {"a": KEY}}


def greeted(request: Message) -> Message:
    hello = greeting(KEY, "2025-06-18", tools={}, resources={}, logging={})(request)
    return {**(hello or {}), "instructions": KEY}


def page(_: Message) -> Message:
    kind = "text/html;profile=mcp-app"
    return {"contents": [{"uri": PAGE, "mimeType": kind, "text": f"<p>Page {KEY}</p>"}]}


if __name__ == "__main__":
    print(f"Standard error {KEY}", file=sys.stderr, flush=True)
    print(f"Standard output {KEY}", flush=True)
    serve(
        {
            "initialize": greeted,
            "tools/list": lambda _: {"tools": TOOLS},
            "resources/read": page,
            "tools/call": called,
        },
        unknown=f"No such method: {KEY}",
    )
