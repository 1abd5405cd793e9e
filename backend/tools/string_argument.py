"""Streams one string argument of a call while the JSON text of its arguments is still arriving.

Parsers of partial JSON (jiter, partial-json-parser) read all of the text again for every piece; this
reads each character once.
"""

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_REPLACEMENT = "\ufffd"


class StringArgument:
    """Decodes the string in the top-level member `name` and skips everything else.

    Invalid JSON is not noticed here: the call refuses it. Half of a surrogate pair becomes U+FFFD.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self._key = ""
        self._after_colon = False
        self._in_string = False
        self._escape = ""
        """The beginning of an escape sequence."""
        self._high = ""
        """The first half of a surrogate pair."""

    def feed(self, piece: str) -> str:
        """Returns the characters that the piece adds to the string."""
        added: list[str] = []
        for char in piece:
            if not self._in_string:
                self._outside(char)
                continue
            text = self._inside(char)
            if self._depth != 1:
                continue
            if not self._after_colon:
                self._key += text
            elif self._key == self._name:
                added.append(text)
        return "".join(added)

    def _outside(self, char: str) -> None:
        match char:
            case '"':
                self._in_string = True
                if self._depth == 1 and not self._after_colon:
                    self._key = ""
            case "{" | "[":
                self._depth += 1
            case "}" | "]":
                self._depth -= 1
            case ":" if self._depth == 1:
                self._after_colon = True
            case "," if self._depth == 1:
                self._after_colon = False

    def _inside(self, char: str) -> str:
        """Returns the text that a character inside a string completes, mostly itself."""
        if self._escape:
            self._escape += char
            if self._escape[1] == "u" and len(self._escape) < 6:
                return ""
            escape, self._escape = self._escape[1:], ""
            return self._paired(_unescaped(escape))
        match char:
            case "\\":
                self._escape = char
                return ""
            case '"':
                self._in_string = False
                return self._paired("")
            case _:
                return self._paired(char)

    def _paired(self, unit: str) -> str:
        """Returns the unit, or the pair that it completes. An empty unit ends the string."""
        high, self._high = self._high, ""
        if high and _is_low(unit):
            return (high + unit).encode("utf-16", "surrogatepass").decode("utf-16")
        before = _REPLACEMENT if high else ""
        if "\ud800" <= unit <= "\udbff":
            self._high = unit
            return before
        return before + (_REPLACEMENT if _is_low(unit) else unit)


def _is_low(unit: str) -> bool:
    return "\udc00" <= unit <= "\udfff"


def _unescaped(escape: str) -> str:
    if escape[0] != "u":
        return _ESCAPES.get(escape, escape)
    try:
        return chr(int(escape[1:], 16))
    except ValueError:
        return _REPLACEMENT
