"""A server that asks in the middle of a call: `python -m tests.mcp.asker`. Without the SDK.

It speaks the revision of 2025-11-25 over standard input and output, and makes one call at a time. What
it is told it repeats, on standard error as well.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.mcp.by_hand import Message, greeting, send, serve

TEXT = {"type": "string"}
SIGN_IN: Message = {
    "mode": "url",
    "message": "Sign in.",
    "url": "https://login.example/start?for=you",
    "elicitationId": "sign-in",
}
LATER = object()
_numbers = itertools.count(1)
_open: list[Any] = []


class Cancelled(Exception):
    """The call was."""


def ask(params: Message) -> str:
    number = f"question-{next(_numbers)}"
    send(id=number, method="elicitation/create", params=params)
    return number


def answer(number: str) -> Message:
    """Waits for it: the result, or the whole message where it is an error."""
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "notifications/cancelled":
            print("cancelled", file=sys.stderr, flush=True)
            raise Cancelled
        if message.get("id") == number:
            told: Message = message.get("result", message)
            print(f"told {json.dumps(told)}", file=sys.stderr, flush=True)
            return told
    sys.exit(0)


def text(message: str) -> Message:
    """Asks for a text."""
    properties = {"answer": TEXT}
    schema = {"type": "object", "properties": properties, "required": ["answer"]}
    return {"message": message, "requestedSchema": schema}


def once(arguments: Message) -> Any:
    """Asks what it is told to."""
    return answer(ask(arguments["ask"]))


def often(arguments: Message) -> Any:
    return [answer(ask(text(f"Number {number}?"))) for number in range(100)]


def after_a_change(arguments: Message) -> Any:
    """Asks while it is asked for the list that it says has changed."""
    send(method="notifications/prompts/list_changed")
    listing = next(each for each in map(json.loads, sys.stdin) if each["method"] == "prompts/list")
    told = answer(ask(text("In between?")))
    send(id=listing["id"], result=prompts(listing))
    return told


def never_mind(arguments: Message) -> Any:
    """Takes its question back as soon as the file is there, and ends the call."""
    number = ask(text("Still there?"))
    _until(Path(arguments["file"]))
    send(method="notifications/cancelled", params={"requestId": number})
    return "It does not matter."


def impatient(arguments: Message) -> Any:
    """Ends the call with its question open."""
    ask(text("Anybody?"))
    _until(Path(arguments["file"]))
    return "Nobody was there."


def sign_in(arguments: Message) -> Any:
    """Says itself that the address is done with, as soon as the file is there."""
    number = ask(SIGN_IN)
    _until(Path(arguments["file"]))
    done()
    return answer(number)


def open_first(arguments: Message) -> Any:
    """Refuses the call until the file is there."""
    if not Path(arguments["file"]).exists():
        return {"elicitations": [SIGN_IN]}
    return "You are in."


def flood(arguments: Message) -> Any:
    """Asks a thousand things at once, and says how many it was refused."""
    for number in range(1_000):
        ask(text(f"Number {number}?"))
    refused = 0
    for line in sys.stdin:
        refused += "error" in json.loads(line)
        if refused == 980:
            print("refused 980", file=sys.stderr, flush=True)
    sys.exit(0)


def with_the_next(arguments: Message) -> Any:
    """Is answered once the next call is."""
    return LATER


def say_done(arguments: Message) -> Any:
    done()
    return "Said."


def done() -> None:
    params = {"elicitationId": SIGN_IN["elicitationId"]}
    send(method="notifications/elicitation/complete", params=params)


def _until(file: Path) -> None:
    while not file.exists():
        time.sleep(0.02)


TOOLS: dict[str, Callable[[Message], Any]] = {
    tool.__name__: tool
    for tool in (
        once,
        often,
        after_a_change,
        never_mind,
        impatient,
        sign_in,
        open_first,
        flood,
        with_the_next,
        say_done,
    )
}


def call(request: Message) -> None:
    params = request["params"]
    try:
        said = TOOLS[params["name"]](params.get("arguments", {}))
    except Cancelled:
        return
    if isinstance(said, dict) and "elicitations" in said:
        error = {"code": -32042, "message": "Sign in first.", "data": said}
        send(id=request["id"], error=error)
        return
    _open.append(request["id"])
    if said is LATER:
        return
    block = {"type": "text", "text": said if isinstance(said, str) else json.dumps(said)}
    while _open:
        send(id=_open.pop(), result={"content": [block]})


def tools(_: Message) -> Message:
    reads = {"readOnlyHint": True}
    return {
        "tools": [
            {"name": name, "inputSchema": {"type": "object"}, "annotations": reads}
            for name in TOOLS
        ]
    }


def prompts(_: Message) -> Message:
    return {"prompts": []}


if __name__ == "__main__":
    serve(
        {
            "initialize": greeting("asker", "2025-11-25", tools={}, prompts={"listChanged": True}),
            "tools/list": tools,
            "prompts/list": prompts,
            "tools/call": call,
        }
    )
