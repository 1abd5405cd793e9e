"""One cell of code: run with the variables of earlier cells, its last expression shown."""

import ast
import asyncio
import inspect
import linecache
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType, ModuleType

from . import source
from .display import show

MAX_ERROR_CHARS = 8_000

_OWN_CODE = str(Path(__file__).parent)
"""The folder whose frames are left out of tracebacks."""


class Interruptible:
    """Lets SIGINT interrupt the code of a cell, and nothing else."""

    def __init__(self) -> None:
        self.armed = False
        self.arm(False)

    def arm(self, armed: bool) -> None:
        # Each time, since a cell may have installed another handler.
        signal.signal(signal.SIGINT, self._interrupt)
        self.armed = armed

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt


def new_variables() -> ModuleType:
    """Returns the module that cells share. It is `__main__`, so that its classes can be pickled."""
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    return module


def run(code: str, number: int, variables: ModuleType, interruptible: Interruptible) -> str | None:
    """Run the code. Returns the traceback if it failed, else None."""
    name = f"<cell {number}>"
    _remember(code, name)
    try:
        interruptible.arm(True)
        code, tree = source.parse(code, name)
        _remember(code, name)
        _execute(tree, name, variables.__dict__)
    except SystemExit as stop:
        return None if stop.code in (None, 0) else f"SystemExit: {stop.code}"
    except BaseException as error:
        interruptible.arm(False)
        return _traceback(error)
    finally:
        interruptible.arm(False)
    return None


def _remember(code: str, name: str) -> None:
    """Have tracebacks show the code."""
    # With a last newline, without which Python 3.11 marks the wrong column.
    linecache.cache[name] = (len(code), None, f"{code}\n".splitlines(keepends=True), name)


def _execute(tree: ast.Module, name: str, variables: dict[str, object]) -> None:
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        _evaluate(tree, name, variables)
        return
    del tree.body[-1]
    _evaluate(tree, name, variables)
    show(_evaluate(ast.Expression(last.value), name, variables))


def _evaluate(tree: ast.Module | ast.Expression, name: str, variables: dict[str, object]) -> object:
    """Run statements, or return the value of an expression. Either may await."""
    mode = "exec" if isinstance(tree, ast.Module) else "eval"
    code = compile(tree, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value: object = eval(code, variables)  # noqa: S307
    if not code.co_flags & inspect.CO_COROUTINE:
        return value
    assert inspect.iscoroutine(value)
    return asyncio.run(value)


def _traceback(error: BaseException) -> str:
    try:
        trace = traceback.TracebackException.from_exception(error)
        trace.stack = traceback.StackSummary.from_list(
            [frame for frame in trace.stack if not frame.filename.startswith(_OWN_CODE)]
        )
        text = "".join(trace.format()).strip()
    except BaseException:
        # The exception's own code may raise anything, and memory may be short.
        text = type(error).__name__
    if len(text) <= MAX_ERROR_CHARS:
        return text
    return f"{text[: MAX_ERROR_CHARS // 2]}\n[…]\n{text[-MAX_ERROR_CHARS // 2 :]}"
