"""What the commands of the small shell are made of."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path


class Failure(Exception):
    """A command cannot do what it is asked for."""


class Streams:
    """What a command reads, and what it writes."""

    def __init__(self, stdin: str = "") -> None:
        self.stdin = stdin
        self.out_text = ""
        self.err_text = ""

    def out(self, line: str) -> None:
        self.out_text += line + "\n"

    def err(self, line: str) -> None:
        self.err_text += line + "\n"


Run = Callable[[list[str], Streams], int | None]
COMMANDS: dict[str, Run] = {}


def command(*names: str) -> Callable[[Run], Run]:
    """Gives a command its names. It takes arguments and streams, and returns its status."""

    def add(run: Run) -> Run:
        COMMANDS.update(dict.fromkeys(names, run))
        return run

    return add


def options(
    arguments: list[str], flags: str, valued: str = ""
) -> tuple[set[str], dict[str, str], list[str]]:
    """Returns flags, options with a value, and the rest. Raises `Failure` for an unknown one."""
    given, values, rest = set[str](), dict[str, str](), list[str]()
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            rest += left
        elif re.fullmatch(r"-\d+", argument) and "n" in valued:
            values["n"] = argument[1:]
        elif not argument.startswith("-") or argument == "-":
            rest.append(argument)
        else:
            for place, letter in enumerate(argument[1:], 1):
                if letter in valued:
                    values[letter] = argument[place + 1 :] or next(left, "")
                    break
                if letter not in flags:
                    raise Failure(f"the option {argument} is not supported by this small shell")
                given.add(letter)
    return given, values, rest


def texts(paths: list[str], streams: Streams) -> Iterator[tuple[str, str]]:
    for path in paths or ["-"]:
        if path == "-":
            yield "", streams.stdin
        else:
            yield path, Path(path).read_text(encoding="utf-8", errors="replace")
