"""A server of resources and prompts as the field has them: `python -m tests.mcp.offering WAY`.

It speaks the revision of 2025-06-18, and says on its standard error what it is asked.
"""

import base64
import json
import os
import sys
from typing import Any

from tests.mcp.by_hand import send

WAY = sys.argv[1] if len(sys.argv) > 1 else ""
MANY = 250
HIDDEN = "\u202e\U000e0041\U000e0042"
SECRET = os.environ.get("API_KEY", "")

CAPABILITIES: dict[str, Any] = {
    "tools": {},
    "resources": {"listChanged": True},
    "prompts": {"listChanged": True},
}
TOOL = {"name": "do", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}
CONTENTS: dict[str, list[dict[str, Any]]] = {
    "file:///home/ada/plan.md": [{"text": "# Plan"}],
    "db://shop/customers": [{"text": "id,name\n1,Ada\n", "mimeType": "text/csv"}],
    "scan://7.pdf": [{"text": "Only its text.", "mimeType": "text/plain"}],
    "archive://all": [
        {"blob": base64.b64encode(b"PK\3\4\0").decode(), "mimeType": "application/zip"}
    ],
    "odd://data.txt": [{"blob": base64.b64encode(bytes(range(32))).decode()}],
    "empty://": [{"text": ""}],
    "broken://": [{"blob": "no base64!"}],
    "nothing://": [],
    "folder://notes": [
        {"uri": f"folder://notes/{number}", "text": "" if number == 1 else f"Note {number}"}
        for number in range(30)
    ],
    "told://secret": [{"text": f"The key is {SECRET}."}],
    f"db://{SECRET}@host/table": [{"text": "Rows."}],
    "told://elsewhere": [{"uri": "x://" + "y" * 1_000_000, "text": "Far."}],
    "long://": [{"text": "ä" * 30_000}],
}


def resources(cursor: str | None) -> dict[str, Any]:
    if WAY == "many":
        first = int(cursor or 0)
        page = [
            {"uri": f"n://{each}", "name": f"number {each}"} for each in range(first, first + 50)
        ]
        after = first + 50
        return {"resources": page, **({"nextCursor": str(after)} if after < MANY else {})}
    if WAY == "endless":
        number = int(cursor or 0)
        page = [{"uri": f"n://{number}", "name": "again"}]
        return {"resources": page, "nextCursor": str(number + 1)}
    return {"resources": [{"uri": uri, "name": uri} for uri in CONTENTS]}


def answer(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """The result, None for a method that is not known."""
    match method:
        case "initialize":
            told = {"tools": {}} if WAY == "none" else CAPABILITIES
            info = {"name": "offering", "version": "1"}
            return {"protocolVersion": "2025-06-18", "capabilities": told, "serverInfo": info}
        case "tools/list":
            return {"tools": [TOOL]}
        case "tools/call":
            CONTENTS["new://"] = [{"text": "New."}]
            send(method="notifications/resources/list_changed")
            send(method="notifications/prompts/list_changed")
            return {"content": [{"type": "text", "text": "Done."}]}
        case "resources/list" if WAY == "odd":
            return {"resources": "none of them"}
        case "resources/list":
            return resources(params.get("cursor"))
        case "resources/read" if params["uri"] in CONTENTS:
            uri = params["uri"]
            return {"contents": [{"uri": uri, **each} for each in CONTENTS[uri]]}
        case "prompts/list":
            names = ["first", "second"] if "new://" in CONTENTS else ["first"]
            return {"prompts": [{"name": name} for name in names]}
        case "prompts/get":
            link = {"type": "resource_link", "name": "The plan"}
            return {
                "messages": [
                    {
                        "role": "user",
                        "content": {"type": "text", "text": f"Not {SECRET or 'x'}.{HIDDEN}"},
                    },
                    {"role": "user", "content": {**link, "uri": "file:///home/ada/plan.md"}},
                    {"role": "user", "content": {**link, "uri": "gone://"}},
                ]
            }
        case _:
            return None


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        method = request["method"]
        print(f"asked: {method}", file=sys.stderr, flush=True)
        if WAY == "slow" and method in ("resources/list", "prompts/list"):
            continue
        if WAY == "dies" and method == "resources/read":
            sys.exit(3)
        result = answer(method, request.get("params") or {})
        if result is None:
            text = f"No {method}, says {SECRET or 'nobody'}."
            send(id=request["id"], error={"code": -32601, "message": text})
        else:
            send(id=request["id"], result=result)


if __name__ == "__main__":
    main()
