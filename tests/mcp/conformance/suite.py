"""The suite as a program: installed under `.venv-servers/`, asked for its scenarios, run."""

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.real_servers.environments import FOLDER, NotInstalled

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[2]
REVISION: Final = "2026-07-28"
CLIENT: Final = f"{sys.executable} -m tests.mcp.conformance.client"
INSTALL_TIMEOUT_S: Final = 600
SCENARIO_TIMEOUT_S: Final = 120

_HOME: Final = FOLDER / "mcp-conformance"
_PINNED: Final = ("package.json", "package-lock.json", ".npmrc")


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    why_not_scored: str | None = None
    """The suite runs some scenarios of which no revision demands anything."""


@dataclass(frozen=True, slots=True)
class Result:
    scenario: Scenario
    passed: int
    failures: tuple[str, ...]
    """Failed checks and warnings: each the id of the check and what it says."""
    ended_well: bool
    """What the suite says in the end: it also fails where the client does, or takes too long."""
    output: str

    @property
    def holds(self) -> bool:
        return self.ended_well and not self.failures


def install() -> None:
    """Raises `NotInstalled`."""
    wanted = "".join((HERE / name).read_text() for name in _PINNED)
    stamp = _HOME / ".stamp"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if (npm := shutil.which("npm")) is None:
        raise NotInstalled("The conformance suite needs npm, and there is none.")
    print("Installing the MCP conformance suite", file=sys.stderr, flush=True)
    shutil.rmtree(_HOME, ignore_errors=True)
    _HOME.mkdir(parents=True)
    for name in _PINNED:
        shutil.copy(HERE / name, _HOME)
    # The suite wants a newer Node than the page does; npm itself does not.
    made = _run([npm, "ci", "--silent"], _HOME, INSTALL_TIMEOUT_S)
    if made.returncode != 0:
        raise NotInstalled(f"The conformance suite could not be installed: {made.stderr[-300:]}")
    stamp.write_text(wanted)


def scenarios() -> tuple[Scenario, ...]:
    """Returns those that the revision demands of a client, then those that it does not score."""
    listed = _conformance("list", "--requirements", REVISION).stdout
    found: list[Scenario] = []
    section = ""
    for line in listed.splitlines():
        entry = line.strip()
        if not entry.startswith("- "):
            section = entry or section
        elif section.startswith("Client scenarios"):
            found.append(Scenario(entry.removeprefix("- ")))
        elif entry.endswith(" [client]"):
            name = entry.removeprefix("- ").removesuffix(" [client]")
            found.append(Scenario(name, section.partition(" (")[0]))
    return tuple(found)


def run(scenario: Scenario) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        done = _conformance(
            *("client", "--command", CLIENT, "--scenario", scenario.name),
            *("--spec-version", REVISION, "--force", "--output-dir", folder),
            *("--timeout", str(SCENARIO_TIMEOUT_S * 1000)),
        )
        checks = [
            check
            for found in Path(folder).rglob("checks.json")
            for check in json.loads(found.read_text())
        ]
    failures = (
        f"{check['id']}: {check.get('errorMessage') or check['description']}"
        for check in checks
        if check["status"] in ("FAILURE", "WARNING")
    )
    return Result(
        scenario,
        sum(check["status"] == "SUCCESS" for check in checks),
        tuple(dict.fromkeys(failures)),
        done.returncode == 0,
        done.stderr,
    )


def _conformance(*args: str) -> subprocess.CompletedProcess[str]:
    modules = _HOME / "node_modules"
    node = next(modules.glob("node-*/bin/node"), None) or shutil.which("node") or "node"
    program = modules / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    return _run([str(node), str(program), *args], ROOT, SCENARIO_TIMEOUT_S * 2)


def _run(command: list[str], folder: Path, timeout_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        stdin=subprocess.DEVNULL,
    )
