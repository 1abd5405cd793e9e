"""Applies patches to files of the working folder, in the form of the API's tool `apply_patch`.

https://platform.openai.com/docs/guides/tools-apply-patch
"""

from collections.abc import Callable
from pathlib import Path

Lines = list[str]


class Misfit(Exception):
    """The patch does not fit the file."""


def run(operation: dict[str, str]) -> None:
    """Create, change or delete a file, and say so; or say why not, and end with a status."""
    path = Path(operation["path"])
    try:
        if path.is_absolute() or ".." in path.parts:
            raise Misfit("the path must lie within the working folder")
        match operation["type"]:
            case "create_file":
                if path.exists():
                    raise Misfit("the file is there already")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_joined(_created(operation["diff"])), encoding="utf-8")
                print(f"Created {path}.")
            case "update_file":
                text = path.read_text(encoding="utf-8")
                path.write_text(
                    _joined(_updated(text.splitlines(), operation["diff"])), encoding="utf-8"
                )
                print(f"Changed {path}.")
            case "delete_file":
                path.unlink()
                print(f"Deleted {path}.")
            case other:
                raise Misfit(f"{other} is no known operation")
    except Misfit as misfit:
        print(f"{path}: {misfit}.\n[exit status 1]")
    except OSError as error:
        print(f"{path}: {error.strerror}.\n[exit status 1]")


def _joined(lines: Lines) -> str:
    return "".join(f"{line}\n" for line in lines)


def _created(diff: str) -> Lines:
    lines = diff.splitlines()
    if wrong := [line for line in lines if line and not line.startswith("+")]:
        raise Misfit(f"a line of a new file begins with +, unlike {wrong[0]!r}")
    return [line[1:] for line in lines]


def _updated(lines: Lines, diff: str) -> Lines:
    """Returns the lines with every section of the diff applied, in order."""
    at = 0
    for anchor, old, new in _sections(diff):
        if anchor:
            at = _place(lines, [anchor], at) + 1
        found = _place(lines, old, at) if old else (len(lines) if not anchor else at)
        lines = [*lines[:found], *new, *lines[found + len(old) :]]
        at = found + len(new)
    return lines


def _sections(diff: str) -> list[tuple[str, Lines, Lines]]:
    """Returns for each section the line it follows, the lines before and the lines after."""
    sections: list[tuple[str, Lines, Lines]] = []
    for line in diff.splitlines():
        if line.startswith("@@"):
            sections.append((_anchor(line), [], []))
            continue
        if line.startswith(("*** End of File", "\\ No newline")):
            continue
        if not sections:
            sections.append(("", [], []))
        _, old, new = sections[-1]
        sign, text = line[:1] or " ", line[1:]
        if sign not in " +-":
            raise Misfit(f"a line begins with a space, + or -, unlike {line!r}")
        if sign != "+":
            old.append(text)
        if sign != "-":
            new.append(text)
    return sections


def _anchor(line: str) -> str:
    """Returns the line after which to look. Line numbers, as in `@@ -1,2 +1,2 @@`, are none."""
    text = line.removeprefix("@@").strip()
    return text.rpartition("@@")[2].strip() if text.startswith("-") else text


def _place(lines: Lines, wanted: Lines, at: int) -> int:
    """Returns where the lines are, from `at` on or else anywhere; spaces count last."""
    likeness: tuple[Callable[[str], str], ...] = (lambda line: line, str.rstrip, str.strip)
    for same in likeness:
        sought = [same(line) for line in wanted]
        for start in list(range(at, len(lines) + 1)) + list(range(at)):
            if [same(line) for line in lines[start : start + len(wanted)]] == sought:
                return start
    raise Misfit("these lines are not in the file: " + " / ".join(wanted[:3]))
