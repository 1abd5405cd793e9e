"""The small shell's commands for files and folders."""

import fnmatch
import os
import shutil
import time
from pathlib import Path

from .shell_command import Failure, Streams, command, options


@command("pwd")
def pwd(arguments: list[str], streams: Streams) -> None:
    streams.out(str(Path.cwd()))


@command("cd")
def cd(arguments: list[str], streams: Streams) -> None:
    os.chdir(arguments[0] if arguments else os.environ.get("HOME", "/"))


@command("ls")
def ls(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "1ahlR")
    for path in map(Path, paths or ["."]):
        if path.is_dir():
            found = path.rglob("*") if "R" in flags else path.iterdir()
            entries = [(str(each.relative_to(path)), each) for each in found]
        else:
            entries = [(str(path), path)]
        for name, entry in sorted(entries):
            if name.startswith(".") and "a" not in flags:
                continue
            status = entry.lstat()
            kind = "d" if entry.is_dir() else "-"
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.st_mtime))
            streams.out(f"{kind} {status.st_size:>9} {when} {name}" if "l" in flags else name)


@command("find")
def find(arguments: list[str], streams: Streams) -> None:
    tops = []
    while arguments and not arguments[0].startswith("-"):
        tops.append(arguments.pop(0))
    tests = dict(zip(arguments[::2], arguments[1::2], strict=False))
    if unknown := tests.keys() - {"-name", "-type"}:
        raise Failure(f"{min(unknown)} is not supported by this small shell")
    for top in tops or ["."]:
        for path in [Path(top), *sorted(Path(top).rglob("*"))]:
            kind = "d" if path.is_dir() else "f"
            if (
                fnmatch.fnmatch(path.name, tests.get("-name", "*"))
                and tests.get("-type", kind) == kind
            ):
                streams.out(str(path) if str(path).startswith((".", "/", top)) else f"./{path}")


@command("mkdir")
def mkdir(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "p")
    for path in paths:
        Path(path).mkdir(parents="p" in flags, exist_ok="p" in flags)


@command("touch")
def touch(arguments: list[str], streams: Streams) -> None:
    for path in arguments:
        Path(path).touch()


@command("rm")
def rm(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "Rfr")
    for path in map(Path, paths):
        if path.is_dir() and flags & {"r", "R"}:
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok="f" in flags)


@command("cp")
def cp(arguments: list[str], streams: Streams) -> None:
    flags, _, (*sources, target) = options(arguments, "Rar")
    for source in sources:
        if Path(source).is_dir():
            if not flags:
                raise Failure(f"{source} is a folder; add -r")
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(
                source, Path(target, Path(source).name) if Path(target).is_dir() else target
            )


@command("mv")
def mv(arguments: list[str], streams: Streams) -> None:
    _, _, (*sources, target) = options(arguments, "f")
    for source in sources:
        shutil.move(source, target)


@command("tee")
def tee(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "a")
    for path in paths:
        with Path(path).open("a" if "a" in flags else "w", encoding="utf-8") as file:
            file.write(streams.stdin)
    streams.out_text += streams.stdin


@command("test", "[")
def test(arguments: list[str], streams: Streams) -> int:
    match [argument for argument in arguments if argument != "]"]:
        case ["-e", path]:
            return int(not Path(path).exists())
        case ["-f", path]:
            return int(not Path(path).is_file())
        case ["-d", path]:
            return int(not Path(path).is_dir())
        case ["-n", text] | [text]:
            return int(not text)
        case ["-z", text]:
            return int(bool(text))
        case [one, "=" | "==", other]:
            return int(one != other)
        case [one, "!=", other]:
            return int(one == other)
        case _:
            raise Failure("this test is not supported by this small shell")
