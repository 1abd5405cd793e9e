"""A small shell in Python, since the sandbox has no other program: the commands that models use most.

Pipes, `&&`, `||`, `;`, redirections, here-documents, quotes, variables and globs work; loops, functions
and substitutions do not, and say so.
"""

import contextlib
import glob
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import shell_files, shell_programs, shell_texts
from .shell_command import COMMANDS, Failure, Streams, command

_MODULES = shell_files, shell_programs, shell_texts
"""They register their commands."""

_OPERATORS = ("&&", "||", "2>&1", "&>", "2>", ">>", "<<", ">", "<", "|", ";", "\n")
_UNSUPPORTED = {
    "$(": "command substitution",
    "`": "command substitution",
    "(": "a subshell",
    "&": "&",
}
_KEYWORDS = frozenset({"case", "do", "for", "function", "if", "until", "while", "{"})
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\}|(\?))")


@dataclass
class _Word:
    text: str = ""
    pattern: str = ""
    """The same, with what was quoted escaped for `glob`."""
    quoted: bool = False

    def add(self, text: str, *, quoted: bool) -> None:
        self.text += text
        self.pattern += glob.escape(text) if quoted else text
        self.quoted = self.quoted or quoted


@dataclass
class _Command:
    words: list[str] = field(default_factory=list)
    redirections: list[tuple[str, str]] = field(default_factory=list)


