"""Runs every client scenario of the current revision; fails on any that is not as in `known_failures.json`.

With `--write` the table in `backend/mcp/README.md` is made anew. Names of scenarios run those
alone, and show what the suite says of them.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.mcp.conformance.suite import HERE, REVISION, ROOT, Result, install, run, scenarios
from tests.real_servers.environments import NotInstalled

AT_ONCE: Final = 2
README: Final = ROOT / "backend" / "mcp" / "README.md"
BEGIN: Final = "<!-- made by `make test-mcp-conformance ARGS=--write` -->\n"
END: Final = "<!-- end -->\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make test-mcp-conformance", description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    options = parser.parse_args()
    try:
        install()
    except NotInstalled as missing:
        print(missing, file=sys.stderr)
        return 1
    known: dict[str, str] = json.loads((HERE / "known_failures.json").read_text())
    wanted = [each for each in scenarios() if not options.names or each.name in options.names]
    if not wanted:
        print("The suite has no such scenario.", file=sys.stderr)
        return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = tuple(pool.map(run, wanted))
    text = table(results, known)
    print(text)
    if options.names:
        print(*(result.output for result in results), sep="\n", file=sys.stderr)
    if options.write:
        before, _, rest = README.read_text().partition(BEGIN)
        README.write_text(before + BEGIN + text + END + rest.partition(END)[2])
    wrong = tuple(surprises(results, known))
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


def table(results: Iterable[Result], known: Mapping[str, str]) -> str:
    """Returns Markdown."""
    results = tuple(results)
    scored = [each for each in results if each.scenario.why_not_scored is None]
    held = sum(each.holds for each in scored)
    lines = [
        f"{held} of the {len(scored)} scenarios that revision {REVISION} demands of a client hold.",
        "",
        "| scenario | checks passed | result |",
        "|---|---|---|",
    ]
    for each in results:
        name, why = each.scenario.name, each.scenario.why_not_scored
        said = "holds" if each.holds else f"fails: {known.get(name, 'not explained yet')}"
        count = f"{each.passed} of {each.passed + len(each.failures)}"
        lines.append(f"| `{name}`{f' (not scored: {why})' if why else ''} | {count} | {said} |")
    return "\n".join(lines) + "\n"


def surprises(results: Iterable[Result], known: Mapping[str, str]) -> Iterable[str]:
    for each in results:
        name = each.scenario.name
        if not each.holds and name not in known:
            yield f"{name} fails:"
            yield from (f"  {failure}" for failure in each.failures or (each.output[-2_000:],))
        if each.holds and name in known:
            yield f"{name} holds now: take it out of known_failures.json, and run with --write."


if __name__ == "__main__":
    sys.exit(main())
