"""What every test needs of pytest."""

import os
from collections.abc import Generator

import pytest

from backend.config.settings import Settings
from backend.domain.text import clean_text


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """pytest-xdist cannot carry half a surrogate pair, such as a traceback in the log may hold."""
    report = yield
    report.sections = [(name, clean_text(text)) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True, scope="session")
def _clean_environment() -> Generator[None]:
    """No test depends on settings in the environment of the one who runs it."""
    names = {name.upper() for name in Settings.model_fields}
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper() in names]:
            patch.delenv(name)
        yield
