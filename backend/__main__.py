"""`python -m backend`, also installed as `backend`: serves the app, asks the doctor, or copies the
database."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path

from backend import PRODUCT
from backend.domain.errors import AppError
from backend.http.security.guard import check_binding
from backend.server import START_ERROR, Launch, listen, run

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop. Returns 0, or 2 or 3 with a sentence on stderr."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["doctor"]:
        # Imported here: the server's reloader must not hold a copy of what it reloads.
        from backend.cli import doctor

        return doctor.main(words[1:])
    if words[:1] == ["copy-database"]:
        from backend.cli import copy_database

        return copy_database.main(words[1:])
    given = _parser().parse_args(words)
    # What the server writes is its user's alone.
    os.umask(0o077)
    launch = Launch(
        env_file=given.env_file,
        overrides={
            "host": given.host,
            "port": given.port,
            "data_dir": given.data_dir,
            "log_level": given.log_level,
        },
        reload=given.reload,
    )
    try:
        settings = launch.configuration().settings
    except AppError as refused:
        return _fail(USAGE_ERROR, refused.message)

    obstacle = check_binding(settings)
    if obstacle is not None:
        return _fail(USAGE_ERROR, obstacle)
    try:
        listener = listen(settings.host, settings.port)
    except OSError as taken:
        return _fail(
            START_ERROR,
            f"Cannot listen on {settings.host} port {settings.port}: {_reason(taken)}. "
            "Another port: --port 8001, or PORT=8001; --port 0 takes a free one.",
        )
    try:
        if not run(launch, settings, listener):
            return START_ERROR
    except AppError as failure:
        return _fail(START_ERROR, failure.message)
    except OSError as failure:
        return _fail(START_ERROR, f"Cannot start: {_reason(failure)}.")
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="backend",
        description=f"Serve {PRODUCT}, a chat app for tool-using assistants.",
        epilog="Settings come from these options, the environment and the .env file, in this order. "
        "`backend doctor` tries what the chosen server can do, and `backend copy-database` copies "
        "everything from SQLite to PostgreSQL; `--help` after either says how.",
    )
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=_port, help="port, 0 for a free one (default: 8000)")
    parser.add_argument("--reload", action="store_true", help="start anew when the code changes")
    parser.add_argument(
        "--env-file", type=Path, default=Path(".env"), help="settings file (default: .env)"
    )
    parser.add_argument("--data-dir", type=Path, help="where data lives (default: data)")
    parser.add_argument("--log-level", choices=["debug", "info", "warning", "error"])
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is not a port: use a number from 0 to 65535")
    return int(text)


def _reason(error: OSError) -> str:
    """Returns the system's words, such as `Address already in use`, without number and call."""
    if error.strerror is None:
        return str(error)
    reason = error.strerror.partition(" (while attempting")[0]
    return f"{reason}: {error.filename}" if error.filename else reason


def _fail(code: int, sentence: str) -> int:
    print(f"backend: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
