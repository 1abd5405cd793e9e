"""A function is added by adding a file or a package, and a bad one does not disable the others."""

import importlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import SecretStr

from backend.config.settings import Settings
from backend.domain.parts import value_of
from backend.tools.discovery import Discovery, FunctionSources
from backend.tools.toolbox import Toolbox
from tests.functions_readme import examples
from tests.rest import rest
from tests.running import running
from tests.scripted import ScriptedUpstream

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

    @property
    def sources(self) -> FunctionSources:
        return FunctionSources(own=importlib.import_module(self.path.name))

    def discover(self) -> Discovery:
        return self.sources.discover()


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


def names(discovery: Discovery) -> list[str]:
    return [found.spec.name for found in discovery.functions]


async def test_the_toolbox_finds_the_functions_that_come_with_the_server() -> None:
    toolbox = Toolbox.discover(Settings())
    await toolbox.close()

    assert "get_weather" in [spec.name for spec in toolbox.specs()]


async def test_the_recipe_of_the_readme_makes_a_function_that_can_be_called(
    folder: Folder,
) -> None:
    folder.write("roll_dice.py", examples()["roll_dice.py"])

    [roll_dice] = folder.discover().functions
    toolbox = Toolbox([roll_dice], Settings())
    result, defaults, too_many = [
        await toolbox.call(roll_dice, arguments, toolbox.context("t", "r", "UTC"))
        for arguments in ('{"sides": 20, "times": 3}', "{}", '{"sides": 6, "times": 21}')
    ]
    await toolbox.close()

    assert roll_dice.spec.strict
    rolled = value_of(result.outputs)
    assert isinstance(rolled, dict)
    assert len(rolled["rolls"]) == 3  # type: ignore[arg-type]
    assert defaults.error is None
    assert "times: Input should be less than or equal to 20" in (too_many.error or "")


def test_functions_come_in_the_order_of_their_files(folder: Folder) -> None:
    folder.write("b.py", GOOD.format(name="first"))
    folder.write("a.py", GOOD.format(name="second"))

    assert names(folder.discover()) == ["second", "first"]


