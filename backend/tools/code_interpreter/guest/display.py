"""Shows values, as notebooks do: what a cell ends with, and what it gives to `display`."""

import builtins
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from .folder import unused


class Text:
    """Text that a notebook would render, such as HTML and Markdown. It is shown as it is."""

    def __init__(self, data: object = "", **metadata: object) -> None:
        self.data = data

    def __repr__(self) -> str:
        return str(self.data)


def install() -> None:
    """Let code call `display`, and import it from where notebooks have it."""
    builtins.display = display  # type: ignore[attr-defined]
    shell, module = ModuleType("IPython"), ModuleType("IPython.display")
    vars(module).update(display=display, HTML=Text, Markdown=Text, clear_output=_nothing)
    # Libraries ask for the shell once the module is there.
    vars(shell).update(display=module, get_ipython=_nothing)
    sys.modules |= {"IPython": shell, "IPython.display": module}


def display(*values: object, **options: object) -> None:
    for value in values:
        show(value)


def show(value: Any) -> None:
    """Print the value, or save it if it is a picture. A plot is saved when the cell ends."""
    if value is None or _is_drawing(value):
        return
    if _is_a("PIL.Image", "Image", value):
        path = unused(Path.cwd(), "image")
        picture = (
            value if value.mode in ("1", "L", "LA", "P", "RGB", "RGBA") else value.convert("RGB")
        )
        picture.save(path)
    elif _is_a("pandas.io.formats.style", "Styler", value):
        print(value.data)
    else:
        print(repr(value))


def _is_drawing(value: object) -> bool:
    """Returns whether the value came from a plotting function."""
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return type(first).__module__.startswith("matplotlib.")


def _is_a(module: str, name: str, value: object) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _nothing(*arguments: object, **options: object) -> None:
    """Does nothing."""
