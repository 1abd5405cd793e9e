"""Addresses with gaps, filled in with texts: https://datatracker.ietf.org/doc/html/rfc6570

All of level 4, but that a value is one text: `{list*}` is `{list}`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

_EXPRESSION: Final = re.compile(r"\{([+#./;?&]?)([A-Za-z0-9_%.,:*]+)\}")
_VARIABLE: Final = re.compile(r"([A-Za-z0-9_%.]+)(?::([0-9]{1,4}))?\*?")
_RESERVED: Final = ":/?#[]@!$&'()*+,;="
_NO_TRIPLET: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class _Kind:
    first: str = ""
    between: str = ","
    is_named: bool = False
    after_empty: str = ""
    keeps_reserved: bool = False


_KINDS: Final = {
    "": _Kind(),
    "+": _Kind(keeps_reserved=True),
    "#": _Kind("#", keeps_reserved=True),
    ".": _Kind(".", "."),
    "/": _Kind("/", "/"),
    ";": _Kind(";", ";", is_named=True),
    "?": _Kind("?", "&", is_named=True, after_empty="="),
    "&": _Kind("&", "&", is_named=True, after_empty="="),
}


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    is_required: bool
    """Whether the address has a hole without it, where others only lack a part of the query."""


def variables_of(template: str) -> tuple[Variable, ...]:
    """Returns the gaps in their order, each once."""
    found: dict[str, Variable] = {}
    for kind, name, _ in _all(template):
        found.setdefault(name, Variable(name, not kind.is_named))
    return tuple(found.values())


def expanded(template: str, values: Mapping[str, str]) -> str:
    """Returns the address. A gap without a value is left out."""

    def fill(expression: re.Match[str]) -> str:
        kind = _KINDS[expression[1]]
        parts: list[str] = []
        for name, length in _variables(expression[2]):
            value = values.get(name)
            if value is None:
                continue
            text = _encoded(value[:length], kind)
            if kind.is_named:
                text = f"{name}={text}" if text else name + kind.after_empty
            parts.append(text)
        return kind.first + kind.between.join(parts) if parts else ""

    return _EXPRESSION.sub(fill, template)


def _all(template: str) -> Iterator[tuple[_Kind, str, int | None]]:
    for expression in _EXPRESSION.finditer(template):
        for name, length in _variables(expression[2]):
            yield _KINDS[expression[1]], name, length


def _variables(listed: str) -> Iterator[tuple[str, int | None]]:
    for each in listed.split(","):
        if found := _VARIABLE.fullmatch(each):
            yield found[1], None if found[2] is None else int(found[2])


def _encoded(value: str, kind: _Kind) -> str:
    if not kind.keeps_reserved:
        return quote(value, safe="")
    return _NO_TRIPLET.sub("%25", quote(value, safe=_RESERVED + "%"))
