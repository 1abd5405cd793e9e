"""A real PostgreSQL server for tests, begun when the first of them asks for a database.

As a program it runs the tests of all that is stored with PostgreSQL instead of SQLite.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.ports import free_port

_CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
# What a test stores need not survive the machine.
fsync = off
full_page_writes = off
"""


def programs() -> Path:
    """Raises where there are none, since a test that skips shows nothing."""
    named = os.environ.get("POSTGRESQL", "")
    folders = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = next((each for each in reversed(folders) if (each / "initdb").exists()), None)
    if found is None:
        raise RuntimeError(
            "There is no PostgreSQL. Run .ci/postgresql.sh, or name one: POSTGRESQL=/path/to/bin"
        )
    return found


class PostgresqlServer:
    def __init__(self, folder: Path, port: int, user: str | None) -> None:
        self.folder = folder
        self.port = port
        self._user = user

    def new_database(self) -> str:
        """Makes an empty database. Returns its URL."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://runstream@127.0.0.1:{self.port}/{database}"

    def control(self, *words: str) -> None:
        """Runs `pg_ctl`, such as with `restart` or `stop`, and waits for what it does."""
        log = self.folder / "log"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(log), "-w", "-s", *words)

    def begin(self) -> None:
        data = self.folder / "data"
        self._run(
            *("initdb", "-D", str(data), "-U", "runstream", "-A", "trust", "-E", "UTF8"),
            *("--locale=C", "--no-sync"),
        )
        with (data / "postgresql.conf").open("a") as file:
            file.write(_CONFIGURATION.format(port=self.port))
        self.control("start")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [programs() / program, *words],
            check=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=self._user,
            extra_groups=None if self._user is None else (),
        )


def database_of(folder: Path) -> str | None:
    """Returns the URL of the database of the server that works in a folder, made where it is missing.

    None where tests are not told by TEST_POSTGRESQL, the URL of a server, to use PostgreSQL.
    """
    server = os.environ.get("TEST_POSTGRESQL")
    if server is None:
        return None
    name = f"test_{hashlib.sha256(str(folder).encode()).hexdigest()[:32]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, (name,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{server}/{name}"


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    # It refuses to run as root, and another user cannot look into root's folders of tests.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="runstream-postgresql-"))
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    server = PostgresqlServer(folder, free_port(), user)
    try:
        server.begin()
        yield server
    finally:
        try:
            server.control("stop", "-m", "immediate")
        finally:
            shutil.rmtree(folder)


AREAS = ("http", "knowledge", "live", "runs", "search", "store", "waiting", "websocket")
"""Where the tests are whose servers store something."""


def main() -> int:
    """Run these tests with PostgreSQL instead of SQLite. Arguments go to pytest."""
    words = ("-m", "not sqlite", "-n", "3", *sys.argv[1:])
    areas = [f"tests/{area}" for area in AREAS]
    with postgresql_server() as server:
        env = os.environ | {"TEST_POSTGRESQL": server.url("").rstrip("/")}
        return subprocess.call([sys.executable, "-m", "pytest", *words, *areas], env=env)


if __name__ == "__main__":
    sys.exit(main())
