"""One cell of code: run in the variables of those before it, its last expression shown."""

import ast
import linecache
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType, ModuleType

MAX_ERROR_CHARS = 8_000

_OWN_CODE = str(Path(__file__).parent)
"""What a traceback need not tell of."""


class Interruptible:
    """SIGINT stops the code of a cell, and nothing else."""

    def __init__(self) -> None:
        self.armed = False
        self.arm(False)

    def arm(self, armed: bool) -> None:
        # Anew each time, since a cell may have put another handler in its place.
        signal.signal(signal.SIGINT, self._interrupt)
        self.armed = armed

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt


def new_variables() -> ModuleType:
    """The module whose variables cells share; `__main__`, so that its classes can be pickled."""
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    return module


def run(code: str, number: int, variables: ModuleType, interruptible: Interruptible) -> str | None:
    """Run the code; answers how it failed, as a traceback, or None."""
    name = f"<cell {number}>"
    # With its last newline, without which Python 3.11 marks the column beside.
    linecache.cache[name] = (len(code), None, f"{code}\n".splitlines(keepends=True), name)
    try:
        interruptible.arm(True)
        _execute(code, name, variables.__dict__)
    except SystemExit as stop:
        return None if stop.code in (None, 0) else f"SystemExit: {stop.code}"
    except BaseException as error:
        interruptible.arm(False)
        return _told(error)
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
    """What plotting functions return says nothing; the figure does."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return type(first).__module__.startswith("matplotlib.")


def _told(error: BaseException) -> str:
    try:
        told = traceback.TracebackException.from_exception(error)
        told.stack = traceback.StackSummary.from_list(
            [frame for frame in told.stack if not frame.filename.startswith(_OWN_CODE)]
        )
        text = "".join(told.format()).strip()
    except BaseException:
        # Whatever an exception's own code may do, or there is no memory left for more words.
        text = type(error).__name__
    if len(text) <= MAX_ERROR_CHARS:
        return text
    return f"{text[: MAX_ERROR_CHARS // 2]}\n[…]\n{text[-MAX_ERROR_CHARS // 2 :]}"
