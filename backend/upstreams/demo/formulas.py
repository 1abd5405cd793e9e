"""Formulas in a message: what can be computed or plotted, as Python writes it."""

import ast
import re

FUNCTIONS = frozenset(
    {"sqrt", "sin", "cos", "tan", "exp", "log", "log2", "log10", "sinh", "cosh", "tanh", "floor"}
)
CONSTANTS = frozenset({"pi", "e"})
BUILT_INTO_PYTHON = frozenset({"abs", "round", "min", "max"})
_ONLY_NUMBERS = frozenset({"factorial", "gcd", "comb"})

_SPELLINGS = (
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"[×·]"), "*"),
    (re.compile(r"÷"), "/"),
    (re.compile(r"[−–]"), "-"),
    (re.compile(r"\^"), "**"),
    (re.compile(r"π"), "pi"),
    (re.compile(r"\bto the power(?: of)?\b", re.I), "**"),
    (re.compile(r"\bplus\b", re.I), "+"),
    (re.compile(r"\bminus\b", re.I), "-"),
    (re.compile(r"\b(?:times|multiplied by)\b", re.I), "*"),
    (re.compile(r"\b(?:divided by|over)\b", re.I), "/"),
    (re.compile(r"\b(?:the )?square root of ([\w.]+)", re.I), r"sqrt(\1)"),
    (re.compile(r"\b(?:the )?factorial of (\d+)", re.I), r"factorial(\1)"),
    (re.compile(r"\b(\d+)!(?!=)"), r"factorial(\1)"),
    (re.compile(r"\b([\w.]+) squared\b", re.I), r"\1**2"),
    (re.compile(r"\b([\w.]+) cubed\b", re.I), r"\1**3"),
    (re.compile(r"\b(\d+)%\s+of\b", re.I), r"\1/100*"),
    (re.compile(r"\bln\("), "log("),
    (re.compile(r"(?<=\d)(?=x\b)"), "*"),
)


def formula(text: str, *, of_x: bool = False) -> str | None:
    """The formula that the whole text is, tidied; None where it is none.

    One of `x` has to hold it, another one has to have something to compute.
    """
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = names_in(tree)
    allowed = FUNCTIONS | CONSTANTS | BUILT_INTO_PYTHON | ({"x"} if of_x else _ONLY_NUMBERS)
    if not names <= allowed or not all(_is_arithmetic(node) for node in ast.walk(tree)):
        return None
    if of_x and "x" not in names:
        return None
    if not of_x and isinstance(tree.body, (ast.Constant, ast.Name)):
        return None
    return ast.unparse(tree)


def names_in(tree: ast.AST) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def imported(formulas: str, module: str) -> str:
    """The line that imports what the formulas need from `module`; empty where they need nothing."""
    names = sorted(names_in(ast.parse(formulas)) - BUILT_INTO_PYTHON - {"x"})
    return f"from {module} import {', '.join(names)}\n" if names else ""


def _is_arithmetic(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=int() | float()):
            return not isinstance(node.value, bool)
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return name not in CONSTANTS and name != "x"
        case ast.Expression() | ast.BinOp() | ast.UnaryOp() | ast.Name() | ast.Load():
            return True
        case ast.operator() | ast.unaryop():
            return True
        case _:
            return False
