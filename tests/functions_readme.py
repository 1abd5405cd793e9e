"""The functions of backend/tools/functions/README.md, so that tests can do what it says."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.tools import functions

README = Path(functions.__file__ or "").with_name("README.md")

_EXAMPLE = re.compile(r"^`(\w+\.py)`, complete.*?```python\n(.*?)```", re.DOTALL | re.MULTILINE)


def examples() -> dict[str, str]:
    """Returns the texts of its files by their names."""
    return dict(_EXAMPLE.findall(README.read_text()))


@contextmanager
def offered(folder: Path, **files: str) -> Iterator[None]:
    """Has the server offer the functions of these files, `name="text"`, beside its own."""
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    functions.__path__.append(str(folder))
    try:
        yield
    finally:
        functions.__path__.remove(str(folder))
        for name in files:
            sys.modules.pop(f"{functions.__name__}.{name}", None)
