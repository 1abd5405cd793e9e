"""One cell of code: run with the variables of earlier cells, its last expression shown."""

import ast
import linecache
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType, ModuleType

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
    # With a last newline, without which Python 3.11 marks the wrong column.
    linecache.cache[name] = (len(code), None, f"{code}\n".splitlines(keepends=True), name)
    try:
        interruptible.arm(True)
        _execute(code, name, variables.__dict__)
    except SystemExit as stop:
        return None if stop.code in (None, 0) else f"SystemExit: {stop.code}"
    except BaseException as error:
        interruptible.arm(False)
        return _traceback(error)
    finally:
        interruptible.arm(False)
    return None


def _execute(code: str, name: str, variables: dict[str, object]) -> None:
    tree = ast.parse(code, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, name, "exec"), variables)  # noqa: S102
        return
    del tree.body[-1]
    exec(compile(tree, name, "exec"), variables)  # noqa: S102
    value = eval(compile(ast.Expression(last.value), name, "eval"), variables)  # noqa: S307
    if value is not None and not _is_drawing(value):
        print(repr(value))


def _is_drawing(value: object) -> bool:
    """Returns whether the value came from a plotting function: the figure is shown instead."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return type(first).__module__.startswith("matplotlib.")


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
