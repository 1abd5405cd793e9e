"""What every test needs of pytest, and nothing of where it runs."""

import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from backend.config.settings import Settings
from backend.domain.text import clean_text
from tests.object_storage import ObjectStorageServer, object_storage_server
from tests.postgresql import PostgresqlServer, postgresql_server

PATIENT = settings(deadline=None, suppress_health_check=(HealthCheck.too_slow,))
# What held once holds again: a release does not depend on the cases of the day.
settings.register_profile("same", PATIENT, derandomize=True)
settings.register_profile("new", PATIENT)  # pytest --hypothesis-profile new
settings.load_profile("same")

# Started in the background by a shell, a process ignores Ctrl-C, and so do all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).parent
LONG = (
    *("real_servers", "e2e", "bench", "soak", "search/test_any_bytes.py", "live/test_event_log.py"),
    *(
        "tools/code_interpreter",
        "runs",
        "test_",
        "websocket/test_store_trouble.py",
        "http/test_health.py",
    ),
)
"""Where the long tests are, the longest first."""


# Half a million objects are made until all tests are collected, and all of these stay.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long tests, so that no worker is left alone with one of them at the end."""

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(HERE).as_posix()
        return next((at for at, part in enumerate(LONG) if path.startswith(part)), len(LONG))

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """pytest-xdist cannot carry half a surrogate pair, such as a traceback in the log may hold."""
    report = yield
    report.sections = [(name, clean_text(text)) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> Generator[None]:
    """No test depends on settings or a proxy in the environment of the one who runs it."""
    names = {name.upper() for name in Settings.model_fields}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper() in names]:
            patch.delenv(name)
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(
                name, ",".join(filter(None, (os.environ.get(name), "127.0.0.1,localhost")))
            )
        yield


@pytest.fixture(scope="session")
def postgresql() -> Generator[PostgresqlServer]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def object_storage() -> Generator[ObjectStorageServer]:
    with object_storage_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return Settings(database_url=server.new_database()).database
