"""What a Dockerfile says, and what of a folder its `.dockerignore` lets in.

https://docs.docker.com/reference/dockerfile/
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Step:
    word: str
    """Such as `RUN`."""
    rest: str

    def option(self, name: str) -> str | None:
        """The value of `--name=value` before the operands."""
        found = re.search(rf"^(?:--\S+\s+)*?--{name}=(\S+)", self.rest)
        return found[1] if found else None

    @property
    def operands(self) -> str:
        return re.sub(r"^(--\S+\s+)+", "", self.rest)

    @property
    def words(self) -> list[str]:
        """The strings of its JSON array, that of a `HEALTHCHECK CMD` too. Raises `ValueError`."""
        words: list[str] = json.loads(self.operands.removeprefix("CMD "))
        return words


@dataclass(slots=True)
class Stage:
    base: str
    name: str | None
    steps: list[Step] = field(default_factory=list)

    def last(self, word: str) -> Step:
        return [step for step in self.steps if step.word == word][-1]


def stages_of(text: str) -> list[Stage]:
    """Raises `ValueError` where a step comes before the first `FROM`."""
    stages: list[Stage] = []
    arguments: dict[str, str] = {}
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        word, _, rest = line.strip().partition(" ")
        match word:
            case "":
                continue
            case "ARG":
                name, _, value = rest.partition("=")
                arguments[name] = value
            case "FROM":
                base, *named = re.sub(r"\$\{(\w+)\}", lambda it: arguments[it[1]], rest).split()
                stages.append(Stage(base, named[1] if named else None))
            case _ if stages:
                stages[-1].steps.append(Step(word, rest.strip()))
            case _:
                raise ValueError(f"{word} stands before the first FROM")
    return stages


def context(folder: Path) -> Iterator[PurePosixPath]:
    """Yields the files that a container engine is given, relative to the folder."""
    rules = []
    for line in (folder / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line.startswith("!") and "/" in pattern:
            raise ValueError(f"{line} would be looked for in a folder that is left out")
        if line and not line.startswith("#"):
            rules.append((_matcher(pattern), line.startswith("!")))

    def is_in(path: PurePosixPath) -> bool:
        return next((takes for rule, takes in reversed(rules) if rule.fullmatch(str(path))), True)

    def below(parent: PurePosixPath) -> Iterator[PurePosixPath]:
        for entry in sorted((folder / parent).iterdir()):
            path = parent / entry.name
            if not is_in(path):
                continue
            if entry.is_dir():
                yield from below(path)
            else:
                yield path

    return below(PurePosixPath())


def _matcher(pattern: str) -> re.Pattern[str]:
    """`*` is a name or a part of one, `**/` any folders. What is below a match matches too."""
    parts = {"**/": "(?:.*/)?", "*": "[^/]*"}
    words = re.split(r"(\*\*/|\*)", pattern)
    return re.compile("".join(parts.get(each, re.escape(each)) for each in words) + "(?:/.*)?")
