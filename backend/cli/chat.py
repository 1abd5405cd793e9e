"""`python -m backend.cli.chat "What's the weather in Oslo?"`: the chat in a terminal.

Exit status: 0 completed, 1 failed or refused, 2 wrong usage, 3 incomplete, 4 cancelled,
5 expired, 6 no connection, 7 waits for a decision, 130 stopped with Ctrl-C (the run is stopped too), 141 its output is
closed, as by `| head` (the run goes on).
"""

import argparse
import asyncio
import json
import os
import sys
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TextIO

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backend.cli.answers import Asker, GivenAnswer, Left, line_of
from backend.cli.client import ChatClient, ChatError
from backend.cli.identity_file import IdentityFile
from backend.domain.action import Action
from backend.domain.events import ItemDelta, ItemDone, ItemUpdated, RunFinished, RunUpdated
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    McpCall,
    Reasoning,
    Run,
    UserMessage,
    WebSearchCall,
)
from backend.domain.parameters import Parameters
from backend.domain.parts import ImagePart, TextPart
from backend.websocket.messages import Error, ServerMessage, Snapshot

EXIT_STATUS = {"completed": 0, "failed": 1, "incomplete": 3, "cancelled": 4, "expired": 5}
NO_CONNECTION = 6
WAITING = 7
INTERRUPTED = 130
UNREAD = 141


def main(arguments: list[str] | None = None) -> int:
    """Ask and print. Returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.text is None and options.thread is None:
        parser.error("say something, or name a --thread whose answer is to be followed")
    text = sys.stdin.read() if options.text == "-" else options.text
    try:
        return asyncio.run(_chat(options, text))
    except KeyboardInterrupt:
        return INTERRUPTED
    except ChatError as error:
        print(f"{error} ({error.code})", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Python flushes stdout at exit, and would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        print(f"No connection to {options.url}: {error}. Is the server running?", file=sys.stderr)
        return NO_CONNECTION


async def _chat(options: argparse.Namespace, text: str | None) -> int:
    client = ChatClient(
        options.url,
        thread_id=options.thread,
        token=os.environ.get("ACCESS_TOKEN"),
        identity=IdentityFile(),
        timezone=options.timezone,
        locale=options.locale,
    )
    async with client:
        assistant_id = None
        if options.assistant is not None:
            assistant_id = await client.find_assistant(options.assistant)
        printer = Printer(sys.stdout)
        if text is None:
            following = client.follow()
        else:
            following = client.send(
                text,
                assistant_id=assistant_id,
                model=options.model,
                instructions=options.instructions,
                parameters=options.parameters,
            )
        try:
            async with aclosing(following) as messages:
                async for message in messages:
                    if options.json:
                        print(message.model_dump_json(), flush=True)
                    else:
                        printer.show(message)
                    if _is_about_waiting(message) and client.waiting:
                        await _decide(client, printer, options.when_asked)
        except Left:
            print(f"(waits for you: answer with --thread {client.thread_id})", file=sys.stderr)
            return WAITING
        except asyncio.CancelledError:
            await client.cancel()
            raise
        run = client.run
        if run is None:
            print("Nothing runs on this thread. Say something.", file=sys.stderr)
            return 2
        if not options.json:
            printer.end(run)
            print(f"(continue with --thread {client.thread_id})", file=sys.stderr)
        return EXIT_STATUS[run.status]


def _is_about_waiting(message: ServerMessage) -> bool:
    """Whether the run may wait for other decisions than it did before this message."""
    return isinstance(message, RunUpdated | Snapshot | Error)


async def _decide(client: ChatClient, printer: "Printer", how: str) -> None:
    """Decide on the first thing that waits: the next is asked once this is known. Raises `Left`."""
    item = client.waiting[0]
    action = item.required_action
    if how == "leave" or action is None:
        raise Left
    if how == "ask":
        asker = Asker(partial(line_of, sys.stdin), printer.ask)
        given = await asker.ask(item, action)
    elif action.kind == "question":
        given = GivenAnswer("skip")
    else:
        given = GivenAnswer("allow" if how == "allow" else "deny")
    await client.resolve(
        item.id,
        decision=given.decision,
        scope=given.scope,
        arguments=given.arguments,
        reason=given.reason,
    )


class Printer:
    """Prints text as it arrives, and one line for each finished tool call."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._growing: tuple[str, int] | None = None
        """The text that was printed last: its item, and its place there."""
        self._made: set[str] = set()
        """The files of messages that were named."""
        self._at_line_start = True

    def show(self, message: ServerMessage) -> None:
        if isinstance(message, ItemDelta) and message.field in ("text", "refusal"):
            place = message.item_id, message.index
            if self._growing not in (None, place):
                self._line("")
            self._growing = place
            self._write(message.delta)
        elif isinstance(message, ItemUpdated) and isinstance(message.item, AssistantMessage):
            self._name_files(message.item)
        elif isinstance(message, ItemDone):
            if isinstance(message.item, AssistantMessage):
                self._name_files(message.item)
            line = _line(message.item)
            if line is not None:
                self._line(line)
            elif isinstance(message.item, AssistantMessage):
                self._line("")
        elif isinstance(message, Error):
            self._line(f"! {message.message} ({message.code})")
        elif isinstance(message, RunFinished) and message.run.error is not None:
            self._line(f"! {message.run.error.message} ({message.run.error.code})")

    def ask(self, text: str) -> None:
        """Print a question, whose answer ends the line."""
        if not self._at_line_start and text.startswith("?"):
            self._write("\n")
        self._write(text)
        self._at_line_start = True

    def _name_files(self, message: AssistantMessage) -> None:
        for part in message.content:
            if isinstance(part, TextPart):
                continue
            kind, url = ("picture", part.url) if isinstance(part, ImagePart) else ("file", None)
            address = f"/api/files/{part.file_id}/content" if part.file_id else url
            if address is not None and address not in self._made:
                self._made.add(address)
                self._line(
                    f"[{kind} {part.name} {address}]" if part.name else f"[{kind} {address}]"
                )

    def end(self, run: Run) -> None:
        for note in run.notes:
            self._line(f"[{note}]")
        if run.status != "completed":
            self._line(f"[{run.status}]")

    def _line(self, text: str) -> None:
        if not self._at_line_start:
            self._write("\n")
        if text:
            self._write(text + "\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
        if text:
            self._at_line_start = text.endswith("\n")


def _line(item: Item) -> str | None:
    """Returns one line for a tool call, None for any other item."""
    match item:
        case FunctionCall():
            took = f" {item.duration_ms:.0f} ms" if item.duration_ms is not None else ""
            why = f": {item.error}" if item.error else ""
            return f"[{item.name} {item.arguments} {item.status}{took}{why}]"
        case McpCall(status="completed", output=None, required_action=Action()):
            # Allowed by now, and yet to be made.
            return None
        case McpCall():
            return f"[{item.server_label} {item.name} {item.arguments} {item.status}]"
        case CodeInterpreterCall():
            return f"[code interpreter, {len(item.code.splitlines())} lines, {item.status}]"
        case FileSearchCall() | WebSearchCall():
            return f"[{item.type.removesuffix('_call')} {', '.join(item.queries)} {item.status}]"
        case ImageGenerationCall():
            return f"[image generation {item.status}]"
        case UserMessage() | AssistantMessage() | Reasoning():
            return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backend.cli.chat",
        description="Chat from the terminal, over the same WebSocket as the page.",
        epilog="The server's access token, if it needs one, is read from ACCESS_TOKEN. "
        "Exit status: 0 for a run that completed, 1 failed or refused, 2 wrong options, 3 incomplete, "
        "4 cancelled, 5 expired, 6 no connection, 7 waits for a decision.",
    )
    parser.add_argument(
        "text",
        nargs="?",
        help="what to say; - reads it from standard input; with --thread alone, the answer under way "
        "is followed and what it asks is answered",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="default: %(default)s")
    parser.add_argument("--thread", metavar="ID", help="continue this thread")
    parser.add_argument(
        "--assistant",
        metavar="NAME|ID",
        help="who answers, now and to later messages of the thread; default: the default assistant",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="which model answers, now and to later messages; empty for the assistant's own",
    )
    parser.add_argument(
        "--instructions",
        metavar="TEXT",
        help="what the model is told on this thread after the assistant's own instructions",
    )
    parser.add_argument(
        "--parameters",
        metavar="JSON",
        type=_parameters,
        help='of this answer, such as {"reasoning_effort": "low"}; see /api/openapi.json',
    )
    parser.add_argument(
        "--when-asked",
        choices=["ask", "allow", "deny", "leave"],
        default="ask" if sys.stdin is not None and sys.stdin.isatty() else "leave",
        help="what to do when a call has to be allowed or a question answered: ask you (at a "
        "terminal the default), allow or deny calls and skip questions, or leave it to be answered "
        "elsewhere and exit with 7",
    )
    parser.add_argument("--json", action="store_true", help="print every server message as JSON")
    parser.add_argument(
        "--timezone", default=_local_timezone(), help="IANA name; default: %(default)s"
    )
    parser.add_argument(
        "--locale", default=_local_locale(), help="such as pt-BR; default: this terminal's"
    )
    return parser


