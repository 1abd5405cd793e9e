"""A function is added by adding a file, and a bad file does not disable the others."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from backend.config.settings import Settings
from backend.domain.parts import value_of
from backend.tools.discovery import discover_functions
from backend.tools.toolbox import Toolbox
from tests.functions_readme import examples

GOOD = '''
from backend.tools.function import function

@function
def {name}() -> str:
    """Answer."""
    return "{name}"
'''


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def package(self) -> ModuleType:
        return importlib.import_module(self.path.name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """An empty package, forgotten afterwards."""
    path = tmp_path / "functions_under_test"
    path.mkdir()
    (path / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield Folder(path)
    for name in [name for name in sys.modules if name.startswith(path.name)]:
        del sys.modules[name]


async def test_the_toolbox_finds_the_functions_that_come_with_the_server() -> None:
    toolbox = Toolbox.discover(Settings())
    await toolbox.close()

    assert "get_weather" in [spec.name for spec in toolbox.specs()]


async def test_the_recipe_of_the_readme_makes_a_function_that_can_be_called(
    folder: Folder,
) -> None:
    folder.write("roll_dice.py", examples()["roll_dice.py"])

    toolbox = Toolbox(discover_functions(folder.package()), Settings())
    result = await toolbox.call(
        "roll_dice", '{"sides": 20, "times": 3}', toolbox.context("t", "r", "UTC")
    )
    defaults = await toolbox.call("roll_dice", "{}", toolbox.context("t", "r", "UTC"))
    too_many = await toolbox.call(
        "roll_dice", '{"sides": 6, "times": 21}', toolbox.context("t", "r", "UTC")
    )
    await toolbox.close()

    assert toolbox.specs()[0].strict
    rolled = value_of(result.outputs)
    assert isinstance(rolled, dict)
    assert len(rolled["rolls"]) == 3  # type: ignore[arg-type]
    assert defaults.error is None
    assert "times: Input should be less than or equal to 20" in (too_many.error or "")


def test_functions_come_in_the_order_of_their_files(folder: Folder) -> None:
    folder.write("b.py", GOOD.format(name="first"))
    folder.write("a.py", GOOD.format(name="second"))

    assert [found.spec.name for found in discover_functions(folder.package())] == [
        "second",
        "first",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "import a_module_that_is_not_there",
        "def f(:",
        "raise SystemExit(1)",
        "from backend.tools.function import function\n@function\ndef f() -> int: return 1\n",
    ],
)
def test_a_file_that_cannot_be_imported_is_skipped_and_named_in_the_log(
    broken: str, folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write("broken.py", broken)
    folder.write("good.py", GOOD.format(name="good"))

    found = discover_functions(folder.package())

    assert [entry.spec.name for entry in found] == ["good"]
    assert "Skipped broken.py" in caplog.text


def test_the_second_function_of_a_name_is_refused(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write("a.py", GOOD.format(name="same"))
    folder.write("b.py", GOOD.format(name="same"))

    found = discover_functions(folder.package())

    assert [entry.implementation.__module__ for entry in found] == ["functions_under_test.a"]
    assert "Skipped a function of b.py: same is taken by a.py" in caplog.text


def test_imported_functions_aliases_and_private_files_do_not_count(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(name="answer") + "\nalias = answer\n")
    folder.write("b.py", "from functions_under_test.a import answer\n")
    folder.write("_c.py", GOOD.format(name="hidden"))

    assert [entry.spec.name for entry in discover_functions(folder.package())] == ["answer"]
