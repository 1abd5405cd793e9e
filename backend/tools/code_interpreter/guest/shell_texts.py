"""The small shell's commands for texts."""

import re
from pathlib import Path

from .shell_command import Failure, Streams, command, options, texts


@command("echo")
def echo(arguments: list[str], streams: Streams) -> None:
    escapes = newline = False
    while arguments and re.fullmatch(r"-[en]+", arguments[0]):
        flags = arguments.pop(0)
        escapes, newline = escapes or "e" in flags, newline or "n" in flags
    text = " ".join(arguments)
    streams.out_text += (_unescaped(text) if escapes else text) + ("" if newline else "\n")


@command("printf")
def printf(arguments: list[str], streams: Streams) -> None:
    pattern, *values = arguments
    pattern = _unescaped(pattern)
    number = len(re.findall(r"%[^%]", pattern))
    streams.out_text += pattern % tuple((values + [""] * number)[:number])


def _unescaped(text: str) -> str:
    signs = {"n": "\n", "t": "\t", "\\": "\\", "r": "\r"}
    return re.sub(r"\\([nrt\\])", lambda found: signs[found[1]], text)


@command("cat")
def cat(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "n")
    text = "".join(text for _, text in texts(paths, streams))
    if "n" in flags:
        text = "".join(f"{n:>6}\t{line}" for n, line in enumerate(text.splitlines(True), 1))
    streams.out_text += text


def _end(lines: list[str], count: str, *, first: bool) -> list[str]:
    number = int(count.lstrip("+"))
    if not first and count.startswith("+"):
        return lines[number - 1 :]
    return lines[:number] if first else lines[max(0, len(lines) - number) :]


@command("head")
def head(arguments: list[str], streams: Streams) -> None:
    _, values, paths = options(arguments, "q", "n")
    for _, text in texts(paths, streams):
        streams.out_text += "".join(_end(text.splitlines(True), values.get("n", "10"), first=True))


@command("tail")
def tail(arguments: list[str], streams: Streams) -> None:
    _, values, paths = options(arguments, "q", "n")
    for _, text in texts(paths, streams):
        streams.out_text += "".join(_end(text.splitlines(True), values.get("n", "10"), first=False))


@command("wc")
def wc(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "clw")
    for path, text in texts(paths, streams):
        counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
        shown = [str(count) for flag, count in counts.items() if flag in (flags or "lwc")]
        streams.out(" ".join([*shown, path]).strip())


@command("grep")
def grep(arguments: list[str], streams: Streams) -> int:
    flags, values, rest = options(arguments, "EFHRcilnoqrvwx", "e")
    pattern = values["e"] if "e" in values else rest.pop(0)
    wanted = re.escape(pattern) if "F" in flags else pattern
    wanted = rf"\b(?:{wanted})\b" if "w" in flags else wanted
    search = re.compile(wanted, re.IGNORECASE if "i" in flags else 0)
    if flags & {"r", "R"}:
        tops = [Path(path) for path in rest or ["."]]
        rest = [
            str(p)
            for top in tops
            for p in (top.rglob("*") if top.is_dir() else [top])
            if p.is_file()
        ]
    named = len(rest) > 1 or bool(flags & {"H", "R", "r"})
    hits = 0
    for path, text in texts(rest, streams):
        found = [
            (number, line)
            for number, line in enumerate(text.splitlines(), 1)
            if bool(search.fullmatch(line) if "x" in flags else search.search(line))
            != ("v" in flags)
        ]
        hits += len(found)
        before = f"{path}:" if named else ""
        if "q" in flags:
            continue
        if "l" in flags:
            streams.out_text += f"{path}\n" if found else ""
        elif "c" in flags:
            streams.out(f"{before}{len(found)}")
        else:
            for number, line in found:
                place = f"{number}:" if "n" in flags else ""
                for part in [m[0] for m in search.finditer(line)] if "o" in flags else [line]:
                    streams.out(f"{before}{place}{part}")
    return 0 if hits else 1


@command("sort")
def sort(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "nru")
    lines = [line for _, text in texts(paths, streams) for line in text.splitlines()]

    def key(line: str) -> tuple[float, str]:
        number = re.match(r"\s*-?\d+(?:\.\d+)?", line) if "n" in flags else None
        return float(number[0]) if number else 0.0, line

    ordered = sorted(dict.fromkeys(lines) if "u" in flags else lines, key=key, reverse="r" in flags)
    streams.out_text += "".join(f"{line}\n" for line in ordered)


@command("uniq")
def uniq(arguments: list[str], streams: Streams) -> None:
    flags, _, paths = options(arguments, "c")
    runs: list[tuple[str, int]] = []
    for _, text in texts(paths, streams):
        for line in text.splitlines():
            if runs and runs[-1][0] == line:
                runs[-1] = (line, runs[-1][1] + 1)
            else:
                runs.append((line, 1))
    for line, count in runs:
        streams.out(f"{count:>7} {line}" if "c" in flags else line)


@command("cut")
def cut(arguments: list[str], streams: Streams) -> None:
    _, values, paths = options(arguments, "", "df")
    mark = values.get("d", "\t")
    fields = [int(number) - 1 for number in values["f"].split(",")]
    for _, text in texts(paths, streams):
        for line in text.splitlines():
            parts = line.split(mark)
            streams.out(mark.join(parts[place] for place in fields if place < len(parts)))


@command("sed")
def sed(arguments: list[str], streams: Streams) -> None:
    flags, values, rest = options(arguments, "Einr", "e")
    script = values["e"] if "e" in values else rest.pop(0)
    paths = rest
    printing = re.fullmatch(r"(\d+)(?:,(\d+|\$))?([pd])", script)
    change = re.fullmatch(r"s(.)((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([gi]*)", script)
    if printing is None and change is None:
        raise Failure("only s/…/…/ and lines (2,5p or 2,5d) are supported by this small shell")
    for path, text in texts(paths, streams):
        lines = text.splitlines(True)
        if change is not None:
            caseless = re.IGNORECASE if "i" in change[4] else 0
            new = re.sub(r"(?<!\\)&", r"\\g<0>", change[3]).replace("\\" + change[1], change[1])
            old = re.compile(change[2], caseless)
            changed = [old.sub(new, line, count=0 if "g" in change[4] else 1) for line in lines]
        else:
            assert printing is not None
            first, last = int(printing[1]), printing[2] or printing[1]
            end = len(lines) if last == "$" else int(last)
            chosen = range(first - 1, min(end, len(lines)))
            is_kept = printing[3] == "p"
            changed = [line for at, line in enumerate(lines) if (at in chosen) == is_kept]
        if "i" in flags and path:
            Path(path).write_text("".join(changed), encoding="utf-8")
        else:
            streams.out_text += "".join(changed)