FUNCTION = "from backend.tools.function import function\n@function\n"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("import a_module_that_is_not_there", "ModuleNotFoundError: No module named 'a_module_"),
        ("\nundefined", "NameError: name 'undefined' is not defined (line 2 of broken.py)"),
        ("def f(:", "SyntaxError: invalid syntax (broken.py, line 1)"),
        ("raise SystemExit(1)", "SystemExit: 1 (line 1 of broken.py)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt (line 1 of broken.py)"),
        (
            "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd",
            "Odd, which does not tell what it is (line 3 of broken.py)",
        ),
        (
            "class Odd:\n    __class__ = property(lambda self: 1 / 0)\nodd = Odd()",
            "ZeroDivisionError: division by zero (line 2 of broken.py)",
        ),
        (FUNCTION + "def f() -> int: return 1\n", "TypeError: f has no docstring; write one"),
        (FUNCTION + 'def f(a): "A"\n', "parameter a has no type annotation (line 2 of broken.py)"),
    ],
)
def test_a_broken_file_is_left_out_and_named_with_the_reason_and_the_line(
    broken: str, reason: str, folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write("broken.py", broken)
    folder.write("good.py", GOOD.format(name="good"))

    discovery = folder.discover()

    assert names(discovery) == ["good"]
    [problem] = discovery.problems
    assert problem.source == "broken.py"
    assert reason in problem.error
    assert f"broken.py: {problem.error}" in caplog.text


def test_a_real_interruption_while_a_file_is_imported_is_none_of_the_file(folder: Folder) -> None:
    folder.write("slow.py", "import signal\nsignal.raise_signal(signal.SIGINT)\n")
    handler = signal.getsignal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        folder.discover()

    assert signal.getsignal(signal.SIGINT) is handler


def test_the_second_function_of_a_name_is_left_out(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(name="same"))
    folder.write("b.py", GOOD.format(name="same"))

    discovery = folder.discover()

    assert [entry.implementation.__module__ for entry in discovery.functions] == [
        "functions_under_test.a"
    ]
    [problem] = discovery.problems
    assert (problem.source, problem.error) == ("b.py", "The name same is taken by a.py.")


def test_imported_functions_aliases_and_private_files_do_not_count(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(name="answer") + "\nalias = answer\n")
    folder.write("b.py", "from functions_under_test.a import answer\n")
    folder.write("_c.py", GOOD.format(name="hidden"))

    assert names(folder.discover()) == ["answer"]


def test_a_changed_file_is_read_again_with_what_it_imports_from_its_folder(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder.write("_shared.py", "NAME = 'one'\n")
    importing = "from functions_under_test._shared import NAME\n"
    folder.write("a.py", importing + GOOD.format(name="a").replace('"a"', "NAME"))
    sources = folder.sources
    [first] = sources.discover().functions
    folder.write("_shared.py", "NAME = 'two'\n")
    folder.write("b.py", GOOD.format(name="b"))

    again, added = sources.discover_again().functions

    assert (first(), again(), added()) == ("one", "two", "b")


def test_a_file_that_is_broken_by_a_change_keeps_its_functions_as_they_were(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(name="a"))
    folder.write("b.py", GOOD.format(name="b"))
    sources = folder.sources
    before = sources.discover()
    folder.write("a.py", GOOD.format(name="a") + "\n@function\ndef half(")
    folder.write("b.py", GOOD.format(name="renamed"))

    broken = sources.discover_again(before)
    still = sources.discover_again(broken)
    folder.write("a.py", GOOD.format(name="mended"))
    mended = sources.discover_again(still)

    for each in (broken, still):
        assert names(each) == ["a", "renamed"]
        assert each.functions[0]() == "a"
        [problem] = each.problems
        assert problem.source == "a.py"
        assert problem.error.startswith("SyntaxError: ")
        assert problem.error.endswith("Until it is mended, a runs as it was.")
    assert (names(mended), mended.problems) == (["mended", "renamed"], ())


async def test_a_further_folder_brings_functions_and_its_bad_files_are_told(
    tmp_path: Path,
) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "_words.py").write_text("WORD = 'here'\n")
    (more / "own.py").write_text("from ._words import WORD\n" + GOOD.format(name="own"))
    (more / "rain.py").write_text(GOOD.format(name="get_weather"))
    key = "our-Zq7xW93kfLmN2pRtVb8c"
    (more / "leaky.py").write_text(f"raise ValueError('{key}')")
    options: dict[str, Any] = {"functions_dir": more, "openai_api_key": SecretStr(key)}
    async with running(tmp_path, ScriptedUpstream(), **options) as server, rest(server.url) as http:
        told = (await http.get("/api/functions")).json()
        setup = (await http.get("/api/setup")).json()

    assert {"get_weather", "own"} <= {each["name"] for each in told["functions"]}
    assert told["problems"] == [
        {"source": "more/leaky.py", "error": "ValueError: [secret removed] (line 1 of leaky.py)"},
        {"source": "more/rain.py", "error": "The name get_weather is taken by get_weather.py."},
    ]
    assert (setup["functions"], setup["function_problems"]) == (told["functions"], told["problems"])
    assert "function:own" in setup["tools"]


def test_a_further_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    discovery = FunctionSources(tmp_path / "nowhere").discover()

    assert "get_weather" in names(discovery)
    [problem] = discovery.problems
    assert problem.error == f"There is no folder {tmp_path / 'nowhere'}."


POINTS = """[runstream.functions]
one = dice_pack.rolls:roll
several = dice_pack
broken = dice_pack.gone
wrong = dice_pack:NUMBER
"""


def test_an_installed_package_brings_functions_by_its_entry_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, about = tmp_path / "dice_pack", tmp_path / "dice_pack-1.0.dist-info"
    package.mkdir()
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: dice-pack\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS)
    (package / "__init__.py").write_text("NUMBER = 6\n")
    (package / "rolls.py").write_text(GOOD.format(name="roll") + GOOD.format(name="again"))
    (package / "bad.py").write_text("undefined")
    monkeypatch.syspath_prepend(tmp_path)
    nothing = ModuleType("nothing_of_its_own")
    nothing.__path__ = []
    try:
        discovery = FunctionSources(own=nothing).discover()
    finally:
        for name in [name for name in sys.modules if name.startswith("dice_pack")]:
            del sys.modules[name]

    assert names(discovery) == ["roll", "again"]
    assert [
        (problem.source, problem.error.partition(":")[0]) for problem in discovery.problems
    ] == [
        ("dice-pack: dice_pack.gone", "ModuleNotFoundError"),
        ("dice-pack: dice_pack/bad.py", "NameError"),
        ("dice-pack: dice_pack:NUMBER", "This is neither a module nor a function."),
    ]