def _parameters(value: str) -> Parameters:
    try:
        return Parameters.model_validate_json(value)
    except ValidationError as invalid:
        wrong = "; ".join(map(_in_words, invalid.errors()))
        raise argparse.ArgumentTypeError(
            f"{wrong}. It takes a JSON object, such as "
            f"""'{{"reasoning_effort": "low", "temperature": 0.5}}', of any of """
            f"{', '.join(Parameters.model_fields)}."
        ) from None


def _in_words(error: ErrorDetails) -> str:
    place = ".".join(map(str, error["loc"]))
    match error["type"]:
        case "json_invalid":
            return f"this is no JSON: {error['input']} ({error['ctx']['error']})"
        case "model_type":
            return f"this is no JSON object: {json.dumps(error['input'])}"
        case "extra_forbidden":
            return f"there is no parameter {place}"
        case _:
            said = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
            return f"{place} {said}, not {json.dumps(error['input'])}"


def _local_timezone() -> str:
    """Returns the IANA name of this machine's time zone, or UTC where it is not known."""
    zone = os.environ.get("TZ", "").removeprefix(":")
    if "/" in zone and not zone.startswith("/"):
        return zone
    _, found, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return name if found else "UTC"


def _local_locale() -> str | None:
    """Returns the language and region of this terminal, None where it names none."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next((name for name in names if name), "").partition(".")[0].partition("@")[0]
    return None if name in ("", "C", "POSIX") else name.replace("_", "-")


if __name__ == "__main__":
    sys.exit(main())
