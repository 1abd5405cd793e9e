"""The text of a `.env` file: parse it, and edit single assignments. No I/O.

The grammar is python-dotenv's (https://saurabh-kumar.com/python-dotenv/reference/), without its
`${}` interpolation, so that a value is read as it was written. Names are compared without regard
to case, as those of settings are; the last assignment of a name counts. python-dotenv's own
`set_key` loses comments, styles of quotes and line ends, hence the editing here.
"""

import io
import re
from collections.abc import Mapping

from dotenv.parser import Binding, parse_stream

_PLAIN_VALUE = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
_HEAD = re.compile(r"(?:export[^\S\r\n]+)?(?:'[^']+'|[^=#\s]+)(?:[^\S\r\n]*=)?")
_QUOTED = re.compile(r"""([^\S\r\n]*)('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""", re.DOTALL)
_COMMENT_OF_PLAIN = re.compile(r"(?<=\s)#.*", re.DOTALL)
_COMMENT = re.compile(r"[^\S\r\n]*(#.*)", re.DOTALL)
_FIRST_NEWLINE = re.compile(r"\r?\n")


def values(text: str) -> dict[str, str]:
    """Returns the assignments by upper-case name. A name without `=` has the empty value."""
    bindings = parse_stream(io.StringIO(text, newline=None))
    return {binding.key.upper(): binding.value or "" for binding in bindings if binding.key}


def broken_lines(text: str) -> list[int]:
    """Returns the numbers, from 1, of the lines that are neither comment nor assignment."""
    return [
        binding.original.line + _lead(binding).count("\n")
        for binding in parse_stream(io.StringIO(text, newline=None))
        if binding.error
    ]


def edited(text: str, changes: Mapping[str, str | None]) -> str | None:
    """Returns `text` with each name set to its value, or removed where its value is None.

    Returns None where a broken line makes that impossible: a quote that is never closed would
    swallow the lines after it. The values are single lines.
    """
    for quote in ("", "'", '"'):
        result = _edited(text, changes, quote)
        if _differs_only_in(changes, text, result):
            return result
    return None


def _edited(text: str, changes: Mapping[str, str | None], quote: str) -> str:
    """Returns the edited text; `quote`, where not empty, is the style of quotes to use."""
    wanted = {name.upper(): value for name, value in changes.items()}
    bindings = list(parse_stream(io.StringIO(text)))
    last = {binding.key.upper(): at for at, binding in enumerate(bindings) if binding.key}
    pieces = ["\ufeff"] if text.startswith("\ufeff") else []
    for at, binding in enumerate(bindings):
        name = binding.key.upper() if binding.key else ""
        if name not in wanted:
            pieces.append(binding.original.string)
        elif at == last[name] and (value := wanted[name]) is not None:
            pieces.append(_with_value(binding, value, quote))
        else:
            pieces.append(_without_assignment(binding))
    result = "".join(pieces)
    first_newline = _FIRST_NEWLINE.search(text)
    newline = first_newline[0] if first_newline else "\n"
    for name, value in changes.items():
        if value is not None and name.upper() not in last:
            if result and not result.endswith(("\n", "\r")):
                result += newline
            result += f"{name}={_quoted(value, quote)}{newline}"
    return result


def _with_value(binding: Binding, value: str, quote: str) -> str:
    head, written, rest = _split(binding)
    style = written[0] if written.startswith(("'", '"')) else ""
    return head + _quoted(value, quote or style) + rest


def _without_assignment(binding: Binding) -> str:
    """Returns what stays of a removed assignment: the blank lines before it, and its comment."""
    lead = _lead(binding)
    blank_lines = lead[: max(lead.rfind("\n"), lead.rfind("\r")) + 1]
    comment = _COMMENT.match(_split(binding)[2])
    return blank_lines + (comment[1] if comment else "")


def _split(binding: Binding) -> tuple[str, str, str]:
    """Splits an assignment into all before the value, the value as written, and the rest."""
    line = binding.original.string
    match = _HEAD.match(line, len(_lead(binding)))
    head_end = match.end() if match else 0
    head, tail = line[:head_end], line[head_end:]
    if not head.endswith("="):
        return head + "=", "", tail
    if quoted := _QUOTED.match(tail):
        return head + quoted[1], quoted[2], tail[quoted.end() :]
    comment = _COMMENT_OF_PLAIN.search(tail)
    written = tail[: comment.start()] if comment else tail
    value = written.strip()
    if not value:
        return head, "", tail
    start = written.index(value)
    return head + tail[:start], value, tail[start + len(value) :]


def _quoted(value: str, style: str) -> str:
    """Returns `value` in the style asked for, or in the nearest one that a shell reads alike."""
    if style == "" and _PLAIN_VALUE.fullmatch(value):
        return value
    if (style == '"' or "'" in value) and not set(value) & set('"\\$`!'):
        return f'"{value}"'
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _differs_only_in(changes: Mapping[str, str | None], before: str, after: str) -> bool:
    """Whether `after` holds each wanted value once, and every other assignment as `before` does."""
    wanted = {name.upper(): value for name, value in changes.items()}

    def split(text: str) -> tuple[list[tuple[str, str | None]], list[tuple[str, str | None]]]:
        bindings = parse_stream(io.StringIO(text))
        pairs = [(binding.key.upper(), binding.value) for binding in bindings if binding.key]
        ours = sorted(pair for pair in pairs if pair[0] in wanted)
        return ours, [pair for pair in pairs if pair[0] not in wanted]

    ours, others = split(after)
    return others == split(before)[1] and ours == sorted(
        (name, value) for name, value in wanted.items() if value is not None
    )


def _lead(binding: Binding) -> str:
    line = binding.original.string
    return line[: len(line) - len(line.lstrip())]
