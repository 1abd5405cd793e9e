"""What only `make test-thorough` tries."""

from typing import Any

import pytest


def thorough(*values: Any, id: str | None = None) -> Any:
    """A parameter of a test that differs little from another one."""
    return pytest.param(*values, id=id, marks=pytest.mark.thorough)
