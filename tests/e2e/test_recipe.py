"""README.md's recipes for functions and a widget, followed literally in a copy of the project."""

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.visitor import Enter, Visit
from tests.paths import ROOT
from tests.process import PROGRAM, backend, environment
from tests.readme import file_block

FUNCTION = "backend/tools/functions/roll_dice.py"
CHART = "backend/tools/functions/savings.py"
ASKING = "backend/tools/functions/book_table.py"
WIDGET = "frontend/src/widgets/roll_dice.ts"
STEP_TIMEOUT_S = 300.0


async def done(*command: str | Path, cwd: Path) -> str:
    """Run a command to its good end; answers what it printed."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(STEP_TIMEOUT_S):
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


async def copy_of_the_project(folder: Path) -> None:
    """The files of the checkout in a repository of their own; npm packages are borrowed."""
    listed = await done("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT)
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    await done("git", "init", "-q", cwd=folder)
    author = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    await done("git", "add", "-A", cwd=folder)
    await done("git", *author, "commit", "-qm", "Copy", cwd=folder)
    # A link is no folder, so the line in .gitignore does not cover it.
    (folder / ".git" / "info" / "exclude").write_text("frontend/node_modules\n")
    (folder / "frontend" / "node_modules").symlink_to(ROOT / "frontend" / "node_modules")


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    env = environment() | {"PYTHONPATH": str(folder), "DEMO_DELTAS_PER_S": "0"}
    options = ("--port", "0", "--data-dir", str(folder.parent / "data"))
    async with backend(folder, *options, command=PROGRAM, env=env) as server:
        await server.started()
        yield server.url


async def test_a_file_adds_a_function_another_its_widget_and_others_a_chart_and_an_approval(
    visit: Visit, enter: Enter, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    await copy_of_the_project(copy)
    files = (ASKING, FUNCTION, CHART, WIDGET)
    for name in files:
        (copy / name).write_text(file_block(name), "utf-8")

    status = await done("git", "status", "--porcelain", "--untracked-files=all", cwd=copy)
    assert sorted(status.splitlines()) == [f"?? {name}" for name in files]

    bin = copy / "frontend" / "node_modules" / ".bin"
    await asyncio.gather(
        done(bin / "vite", "build", "--logLevel", "warn", cwd=copy / "frontend"),
        done(bin / "tsc", "--noEmit", cwd=copy / "frontend"),
        done(bin / "biome", "lint", f"../{WIDGET}", cwd=copy / "frontend"),
        done(sys.executable, "-m", "ruff", "check", *files[:3], cwd=copy),
        done(
            sys.executable, "-m", "mypy", "--cache-dir", ROOT / ".mypy_cache", *files[:3], cwd=copy
        ),
    )
    url = await enter(served(copy))
    visitor = await visit(url)
    await visitor.ask("roll_dice sides=6 times=3")
    await visitor.until_answered()

    await expect(visitor.tool_call("roll_dice")).to_contain_text("Completed")
    widget = visitor.transcript.get_by_text(re.compile(r"^([⚀⚁⚂⚃⚄⚅] ){3}makes \d+$"))
    await expect(widget).to_be_visible()

    await visitor.ask("savings years=20")
    await visitor.until_answered(2)
    chart = visitor.page.get_by_role("group", name="Savings at 3 %: area chart")
    await chart.press("End")
    await expect(visitor.page.get_by_text("20: Worth 27,676.48 €, Paid 20,000 €")).to_be_visible()

    await visitor.ask("book_table guests=4")
    approval = visitor.page.get_by_role("group", name="Approval of book_table")
    await approval.get_by_role("button", name="Change the arguments").click()
    await approval.get_by_role("spinbutton", name="Guests").fill("5")
    await approval.get_by_role("button", name="Run with these").click()
    await visitor.until_answered(3)
    await expect(visitor.answer.last).to_contain_text("A table for 5 is booked.")


async def test_the_widget_of_the_rooms_readme_is_tested_alone_as_it_says(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    await copy_of_the_project(copy)
    room = copy / "frontend" / "src" / "widgets"
    widget, test = re.findall(r"```ts\n(.*?)```", (room / "README.md").read_text(), re.DOTALL)
    (room / "roll_dice.ts").write_text(widget)
    (copy / "frontend" / "tests" / "widgets" / "roll_dice.test.ts").write_text(test)

    told = await done("npm", "test", "--", "roll_dice", cwd=copy / "frontend")

    assert "1 passed" in re.sub(r"\x1b\[[\d;]*m", "", told)
    await done(
        copy / "frontend" / "node_modules" / ".bin" / "tsc", "--noEmit", cwd=copy / "frontend"
    )
