"""Finds the functions of this server, so that there is no list to maintain.

They come from `backend/tools/functions/`, from `FUNCTIONS_DIR`, and from installed packages whose entry
points are in the group `runstream.functions`. Of two with one name the first counts, in this order.
"""

import importlib
import importlib.util
import logging
import pkgutil
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Final

from backend.tools import functions
from backend.tools.function import Function
from backend.tools.tool_error import error_text

logger = logging.getLogger(__name__)

ENTRY_POINTS = "runstream.functions"
FOLDER_PACKAGE = "runstream_functions"
"""The package that the modules of `FUNCTIONS_DIR` are imported as."""


@dataclass(frozen=True, slots=True)
class FunctionProblem:
    """Why a file, or a function of it, is left out."""

    source: str
    """The file, or the entry point of a package."""
    error: str


@dataclass(frozen=True, slots=True)
class Discovery:
    functions: tuple[Function[..., Any], ...]
    problems: tuple[FunctionProblem, ...]
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where the functions come from, by name, as `FunctionProblem.source` says it."""

    def of(self, source: str) -> tuple[Function[..., Any], ...]:
        """Returns the functions of one source."""
        return tuple(each for each in self.functions if self.sources.get(each.spec.name) == source)


NOTHING: Final = Discovery((), ())


class FunctionSources:
    """Where functions come from. One bad file does not disable the others."""

    def __init__(self, folder: Path | None = None, own: ModuleType = functions) -> None:
        """`folder` is `FUNCTIONS_DIR`."""
        self._folder = folder
        self._own = own

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders whose files `discover` reads, if they exist."""
        folders = [Path(path) for path in self._own.__path__]
        if self._folder is not None:
            folders.append(self._folder)
        return tuple(folder for folder in folders if folder.is_dir())

    def discover(self, before: Discovery = NOTHING) -> Discovery:
        """Import everything and return what was found. Modules with a leading underscore are
        ignored, but may be imported by others. Of a file that is broken now the functions of
        `before` stay."""
        search = _Search(before)
        search.package(self._own)
        if self._folder is not None and not self._folder.is_dir():
            search.skip("FUNCTIONS_DIR", f"There is no folder {self._folder}.")
        elif self._folder is not None:
            package = ModuleType(FOLDER_PACKAGE)
            package.__path__ = [str(self._folder)]
            sys.modules[FOLDER_PACKAGE] = package
            search.package(package, f"{self._folder.name}/")
        for point in _entry_points(tuple(sys.path)):
            search.entry_point(point)
        return Discovery(tuple(search.found.values()), tuple(search.problems), search.sources)

    def discover_again(self, before: Discovery = NOTHING) -> Discovery:
        """As `discover`, with the files of the folders as they are now."""
        for name in [*sys.modules]:
            if name.startswith((f"{self._own.__name__}.", f"{FOLDER_PACKAGE}.")):
                del sys.modules[name]
        for file in (file for folder in self.folders for file in folder.glob("*.py")):
            # A cached file counts as fresh if the source has changed within a second.
            Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
        importlib.invalidate_caches()
        _entry_points.cache_clear()
        return self.discover(before)


@cache
def _entry_points(path: tuple[str, ...]) -> list[EntryPoint]:
    """Returns those of all packages on `sys.path`, which asks each package for its files."""
    return sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda point: point.name)


class _Search:
    def __init__(self, before: Discovery) -> None:
        self._before = before
        self.found: dict[str, Function[..., Any]] = {}
        self.problems: list[FunctionProblem] = []
        self.sources: dict[str, str] = {}

    def package(self, package: ModuleType, label: str = "") -> None:
        """Takes the functions of every module, by module name, then in source order."""
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            if info.name.startswith("_"):
                continue
            source = f"{label}{info.name}.py"
            try:
                with _of_a_file():
                    module = importlib.import_module(f"{package.__name__}.{info.name}")
                    functions = [*_functions_of(module)]
            except _Broken as broken:
                error = broken.error
                kept = self._before.of(source)
                names = ", ".join(function.spec.name for function in kept)
                stays = f" Until it is mended, {names} runs as it was." if kept else ""
                self.skip(source, _reason(error) + stays, error)
                self.take(kept, source)
            else:
                self.take(functions, source)

    def entry_point(self, point: EntryPoint) -> None:
        """Takes a function, or those of a module and, if it is a package, of its modules."""
        source = f"{point.dist.name if point.dist else point.name}: {point.value}"
        try:
            with _of_a_file():
                loaded = point.load()
                functions = [*_functions_of(loaded)] if isinstance(loaded, ModuleType) else []
        except _Broken as broken:
            self.skip(source, _reason(broken.error), broken.error)
            return
        match loaded:
            case Function():
                self.take([loaded], source)
            case ModuleType():
                self.take(functions, source)
                if hasattr(loaded, "__path__"):
                    self.package(loaded, f"{source}/")
            case _:
                self.skip(source, "This is neither a module nor a function.")

    def take(self, functions: Iterable[Function[..., Any]], source: str) -> None:
        for function in functions:
            name = function.spec.name
            taken = self.found.setdefault(name, function)
            if taken is function:
                self.sources[name] = source
            else:
                self.skip(source, f"The name {name} is taken by {self.sources[name]}.")

    def skip(self, source: str, error: str, cause: BaseException | None = None) -> None:
        self.problems.append(FunctionProblem(source, error))
        logger.error("Left out of the functions: %s: %s", source, error, exc_info=cause)


class _Broken(Exception):
    def __init__(self, error: BaseException) -> None:
        self.error = error


@contextmanager
def _of_a_file() -> Iterator[None]:
    """Raises `_Broken` for whatever the code of a file raises. Only a real Ctrl-C goes through."""
    signals = list[int]()
    before = signal.getsignal(signal.SIGINT)
    # Elsewhere no signal is handled, so that what is raised is the file's own.
    is_told = threading.current_thread() is threading.main_thread() and callable(before)

    def interrupted(number: int, frame: FrameType | None) -> None:
        signals.append(number)
        if callable(before):
            before(number, frame)

    if is_told:
        signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    except BaseException as error:
        if signals and isinstance(error, KeyboardInterrupt):
            raise
        raise _Broken(error) from None
    finally:
        if is_told and signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, before)


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


def _reason(error: BaseException) -> str:
    """Returns what went wrong, and in which line of the function's own file."""
    # Before it is asked what it says, which may raise it again.
    frames = traceback.extract_tb(error.__traceback__)
    said = error_text(error)
    if isinstance(error, SyntaxError):
        return said
    importing = ("<frozen importlib", importlib.__file__, metadata.__file__, __file__)
    lines = (
        f"{said} (line {frame.lineno} of {Path(frame.filename).name})"
        for frame in frames
        if not frame.filename.startswith(importing)
    )
    return next(lines, said)