class Shell:
    """Runs lines in the working folder. What commands print is printed."""

    def __init__(self) -> None:
        self.status = 0

    def run(self, line: str) -> int:
        """Run a command line, or several. Returns the status of the last command."""
        try:
            self._run_all(list(self._tokens(line)))
        except Failure as failure:
            print(f"sh: {failure}")
            self.status = 2
        return self.status

    def _run_all(self, tokens: list[_Word | str]) -> None:
        after, pipeline = ";", [_Command()]
        for part in [*tokens, ";"]:
            if part == "|":
                pipeline.append(_Command())
            elif part in ("&&", "||", ";", "\n"):
                if pipeline[0].words or pipeline[0].redirections:
                    wanted = {"&&": self.status == 0, "||": self.status != 0}.get(after, True)
                    if wanted:
                        self.status = self._pipeline(pipeline)
                    after = str(part)
                pipeline = [_Command()]
            elif isinstance(part, str):
                pipeline[-1].redirections.append((part, ""))
            else:
                self._take(pipeline[-1], part)

    def _take(self, command: _Command, word: _Word) -> None:
        last = command.redirections[-1] if command.redirections else None
        if last is not None and last[1] == "" and last[0] != "2>&1":
            command.redirections[-1] = (last[0], word.text)
            return
        if not command.words and not word.quoted and word.text in _KEYWORDS:
            raise Failure(f"{word.text} is not supported by this small shell; use Python")
        is_glob = any(char in word.pattern for char in "*?[")
        found = sorted(glob.glob(_at_home(word.pattern))) if is_glob else []  # noqa: PTH207
        text = word.text if word.quoted else _at_home(word.text)
        command.words += found or [text]

    def _pipeline(self, commands: list[_Command]) -> int:
        status, stdin = 0, ""
        for each in commands:
            streams = Streams(stdin)
            for operator, target in each.redirections:
                if operator == "<":
                    streams.stdin = _read(target)
                elif operator == "<<":
                    streams.stdin = target
            status = self._command(each.words, streams)
            stdin = self._redirected(each, streams)
        print(stdin, end="")
        return status

    def _command(self, words: list[str], streams: Streams) -> int:
        while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0], re.DOTALL):
            name, _, value = words.pop(0).partition("=")
            os.environ[name] = value
        if not words:
            return 0
        run = COMMANDS.get(words[0])
        if run is None:
            known = " ".join(sorted(COMMANDS))
            streams.err(
                f"sh: {words[0]}: not found. This sandbox has no programs but Python. There are: {known}"
            )
            return 127
        try:
            return run(words[1:], streams) or 0
        except Failure as failure:
            streams.err(f"{words[0]}: {failure}")
        except OSError as error:
            streams.err(f"{words[0]}: {error.filename or ''}: {error.strerror}")
        return 1

    def _redirected(self, command: _Command, streams: Streams) -> str:
        """Returns what goes on to the next command. Errors are shown at once, unless redirected."""
        out, errors = streams.out_text, streams.err_text
        for operator, target in command.redirections:
            match operator:
                case "2>&1":
                    out, errors = out + errors, ""
                case "2>":
                    errors = _write(target, errors, "w")
                case "&>":
                    out, errors = _write(target, out + errors, "w"), ""
                case ">" | ">>":
                    out = _write(target, out, "w" if operator == ">" else "a")
                case _:
                    """Of what is read."""
        print(errors, end="")
        return out

    def _tokens(self, line: str) -> Iterator[_Word | str]:
        """Yields words and operators."""
        place, word = 0, None
        while place < len(line):
            char = line[place]
            if char == "#" and word is None:
                place = (line + "\n").index("\n", place)
                continue
            operator = next((each for each in _OPERATORS if line.startswith(each, place)), None)
            if operator in ("2>", "2>&1") and word is not None:
                operator = None
            if char in " \t" or operator is not None:
                if word is not None:
                    yield word
                    word = None
                place += len(operator or char)
                if operator == "<<":
                    found = re.compile(r"-?\s*(['\"]?)(\w+)\1").match(line, place)
                    if found is None:
                        raise Failure("a here-document without its mark")
                    place = found.end()
                    body, line = _heredoc(line, place, found[2])
                    yield "<<"
                    yield _Word(body if found[1] else self._expanded(body), quoted=True)
                elif operator is not None:
                    yield operator
                continue
            for sign, what in _UNSUPPORTED.items():
                if line.startswith(sign, place):
                    raise Failure(f"{what} is not supported by this small shell; use Python")
            word = word or _Word()
            place = self._part(line, place, word)
        if word is not None:
            yield word

    def _part(self, line: str, place: int, word: _Word) -> int:
        """Add the next part of a word: a quoted text or one character. Returns where it ends."""
        char = line[place]
        if char == "'":
            end = _closing(line, place, "'")
            word.add(line[place + 1 : end], quoted=True)
            return end + 1
        if char == '"':
            end = place + 1
            while end < len(line) and line[end] != '"':
                end += 2 if line[end] == "\\" else 1
            if end >= len(line):
                raise Failure('a " is not closed')
            text = line[place + 1 : end]
            if "$(" in text or "`" in text:
                raise Failure(
                    "command substitution is not supported by this small shell; use Python"
                )
            word.add(re.sub(r'\\(["\\$`])', r"\1", self._expanded(text)), quoted=True)
            return end + 1
        if char == "\\":
            if line[place + 1 : place + 2] != "\n":
                word.add(line[place + 1 : place + 2], quoted=True)
            return place + 2
        if (variable := _VARIABLE.match(line, place)) is not None:
            word.add(self._expanded(variable[0]), quoted=False)
            return variable.end()
        word.add(char, quoted=False)
        return place + 1

    def _expanded(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            return os.environ.get(name, "") if name else str(self.status)

        return _VARIABLE.sub(value, text)


@command("bash", "sh")
def bash(arguments: list[str], streams: Streams) -> int:
    if len(arguments) == 2 and re.fullmatch(r"-\w*c", arguments[0]):
        line = arguments[1]
    elif len(arguments) == 1:
        line = Path(arguments[0]).read_text(encoding="utf-8")
    else:
        raise Failure("only -c and a script are supported by this small shell")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = Shell().run(line)
    streams.out_text += printed.getvalue()
    return status


def run(lines: list[str]) -> None:
    """Run each line, and tell the status of the last one unless it is 0.

    The next call begins in the same folder as this one.
    """
    shell, folder = Shell(), Path.cwd()
    try:
        for line in lines:
            shell.run(line)
    finally:
        os.chdir(folder)
    if shell.status:
        print(f"[exit status {shell.status}]")


def _at_home(text: str) -> str:
    is_home = text == "~" or text.startswith("~/")
    return os.environ.get("HOME", "/") + text[1:] if is_home else text


def _heredoc(line: str, place: int, mark: str) -> tuple[str, str]:
    """Returns the document, and the line without it."""
    rest = line.find("\n", place)
    found = re.compile(rf"^(.*?)^\t*{re.escape(mark)}[ \t]*$", re.M | re.S).match(line, rest + 1)
    if rest < 0 or found is None:
        raise Failure(f"the here-document does not end with {mark}")
    return found[1], line[:rest] + line[found.end() :]


def _closing(line: str, place: int, quote: str) -> int:
    end = line.find(quote, place + 1)
    if end < 0:
        raise Failure(f"a {quote} is not closed")
    return end


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None


def _write(path: str, text: str, mode: str) -> str:
    """Returns what is left to show: nothing."""
    if path != "/dev/null":
        try:
            with Path(path).open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}") from None
    return ""
