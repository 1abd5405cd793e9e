"""Finds the functions in `backend/tools/functions/`, so that there is no list to maintain."""

import importlib
import logging
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from backend.tools import functions
from backend.tools.function import Function

logger = logging.getLogger(__name__)


def discover_functions(package: ModuleType = functions) -> tuple[Function[..., Any], ...]:
    """Returns the functions of every module of `package`, by module name, then in source order.

    A module that cannot be imported and a function whose name is taken are skipped and logged,
    so that one bad file does not disable the others. Modules with a leading underscore are
    ignored.
    """
    found: dict[str, tuple[Function[..., Any], str]] = {}
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    for module_name in names:
        if module_name.startswith("_"):
            continue
        file = f"{module_name}.py"
        try:
            module = importlib.import_module(f"{package.__name__}.{module_name}")
        except (Exception, SystemExit):
            logger.exception("Skipped %s of %s: it cannot be imported", file, package.__name__)
            continue
        for function in _functions_of(module):
            name = function.spec.name
            if name in found:
                logger.error(
                    "Skipped a function of %s: %s is taken by %s", file, name, found[name][1]
                )
                continue
            found[name] = (function, file)
    return tuple(function for function, _ in found.values())


def _functions_of(module: ModuleType) -> Iterator[Function[..., Any]]:
    """Yields the functions defined in the module, not those it imports."""
    seen: set[int] = set()
    for value in vars(module).values():
        if (
            isinstance(value, Function)
            and value.implementation.__module__ == module.__name__
            and id(value) not in seen
        ):
            seen.add(id(value))
            yield value
