"""What a message asks the demo to run: a sum, a plot, a table, a look at data, or code as it stands."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backend.upstreams.demo.formulas import formula, imported

CodeKind = Literal["compute", "plot", "csv", "data", "run"]


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    kind: CodeKind
    subject: str
    """What it is about, for the answer."""
    code: str
    formulas: tuple[str, ...] = ()
    """What was plotted, for a later "make a CSV of it"."""


_FENCE = re.compile(r"```(?:python|py)\n(.*?)\n?```", re.DOTALL | re.IGNORECASE)
_COMPUTE = re.compile(
    r"^(?:please\s+|can you\s+)?(?:compute|calculate|evaluate|work out|what(?:\s+is|'s|’s)|how much is)"
    r"\s+(.+?)\s*[?.=]*$",
    re.IGNORECASE,
)
_PLOT = re.compile(
    r"(?:^(?:please\s+|can you\s+|now\s+|and\s+)*(?:plot|graph|draw|chart)\b"
    r"(?:\s+me)?(?:\s+(?:an?|the) (?:plot|graph|chart|curve))?|\ban? (?:plot|graph|chart)\b)"
    r"(?:\s+of)?\s*(.*?)\s*[?.!]*$",
    re.IGNORECASE,
)
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_RANGE = re.compile(
    rf"\s*(?:for x )?(?:from|between) {_NUMBER} (?:to|and) {_NUMBER}\s*$", re.IGNORECASE
)
_SHAPES = {
    "sine": "sin(x)",
    "cosine": "cos(x)",
    "parabola": "x**2",
    "exponential": "exp(x)",
    "line": "x",
}
_CSV = re.compile(r"\bcsv\b", re.IGNORECASE)
_MAKE = re.compile(
    r"\b(?:make|create|write|generate|save|export|give|want|need)\b|^(?:(?:and|now) )?an? csv\b",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"^(?:please\s+|can you\s+)*"
    r"(?:plot|graph|draw|chart|describe|summari[sz]e|analy[sz]e|what(?:\s+is|'s|’s) in)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(\d{1,4})\b")
_AROUND = re.compile(
    r"\b(?:please|make|create|write|generate|save|export|give|me|and|now|an?|the|as|to|csv|file|of|"
    r"with|values)\b|[,?!]|\.(?!\d)",
    re.IGNORECASE,
)
_TABLES = {
    # word: column, value of the whole number n
    "cube": ("cube", "n**3"),
    "power": ("power_of_two", "2**n"),
    "square": ("square", "n**2"),
}
DEFAULT_COUNT = 20
LONGEST_TABLE = 1_000


def code_question(
    text: str, earlier: CodeQuestion | None, tables: Sequence[str]
) -> CodeQuestion | None:
    """None where no code is asked for. `tables` are the CSV files of the thread, oldest first."""
    if fenced := _FENCE.search(text):
        return CodeQuestion("run", "your code", fenced[1])
    if tables and _DATA.match(text) and (name := _table_meant(text, tables)):
        return _data(name)
    if _CSV.search(text) and _MAKE.search(text):
        return _csv(text, earlier)
    if asked := _PLOT.search(text):
        return _plot(asked[1])
    asked = _COMPUTE.match(text)
    computed = formula(asked[1] if asked else text)
    if computed is None:
        return None
    return CodeQuestion("compute", computed, f"{imported(computed, 'math')}print({computed})")


def _plot(what: str) -> CodeQuestion:
    """Formulas of x; where there is none, a wave."""
    start, end = "-10", "10"
    if limits := _RANGE.search(what):
        start, end = limits[1], limits[2]
        what = what[: limits.start()]
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+vs\.?\s+", what)
    formulas = tuple(found for part in parts if (found := _curve(part)) is not None)
    formulas = formulas or ("sin(x)",)
    lines = [
        "import matplotlib.pyplot as plt",
        imported(f"({', '.join(formulas)}, linspace)", "numpy"),
        f"x = linspace({start}, {end}, 500)",
        *(f"plt.plot(x, {each}, label={json.dumps(each)})" for each in formulas),
        'plt.xlabel("x")',
        "plt.grid(alpha=0.3)",
        "plt.legend()",
        "plt.show()",
    ]
    shown = " and ".join(f"`{each}`" for each in formulas)
    return CodeQuestion("plot", f"{shown} from {start} to {end}", "\n".join(lines), formulas)


def _curve(text: str) -> str | None:
    text = re.sub(r"^\s*(?:y|f\(x\))\s*=\s*", "", text)
    shape = next(
        (curve for word, curve in _SHAPES.items() if re.search(rf"\b{word}\b", text)), None
    )
    return formula(text, of_x=True) or shape


def _csv(text: str, earlier: CodeQuestion | None) -> CodeQuestion:
    """A table of what is named, else of what was plotted before, else of square numbers."""
    text = text.lower()
    named = formula(_AROUND.sub(" ", text), of_x=True)
    if named is not None:
        return _values((named,))
    found = _COUNT.search(text)
    count = min(int(found[1]), LONGEST_TABLE) if found else DEFAULT_COUNT
    if "prime" in text:
        # There are enough below, up to the longest table.
        is_prime = "all(n % d for d in range(2, int(n**0.5) + 1))"
        code = f"primes = [n for n in range(2, {20 * count}) if {is_prime}][:{count}]"
        return _table("primes", f"the first {count} primes", code, '{"prime": primes}')
    word = next((word for word in _TABLES if word in text), None)
    if word is None and earlier is not None:
        return _values(earlier.formulas)
    column, value = _TABLES[word or "square"]
    name = f"{column}s".replace("power_of_twos", "powers_of_two")
    code = f"n = pd.Series(range(1, {count + 1}), dtype=object)"
    subject = f"the first {count} {name.replace('_', ' ')}"
    return _table(name, subject, code, f'{{"n": n, "{column}": {value}}}')


def _values(formulas: tuple[str, ...]) -> CodeQuestion:
    code = imported(f"({', '.join(formulas)}, linspace)", "numpy") + "\nx = linspace(-10, 10, 101)"
    columns = ", ".join(f"{json.dumps(each)}: {each}" for each in formulas)
    shown = " and ".join(f"`{each}`" for each in formulas)
    return _table("values", f"the values of {shown}", code, f'{{"x": x, {columns}}}')


def _table(name: str, subject: str, code: str, columns: str) -> CodeQuestion:
    lines = [
        "import pandas as pd",
        code,
        f"table = pd.DataFrame({columns})",
        f'table.to_csv("{name}.csv", index=False)',
        "print(table.head())",
    ]
    return CodeQuestion("csv", subject, "\n".join(lines))


def _table_meant(text: str, tables: Sequence[str]) -> str | None:
    """The one that is named, or the last where the text says "the file" and the like or no more."""
    for name in tables:
        if name.lower() in text.lower():
            return name
    if not _DATA.sub("", text).strip(" ?.!"):
        return tables[-1]
    speaks_of_it = re.search(r"\b(?:it|this|that|file|data|table|csv)\b", text, re.IGNORECASE)
    return tables[-1] if speaks_of_it else None


def _data(name: str) -> CodeQuestion:
    code = "\n".join(
        [
            "import pandas as pd",
            "import matplotlib.pyplot as plt",
            "",
            f"table = pd.read_csv({json.dumps(name)})",
            "print(table.describe())",
            "if len(table.select_dtypes('number').columns):",
            f"    table.plot(title={json.dumps(name)}, grid=True)",
            "    plt.show()",
        ]
    )
    return CodeQuestion("data", f"`{name}`", code)
