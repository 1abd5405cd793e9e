"""What every test needs of pytest."""

from collections.abc import Generator

import pytest

from backend.domain.text import clean_text


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """pytest-xdist cannot carry half a surrogate pair, such as a traceback in the log may hold."""
    report = yield
    report.sections = [(name, clean_text(text)) for name, text in report.sections]
    return report
