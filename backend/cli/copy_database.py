"""`python -m backend copy-database`: copies everything from SQLite to PostgreSQL."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from backend.config import dotenv, text_file
from backend.config.configuration import Configuration
from backend.config.data_folder import locked
from backend.config.secret_box import SecretBox
from backend.config.secret_key import kept_key, new_key
from backend.config.settings import DATABASE_NAME
from backend.domain.errors import AppError
from backend.files.copying import copy_files
from backend.mcp.login_files import FOLDER as LOGINS_FOLDER
from backend.mcp.login_files import login_texts
from backend.mcp.servers import SHARED_NAME
from backend.setup.shared_settings import KEPT, sealed
from backend.store.copying import NotCopied, Shared, copy
from backend.store.schema import COOKIE_KEY

USAGE_ERROR: Final = 2
INTERRUPTED: Final = 130


def main(arguments: Sequence[str]) -> int:
    """Print a line per table. Returns 0, or 2 with a sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        configuration = Configuration(options.env_file, data_dir=options.data_dir)
        source = options.source or configuration.settings.data_dir / DATABASE_NAME
        _copy(source, configuration)
    except AppError as refused:
        print(f"backend: {refused.message}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("backend: Interrupted. Nothing was copied; begin again.", file=sys.stderr)
        return INTERRUPTED
    return 0


def _copy(source: Path, configuration: Configuration) -> None:
    settings = configuration.settings
    target = make_url(settings.database)
    if target.get_backend_name() != "postgresql":
        raise NotCopied(
            "Set DATABASE_URL to the PostgreSQL database that everything is copied to, such as "
            "postgresql://user:password@host/name."
        )
    if not source.is_file():
        raise NotCopied(f"There is no database {source}. Name the file: --from PATH.")
    print(f"From {source.resolve()}\nTo   {target.render_as_string()}", flush=True)
    rows = 0
    with locked(settings.data_dir):
        where = "Files stay where they are: keep DATA_DIR."
        if settings.files_url is not None:
            copied = asyncio.run(copy_files(settings))
            where = f"{copied:,} files were copied to {settings.files_url}, and each was compared."
        shared = _shared(configuration)
        for table in copy(source, settings.database, shared):
            rows += table.rows
            note = f" and {table.left_out:,} that belong to nothing left out" * (table.left_out > 0)
            print(f"{table.table:16} {table.rows:>11,} rows{note}", flush=True)
    print(
        f"All {rows:,} rows were copied, and each was compared. {where}\nThe server uses PostgreSQL from its next start on. {source.name} is yours to keep."
    )
    if shared.settings:
        print(
            f"What /setup wrote ({', '.join(shared.settings)}) is there as well, for all processes, and "
            f"wins over {configuration.env_file.name} from then on. Change it on /setup."
        )


def _shared(configuration: Configuration) -> Shared:
    """Returns what `/setup` wrote into files, sealed as the server would."""
    settings = configuration.settings
    key = kept_key(settings.data_dir) or new_key()
    given = settings.secret_key
    box = SecretBox(lambda: [(given.get_secret_value() if given else key).encode()])
    file = dotenv.read(configuration.env_file)
    secrets = login_texts(settings.data_dir / LOGINS_FOLDER)
    if settings.mcp_config is None and (servers := text_file.read(configuration.mcp_config)):
        secrets[SHARED_NAME] = servers
    return Shared(
        sealed({name: file[name] for name in KEPT if file.get(name)}, box),
        {COOKIE_KEY: key} | {name: box.seal(name, text) for name, text in secrets.items()},
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backend copy-database",
        description="Copy everything from the SQLite file to the empty PostgreSQL database that "
        "DATABASE_URL names, while no server runs. All of it is there at the end, or nothing. The "
        "file is brought to the newest schema, as by a start of the server, and otherwise stays.",
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="PATH",
        help=f"the SQLite file (default: {DATABASE_NAME} in the data folder)",
    )
    parser.add_argument(
        "--env-file", type=Path, default=Path(".env"), help="settings file (default: .env)"
    )
    parser.add_argument("--data-dir", type=Path, help="where data lives (default: data)")
    return parser
