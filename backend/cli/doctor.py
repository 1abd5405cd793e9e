"""`python -m backend doctor`: tells what the chosen server and model can do, and what to mend."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from backend.config.configuration import Configuration
from backend.config.settings import Settings
from backend.doctor.checks import Check, Diagnosis, LocalServer, Verdict, diagnosis
from backend.doctor.doctor import Doctor
from backend.domain.errors import AppError
from backend.mcp.login_files import FOLDER as LOGINS_FOLDER
from backend.mcp.login_files import LoginFiles
from backend.mcp.servers import McpServers
from backend.setup.active_assistant import ActiveAssistant
from backend.setup.assistants import Assistants
from backend.setup.shared_settings import settings_of_all
from backend.store.database import Database, is_there
from backend.store.store import Store
from backend.tools.builtins import Builtins
from backend.tools.toolbox import Toolbox
from backend.upstreams.pool import UpstreamPool

UNHEALTHY: Final = 1
USAGE_ERROR: Final = 2
INTERRUPTED: Final = 130

_VERDICTS: Final[dict[Verdict, str]] = {
    "ok": "ok",
    "warning": "warning",
    "failed": "FAILED",
    "skipped": "skipped",
}


def main(arguments: Sequence[str]) -> int:
    """Print a line per check. Returns 0, or 1 if one failed, or 2 for settings that are refused."""
    options = _parser().parse_args(arguments)
    try:
        configuration = Configuration(options.env_file, data_dir=options.data_dir)
        with TemporaryDirectory(prefix="doctor-") as folder:
            found = asyncio.run(_examined(configuration, Path(folder), silent=options.json))
    except AppError as refused:
        print(f"backend: {refused.message}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    if options.json:
        print(found.model_dump_json(indent=2))
    return 0 if found.healthy else UNHEALTHY


async def _examined(configuration: Configuration, folder: Path, *, silent: bool) -> Diagnosis:
    settings = configuration.settings
    pool, toolbox, builtins = UpstreamPool(configuration), Toolbox.discover(settings), Builtins(())
    store, exists = _store(settings, folder)
    logins = LoginFiles(settings.data_dir / LOGINS_FOLDER, set())
    mcp = McpServers(configuration.mcp_config, frozenset, set(), logins)
    assistants = Assistants(
        configuration, store.assistants, store.start_screens, toolbox, builtins, mcp
    )
    doctor = Doctor(ActiveAssistant(configuration, pool, assistants, toolbox, builtins))
    findings: list[Check | LocalServer] = []
    try:
        if not exists:
            await store.open()
        await settings_of_all(configuration, store)
        async with aclosing(doctor.examine()) as examination:
            async for finding in examination:
                findings.append(finding)
                if not silent:
                    print(_line(finding), flush=True)
    finally:
        await store.close()
        await toolbox.close()
        await pool.close()
    return diagnosis(findings)


def _store(settings: Settings, folder: Path) -> tuple[Store, bool]:
    """Returns the server's, which is neither made nor changed; an empty one where it has none."""
    exists = is_there(settings.database)
    url = settings.database if exists else f"sqlite+aiosqlite:///{folder / 'none.db'}"
    return Store(Database(url)), exists


def _line(finding: Check | LocalServer) -> str:
    match finding:
        case Check():
            line = f"{_VERDICTS[finding.verdict]:8} {finding.title:10} {finding.found}"
            return f"{line}\n{'':19} {finding.mend}" if finding.mend else line
        case LocalServer():
            what = (
                "asks for a key" if finding.needs_key else ", ".join(finding.models) or "no model"
            )
            used = " (in use)" if finding.in_use else ""
            line = f"{'found':8} {finding.name:10} {finding.base_url}{used}: {what}"
            if finding.in_use:
                return line
            return f"{line}\n{'':19} To use it, set OPENAI_BASE_URL={finding.base_url}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backend doctor",
        description="Try what the chosen server and its model can do: a few short requests, of "
        "which nothing is kept. The exit status is 1 if a check failed.",
    )
    parser.add_argument("--json", action="store_true", help="print all at the end, as JSON")
    parser.add_argument(
        "--env-file", type=Path, default=Path(".env"), help="settings file (default: .env)"
    )
    parser.add_argument("--data-dir", type=Path, help="where data lives (default: data)")
    return parser
