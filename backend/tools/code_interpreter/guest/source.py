"""The code of a cell, as models write it, made plain Python.

Models send code inside a Markdown fence, with a leading indent, or with commands of notebooks. Code
that parses is never changed.
"""

import ast
import re
import textwrap
from collections.abc import Callable, Iterator

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.M | re.S)
_MAGIC = re.compile(r"^([ \t]*)(%{1,2}[A-Za-z].*)$", re.M)
_COMMAND = re.compile(r"^([ \t]*)(!.*)$", re.M)


def parse(code: str, name: str) -> tuple[str, ast.Module]:
    """Returns the code that parses, and its tree. Raises the `SyntaxError` of the original code."""
    try:
        return code, _tree(code, name)
    except SyntaxError:
        for candidate in _candidates(code):
            try:
                return candidate, _tree(candidate, name)
            except (SyntaxError, ValueError):
                continue
        raise


def _tree(code: str, name: str) -> ast.Module:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(code, name, "exec", flags)
    assert isinstance(tree, ast.Module)
    return tree


def _candidates(code: str) -> Iterator[str]:
    """Yields the code after each change that may make it parse, on top of the changes before."""
    changes: tuple[Callable[[str], str], ...] = (
        _without_fences,
        _without_notebook_commands,
        _without_indent,
    )
    for change in changes:
        code = change(code)
        yield code


def _without_fences(code: str) -> str:
    """Returns the content of the fences, with blank lines instead of everything outside."""
    kept = [""] * (code.count("\n") + 1)
    for fence in _FENCE.finditer(code):
        first = code.count("\n", 0, fence.start(2))
        lines = fence[2].removesuffix("\n").split("\n")
        kept[first : first + len(lines)] = lines
    return "\n".join(kept) if any(kept) else code


def _without_notebook_commands(code: str) -> str:
    code = _MAGIC.sub(r"\1pass  # \2", code)
    return _COMMAND.sub(lambda line: f"{line[1]}print({_refusal(line[2])!r})", code)


def _refusal(command: str) -> str:
    return f"[{command} was not run: there are no programs besides Python, and no network.]"


def _without_indent(code: str) -> str:
    code = textwrap.dedent(code)
    return code.lstrip() if code[:1] in (" ", "\t") else code
