"""`make test-upstreams`: every case with every server, and a table of how it went."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.real_servers.cases import CASES, Lacks, Tried, trying
from tests.real_servers.conversation import RunFailed
from tests.real_servers.environments import NotInstalled
from tests.real_servers.processes import NotStarted
from tests.real_servers.product import Refused
from tests.real_servers.recipe import Recipe
from tests.real_servers.servers import RECIPES
from tests.real_servers.table import Column, Result, as_markdown

CASE_TIMEOUT_S = 240.0


def main() -> int:
    """Print how it went as it goes. The exit status: 0 where all is well or explained, else 1."""
    options = _parser().parse_args()
    chosen = [recipe for recipe in RECIPES if recipe.name in (options.server or _names())]
    cases = options.case or list(CASES)
    columns = [_column(recipe, cases) for recipe in chosen]
    table = as_markdown(columns)
    print(f"\n{table}")
    if options.markdown is not None:
        options.markdown.write_text(table)
    return int(any(result.verdict == "FAILED" for c in columns for result in c.results.values()))


def _column(recipe: Recipe, cases: Sequence[str]) -> Column:
    print(f"\n{recipe.name} {recipe.version}", flush=True)
    try:
        programs = recipe.programs()
        with tempfile.TemporaryDirectory(prefix="real-servers-") as folder:
            results = asyncio.run(_results(recipe, programs, Path(folder), cases))
    except (NotInstalled, NotStarted, Refused) as missing:
        print(f"  FAILED    {missing}", flush=True)
        results = {name: Result("FAILED", str(missing)) for name in cases}
    return Column(recipe.name, recipe.version, results)


async def _results(
    recipe: Recipe, programs: Path, folder: Path, cases: Sequence[str]
) -> dict[str, Result]:
    results = {}
    async with trying(recipe, programs, folder) as ready:
        for name in cases:
            began = time.monotonic()
            result = results[name] = await _result(recipe, name, ready)
            took = time.monotonic() - began
            print(f"  {result.verdict:9} {name} ({took:.1f} s) {result.told}", flush=True)
            if result.seen:
                print(f"            Seen: {result.seen}", flush=True)
    return results


async def _result(recipe: Recipe, name: str, ready: Tried) -> Result:
    """Any exception is a verdict: the other cases have to go on."""
    limit = recipe.limits.get(name)
    try:
        async with asyncio.timeout(CASE_TIMEOUT_S):
            await CASES[name](ready)
    except (RunFailed, Refused, Lacks) as told:
        if limit is not None and limit.seen in str(told):
            return Result("explained", limit.why, str(told))
        return Result("FAILED", str(told))
    except Exception as error:
        return Result("FAILED", f"{type(error).__name__}: {error}"[:600])
    if limit is not None:
        return Result("FAILED", f"It holds, though this is said of the server: {limit.why}")
    return Result("ok")


def _names() -> list[str]:
    return [recipe.name for recipe in RECIPES]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.real_servers",
        description="Try the whole product with real servers, each in an environment of its own.",
    )
    parser.add_argument("--server", action="append", choices=_names(), help="this one alone")
    parser.add_argument("--case", action="append", choices=list(CASES), help="this one alone")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
